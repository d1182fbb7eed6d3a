#pragma once

#include <cstdint>
#include <string>

namespace kirchhoff::testbenches {

/// Causes of traps into machine mode (RISC-V Privileged Architecture, table 3.6).
enum class TrapCause : std::uint32_t {
  misaligned_fetch = 0,
  fetch_fault = 1,
  illegal_instruction = 2,
  breakpoint = 3,
  misaligned_load = 4,
  load_fault = 5,
  misaligned_store = 6,
  store_fault = 7,
  machine_call = 11,
  software_interrupt = 0x8000'0003,
  timer_interrupt = 0x8000'0007,
  external_interrupt = 0x8000'000b,
};

/// Set in mcause where an interrupt is the cause.
inline constexpr std::uint32_t interrupt_cause_bit = 0x8000'0000;

/// Interrupt lines, by their bits in mie (and in mip, of which see HartCore).
enum InterruptLine : std::uint32_t {
  software_line = 1U << 3,
  timer_line = 1U << 7,
  external_line = 1U << 11,
};

/// A trap as its handler sees it.
struct Trap {
  TrapCause cause{};
  std::uint32_t pc = 0;     ///< mepc
  std::uint32_t value = 0;  ///< mtval: the address of a bad access, the bits of a bad instruction
};

/// For people: "load access fault (cause 5)".
std::string to_string(TrapCause cause);

}  // namespace kirchhoff::testbenches
