#include "periphery/pulse_trains.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>

#include "periphery/pulse_bits.h"

namespace kirchhoff::periphery {

void PulseTrains::count_pulses() {
  const std::size_t lines = words == 0 ? 0 : bits.size() / words;
  firing.resize(lines);
  firing.resize(find_firing(bits.data(), words, lines, firing.data(), pulses));
  list.resize(pulses);
  LinePulse* next = list.data();
  for (const std::uint32_t line : firing) {
    for (std::size_t word = 0; word < words; ++word) {
      for (std::uint64_t left = bits[line * words + word]; left != 0; left &= left - 1) {
        *next++ = {line,
                   static_cast<std::uint32_t>(64 * word + static_cast<std::size_t>(std::countr_zero(left)))};
      }
    }
  }
}

std::uint64_t clipped_pulses(std::size_t slots, std::int32_t full_code, double gain,
                             std::span<const std::int16_t> codes) {
  double clipped = 0;
  if (gain > 1) {
    for (const std::int16_t code : codes) {
      clipped += std::max(gain * std::abs(code) / full_code - 1, 0.0) * static_cast<double>(slots);
    }
  }
  return static_cast<std::uint64_t>(std::floor(clipped + 0.5));
}

double expected_pulses(std::size_t slots, std::int32_t full_code, double gain,
                       std::span<const std::int16_t> codes) {
  double expected = 0;
  for (const std::int16_t code : codes) {
    expected += std::min(gain * std::abs(code) / full_code, 1.0);
  }
  return expected * static_cast<double>(slots);
}

}  // namespace kirchhoff::periphery
