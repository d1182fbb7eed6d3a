#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "foundation/aligned.h"

namespace kirchhoff::periphery {

/// The pulses of a group of lines in one update, one bit a slot. Lines without a pulse are left out.
struct PulseTrains {
  static constexpr std::size_t slots_per_word = 32;

  std::size_t words = 0;                ///< per line
  std::size_t stride = 0;               ///< lines a word of bits has room for, whole vectors
  std::vector<std::uint32_t> lines;     ///< that have a pulse, ascending
  std::vector<std::uint32_t> negative;  ///< 1 where the code of lines[k] is negative, else 0
  /// [word][k]: bit s % 32 of word s / 32 says that lines[k] fires in slot s; zeros behind the last line.
  foundation::AlignedVector<std::uint32_t> bits;
  std::uint64_t pulses = 0;   ///< on all lines
  std::uint64_t clipped = 0;  ///< pulses beyond one per slot that the lines could not send
};

/// Pulses of lines that ask for more than one per slot and so cannot be sent, p = gain |code| / full_code.
std::uint64_t clipped_pulses(std::size_t slots, std::int32_t full_code, double gain,
                             std::span<const std::int16_t> codes);

/// Pulses that trains of these codes have on average, all lines together.
double expected_pulses(std::size_t slots, std::int32_t full_code, double gain,
                       std::span<const std::int16_t> codes);

}  // namespace kirchhoff::periphery
