#include "testbenches/host/csv_number.h"

#include <array>
#include <charconv>

namespace kirchhoff::testbenches {

std::string csv_number(float value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

std::string csv_number(double value) {
  constexpr int digits = 9;
  std::array<char, 32> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, digits);
  return {text.data(), end.ptr};
}

std::string csv_seconds(foundation::Duration time) {
  constexpr std::int64_t picoseconds = 1'000'000'000'000;
  constexpr std::size_t digits = 12;
  const std::string fraction = std::to_string(time.count() % picoseconds);
  return std::to_string(time.count() / picoseconds) + "." + std::string(digits - fraction.size(), '0') +
         fraction;
}

}  // namespace kirchhoff::testbenches
