#include "testbenches/cosim/gdb/hex_text.h"

#include <array>
#include <limits>

namespace kirchhoff::testbenches {

std::string hex_bytes(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 0xfU];
  }
  return text;
}

std::string hex_bytes(std::string_view text) {
  return hex_bytes(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

std::string hex_word(std::uint32_t value) {
  std::array<std::uint8_t, 4> bytes{};
  for (unsigned i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
  return hex_bytes(bytes);
}

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') {
    return digit - '0';
  }
  if (digit >= 'a' && digit <= 'f') {
    return digit - 'a' + 10;
  }
  if (digit >= 'A' && digit <= 'F') {
    return digit - 'A' + 10;
  }
  return -1;
}

std::optional<std::vector<std::uint8_t>> bytes_of_hex(std::string_view text) {
  if (text.size() % 2 != 0) {
    return std::nullopt;
  }
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return bytes;
}

std::optional<std::uint64_t> HexFields::take_number() {
  std::uint64_t value = 0;
  std::size_t digits = 0;
  while (digits < rest_.size() && hex_digit(rest_[digits]) >= 0) {
    if (digits == 16) {
      return std::nullopt;
    }
    value = value * 16 + static_cast<unsigned>(hex_digit(rest_[digits]));
    ++digits;
  }
  if (digits == 0) {
    return std::nullopt;
  }
  rest_.remove_prefix(digits);
  return value;
}

std::optional<std::uint32_t> HexFields::take_word() {
  const auto value = take_number();
  if (!value || *value > std::numeric_limits<std::uint32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(*value);
}

bool HexFields::take(char separator) {
  if (rest_.empty() || rest_.front() != separator) {
    return false;
  }
  rest_.remove_prefix(1);
  return true;
}

std::string_view HexFields::take_until(char separator) {
  const std::size_t end = rest_.find(separator);
  const std::string_view field = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  return field;
}

}  // namespace kirchhoff::testbenches
