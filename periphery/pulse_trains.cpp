#include "periphery/pulse_trains.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace kirchhoff::periphery {

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
