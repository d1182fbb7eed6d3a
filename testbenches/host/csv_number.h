#pragma once

#include <string>

#include "foundation/duration.h"

namespace kirchhoff::testbenches {

/// The shortest text that reads back as the same float.
[[nodiscard]] std::string csv_number(float value);

/// Nine digits: what is computed from floats has no more.
[[nodiscard]] std::string csv_number(double value);

/// Seconds, to the picosecond.
[[nodiscard]] std::string csv_seconds(foundation::Duration time);

}  // namespace kirchhoff::testbenches
