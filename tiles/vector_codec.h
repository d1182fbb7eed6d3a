#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "interconnect/packet.h"

namespace kirchhoff::tiles {

/// Elements first .. first + out.size() - 1 of a packet's payload as floats (codes are integers, exact).
/// False if the payload is too short for them.
bool decode(interconnect::VectorFormat format, std::span<const std::byte> bytes, std::size_t first,
            std::span<float> out);

/// The other way round; values must be integers within range unless the format is f32. Returns the bytes
/// used.
std::size_t encode(interconnect::VectorFormat format, std::span<const float> values,
                   std::span<std::byte> bytes);

}  // namespace kirchhoff::tiles
