#include "testbenches/host/number_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

namespace kirchhoff::testbenches {

namespace {

/// The decimal exponent of the value once it is rounded to `digits` digits: 2 for 999.9 in four, 3 in three.
int rounded_exponent(double value, int digits) {
  std::array<char, 64> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(value),
                                          std::chars_format::scientific, digits - 1);
  const std::string text(buffer.data(), end);
  const std::size_t e = text.find('e');
  return error == std::errc() && e != std::string::npos ? std::stoi(text.substr(e + 1)) : 0;
}

}  // namespace

std::string fixed(double value, int decimals) {
  std::array<char, 512> buffer{};
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals);
  return error == std::errc() ? std::string(buffer.data(), end) : std::string("?");
}

std::string compact(double value) {
  std::array<char, 64> buffer{};
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, 3);
  return error == std::errc() ? std::string(buffer.data(), end) : std::string("?");
}

std::string significant(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return fixed(value, 0);
  return fixed(value, std::max(0, digits - 1 - rounded_exponent(value, digits)));
}

std::string engineering(double value, std::string_view unit) {
  static constexpr std::array<std::string_view, 11> prefixes{"a", "f", "p", "n", "u", "m",
                                                             "",  "k", "M", "G", "T"};
  constexpr int first_power = -18;
  constexpr int digits = 3;
  if (value == 0 || !std::isfinite(value)) return fixed(value, 0) + " " + std::string(unit);
  const double exponent = rounded_exponent(value, digits);
  const int power = std::clamp(3 * static_cast<int>(std::floor(exponent / 3)), first_power, 12);
  const auto prefix = prefixes[static_cast<std::size_t>((power - first_power) / 3)];
  double scale = 1;
  for (int i = 0; i < std::abs(power); ++i) scale *= 10;
  const double shown = power < 0 ? value * scale : value / scale;
  return significant(shown, digits) + " " + std::string(prefix) + std::string(unit);
}

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

}  // namespace kirchhoff::testbenches
