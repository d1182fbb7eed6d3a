#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>

namespace kirchhoff::foundation {

/// Simulated time, and a span of it: integer picoseconds, so that sums do not depend on their order.
/// Spans 106 days.
using Duration = std::chrono::duration<std::int64_t, std::pico>;

/// Rounded to the nearest picosecond.
inline Duration from_seconds(double seconds) {
  return Duration{std::llround(seconds * 1e12)};
}

inline double to_seconds(Duration duration) {
  return static_cast<double>(duration.count()) * 1e-12;
}

}  // namespace kirchhoff::foundation
