#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kirchhoff::testbenches {

/// Three significant digits and an SI prefix: 3.214e-07 and "J" give "321 nJ".
[[nodiscard]] std::string engineering(double value, std::string_view unit);

/// `digits` significant digits, never an exponent: 0.0368, 2.31, 28.1, 1234.
[[nodiscard]] std::string significant(double value, int digits = 3);

/// As short as it goes with three significant digits, with an exponent where that is shorter: 0.45,
/// 1, 1.2e-16.
[[nodiscard]] std::string compact(double value);

/// `decimals` digits after the point.
[[nodiscard]] std::string fixed(double value, int decimals);

/// Thousands apart: "60,000".
[[nodiscard]] std::string grouped(std::uint64_t value);

}  // namespace kirchhoff::testbenches
