#pragma once

#include <cstdint>

/// Addresses of the platform: those of QEMU's machine `virt` where it has the device, so that programs which
/// leave the accelerator alone run on both.
namespace kirchhoff::testbenches::platform_map {

inline constexpr std::uint32_t finisher_base = 0x0010'0000;
inline constexpr std::uint32_t finisher_bytes = 0x1000;
inline constexpr std::uint32_t clint_base = 0x0200'0000;
inline constexpr std::uint32_t clint_bytes = 0x1'0000;
inline constexpr std::uint32_t uart_base = 0x1000'0000;
inline constexpr std::uint32_t uart_bytes = 0x1000;
inline constexpr std::uint32_t accelerator_base = 0x4000'0000;
inline constexpr std::uint32_t accelerator_bytes = 0x1000'0000;
inline constexpr std::uint32_t ram_base = 0x8000'0000;
inline constexpr std::uint32_t ram_bytes = 64U << 20;
/// Where the network image is loaded.
inline constexpr std::uint32_t image_base = 0x8200'0000;

}  // namespace kirchhoff::testbenches::platform_map
