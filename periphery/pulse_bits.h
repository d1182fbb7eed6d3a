#pragma once

#include <cstddef>
#include <cstdint>

#include "foundation/random_lanes.h"

namespace kirchhoff::periphery {

/// Lines whose trains are drawn together.
inline constexpr std::size_t train_lanes = foundation::RandomLanes::count;
/// Binary digits of a probability.
inline constexpr unsigned train_digits = 12;

/// Bits of lines, sixteen by sixteen: bit s of out[group][half][lane] is 1 with probability
/// min(1, magnitude x gain / full). `magnitudes` holds groups x train_lanes values.
void draw_trains(foundation::RandomLanes& random, const float* magnitudes, float gain, float full,
                 std::size_t groups, std::size_t halves, std::uint32_t* out);

/// Bits of lines that follow a pattern, laid out the same: bit s % 32 of half s / 32 is 1 where
/// places[s] + phase of the line, modulo 2^32, is at most the line's `last`. 32 places a half.
void compare_trains(const std::uint32_t* places, std::size_t halves, const std::uint32_t* phases,
                    const std::uint32_t* last, std::size_t groups, std::uint32_t* out);

/// Lists the lines with a bit set, ascending, and counts the bits. Returns how many lines there are.
std::size_t find_firing(const std::uint64_t* bits, std::size_t words, std::size_t lines,
                        std::uint32_t* firing, std::uint64_t& pulses);

}  // namespace kirchhoff::periphery
