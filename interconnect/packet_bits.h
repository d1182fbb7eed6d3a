#pragma once

#include <cstddef>

namespace kirchhoff::interconnect {

/// Bits that hold a wide sum of `parts` codes of `adc_bits`.
template <typename Bits>
constexpr Bits wide_bits(Bits adc_bits, std::size_t parts) {
  Bits extra = 0;
  while ((std::size_t{1} << extra) < parts) {
    ++extra;
  }
  return adc_bits + extra;
}

}  // namespace kirchhoff::interconnect
