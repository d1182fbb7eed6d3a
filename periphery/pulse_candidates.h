#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kirchhoff::periphery {

/// Random words that give `lines` lines 16 bits each: sixteen words for every 32 lines.
constexpr std::size_t words_of_lines(std::size_t lines) {
  return (lines + 31) / 32 * 16;
}

/// The 16 bits of a line: lines 0-15 of 32 have the lower halves of their words, lines 16-31 the upper ones.
constexpr std::uint32_t half_of_line(std::span<const std::uint32_t> words, std::size_t line) {
  return (words[line / 32 * 16 + line % 16] >> (line % 32 / 16 * 16)) & 0xffffU;
}

/// Sets bit i of `masks` (one word per 64 lines) where line i could fire: its 16 bits are within
/// |code| x fire_per_code of their maximum.
void find_candidates(std::span<const std::int16_t> codes, std::span<const std::uint32_t> words,
                     float fire_per_code, std::span<std::uint64_t> masks);

}  // namespace kirchhoff::periphery
