#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kirchhoff::testbenches {

/// "0aff"
std::string hex_bytes(std::span<const std::uint8_t> bytes);
std::string hex_bytes(std::string_view text);
/// Four bytes, the least significant first.
std::string hex_word(std::uint32_t value);

/// Pairs of digits and nothing else; nothing for anything else.
std::optional<std::vector<std::uint8_t>> bytes_of_hex(std::string_view text);

/// Value of a digit, or -1.
int hex_digit(char digit);

/// Reads a packet from its front; every take_ removes what it found. Numbers are of 1 to 16 hexadecimal
/// digits.
class HexFields {
 public:
  explicit HexFields(std::string_view text) : rest_(text) {}

  std::optional<std::uint64_t> take_number();
  /// A number of at most 32 bits.
  std::optional<std::uint32_t> take_word();
  bool take(char separator);
  /// Up to the separator, which goes too, or to the end.
  std::string_view take_until(char separator);

  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace kirchhoff::testbenches
