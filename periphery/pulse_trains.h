#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kirchhoff::periphery {

struct LinePulse {
  std::uint32_t line = 0;
  std::uint32_t slot = 0;
};

/// The pulses of a group of lines in one update, one bit a slot.
struct PulseTrains {
  std::size_t words = 0;              ///< per line, 64 slots each
  std::vector<std::uint64_t> bits;    ///< [line][word]; bit s % 64 of word s / 64: fires in slot s
  std::vector<std::uint32_t> firing;  ///< lines with a pulse, ascending
  std::vector<LinePulse> list;        ///< every pulse, lines ascending, slots of a line ascending
  std::uint64_t pulses = 0;           ///< on all lines
  std::uint64_t clipped = 0;          ///< pulses beyond one per slot that the lines could not send

  /// Fills in firing, list and pulses from the bits.
  void count_pulses();
};

/// Pulses of lines that ask for more than one per slot and so cannot be sent, p = gain |code| / full_code.
std::uint64_t clipped_pulses(std::size_t slots, std::int32_t full_code, double gain,
                             std::span<const std::int16_t> codes);

/// Pulses that trains of these codes have on average, all lines together.
double expected_pulses(std::size_t slots, std::int32_t full_code, double gain,
                       std::span<const std::int16_t> codes);

}  // namespace kirchhoff::periphery
