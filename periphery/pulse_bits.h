#pragma once

#include <cstddef>
#include <cstdint>

namespace kirchhoff::periphery {

/// Lines whose trains are drawn together.
inline constexpr std::size_t train_lanes = 16;
/// Binary digits of a probability.
inline constexpr unsigned train_digits = 12;

/// Random words for `train_lanes` lines of `halves` x 32 slots.
constexpr std::size_t words_of_lanes(std::size_t halves) {
  return train_lanes * (1 + train_digits * halves);
}

/// Bits of sixteen lines: bit s of out[half][lane] is 1 with probability min(1, magnitude x gain / full).
/// `words` holds words_of_lanes(halves) independent uniform words.
void draw_trains(const float* magnitudes, float gain, float full, const std::uint32_t* words,
                 std::size_t halves, std::uint32_t* out);

/// Lists the lines with a bit set, ascending, and counts the bits. Returns how many lines there are.
std::size_t find_firing(const std::uint64_t* bits, std::size_t words, std::size_t lines,
                        std::uint32_t* firing, std::uint64_t& pulses);

}  // namespace kirchhoff::periphery
