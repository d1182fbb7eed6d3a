#include "foundation/utf8.h"

#include <cstdint>

namespace kirchhoff::foundation {
namespace {

constexpr std::uint32_t ascii_end = 0x80;
constexpr std::uint32_t last_code_point = 0x10ffff;

/// Bytes of the sequence that starts with `lead`; 0 where none does.
std::size_t sequence_length(std::uint32_t lead) {
  if (lead < ascii_end) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

bool is_code_point(std::uint32_t code, std::size_t length) {
  constexpr std::uint32_t smallest_of_three = 0x800;
  constexpr std::uint32_t smallest_of_four = 0x10000;
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return !surrogate && code <= last_code_point && (length != 3 || code >= smallest_of_three) &&
         (length != 4 || code >= smallest_of_four);
}

}  // namespace

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) -> std::uint32_t { return static_cast<unsigned char>(text[i]); };
  std::size_t i = 0;
  while (i < text.size()) {
    if (byte(i) < ascii_end) {
      ++i;
      continue;
    }
    const std::size_t length = sequence_length(byte(i));
    if (length == 0 || i + length > text.size()) return i;
    std::uint32_t code = byte(i) & (0xffU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xc0U) != 0x80U) return i;
      code = (code << 6) | (byte(i + k) & 0x3fU);
    }
    if (!is_code_point(code, length)) return i;
    i += length;
  }
  return std::nullopt;
}

}  // namespace kirchhoff::foundation
