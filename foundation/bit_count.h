#pragma once

#include <cstdint>

namespace kirchhoff::foundation {

/// std::popcount in arithmetic that every compiler makes a vector loop of.
constexpr std::uint32_t bit_count(std::uint32_t word) {
  word -= word >> 1 & 0x55555555U;
  word = (word & 0x33333333U) + (word >> 2 & 0x33333333U);
  word = (word + (word >> 4)) & 0x0f0f0f0fU;
  word += word >> 8;
  return (word + (word >> 16)) & 0x3fU;
}

}  // namespace kirchhoff::foundation
