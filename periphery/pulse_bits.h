#pragma once

#include <cstddef>
#include <cstdint>

#include "foundation/random_lanes.h"

namespace kirchhoff::periphery {

/// Lines whose trains are drawn together.
inline constexpr std::size_t train_lanes = foundation::RandomLanes::count;
/// Binary digits of a probability.
inline constexpr unsigned train_digits = 12;

/// Lists the lines of `count` that have a code, |code|, and 1 where it is negative, 0 elsewhere. Writes up to
/// train_lanes entries at a time. Returns how many there are.
std::size_t gather_active(const std::int16_t* codes, std::size_t count, std::uint32_t* lines,
                          std::uint32_t* negative, float* magnitudes);

/// Bits of lines, sixteen by sixteen: bit s of out[group][half][lane] is 1 with probability
/// min(1, magnitude x gain / full). `magnitudes` holds groups x train_lanes values.
void draw_trains(foundation::RandomLanes& random, const float* magnitudes, float gain, float full,
                 std::size_t groups, std::size_t halves, std::uint32_t* out);

/// Lines whose trains follow a pattern: slots in an order of their own, the one at rank r at r / slots on a
/// circle.
struct PatternedLines {
  /// [half][k], 2 slots + 1 each: bits of the slots of rank 0 .. k - 1, a slot that comes twice left out.
  const std::uint32_t* first_ranks = nullptr;
  std::uint32_t slots = 0;
  std::size_t halves = 0;
  std::uint32_t start = 0;  ///< phase of line 0, in 2^-32 of the circle
  std::uint32_t step = 0;   ///< of the phase, from line to line
  double unit = 0;          ///< phases out of 2^32 that fire, per unit of magnitude
  const std::uint32_t* lines = nullptr;
  const float* magnitudes = nullptr;
  std::size_t groups = 0;
};

/// Their bits, laid out the same: a slot's is 1 where its place, floor(2^32 rank / slots), moved on by the
/// phase of the line, modulo 2^32, is below unit x magnitude. These slots follow each other in rank.
void compare_trains(const PatternedLines& lines, std::uint32_t* out);

/// Bits as the above write them, and whose they are.
struct DrawnLines {
  const std::uint32_t* drawn = nullptr;
  std::size_t halves = 0;
  std::uint32_t last_half = 0;  ///< slots that the last half has
  const std::uint32_t* lines = nullptr;
  const std::uint32_t* negative = nullptr;
  std::size_t count = 0;
};

struct FiringLines {
  std::size_t lines = 0;
  std::uint64_t pulses = 0;
};

/// Keeps the lines that have a bit set; `bits` is laid out as in PulseTrains. There is room for whole groups.
FiringLines keep_firing(const DrawnLines& from, std::size_t stride, std::uint32_t* lines,
                        std::uint32_t* negative, std::uint32_t* bits);

}  // namespace kirchhoff::periphery
