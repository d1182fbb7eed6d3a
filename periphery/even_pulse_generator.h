#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "periphery/active_lines.h"
#include "periphery/pulse_trains.h"

namespace kirchhoff::periphery {

/// Deterministic bit trains of an array's lines, without random numbers.
///
/// Slot s has a place (s / slots, g s mod slots / slots) on the unit square, the first for rows, the second
/// for columns: a lattice whose g keeps the points evenly spread (Zaremba's index, the least product of the
/// wrapped distances of two points, is largest). A line with probability p fires in the slots whose place,
/// moved on by the line's phase, lies below p; a row and a column then coincide as often as moved points lie
/// in a rectangle of p_x by p_d: slots p_x p_d to within 3.5 pulses up to 128 slots (0.7 rms over all pairs
/// of codes, where stochastic trains have 3.0 at 63), whatever the phases.
///
/// Phases go on from update to update and from line to line by irrational steps, those of rows and columns
/// independent of each other, as a dither. So the points of many updates fill the square evenly, and products
/// below one pulse survive: the long-run mean of the coincidences is slots p_x p_d; the sum over thousands of
/// updates is off by some 20 pulses.
class EvenPulseGenerator {
 public:
  enum class Side : std::uint8_t { rows, columns };

  EvenPulseGenerator(std::int64_t slots, std::int32_t full_code);

  /// Trains of all lines, as UpdatePulseGenerator::generate(). `generator` shifts the phases, so that
  /// generators of different numbers do not act in step.
  void generate(Side side, std::uint32_t generator, std::uint64_t update, double gain,
                std::span<const std::int16_t> codes, PulseTrains& trains);

  [[nodiscard]] std::size_t slots() const { return slots_; }

 private:
  std::size_t slots_;
  std::int32_t full_code_;
  std::vector<std::uint32_t> row_ranks_;     ///< PatternedLines::first_ranks
  std::vector<std::uint32_t> column_ranks_;  ///< the same
  std::uint32_t row_step_ = 0;               ///< of the phases, from update to update
  std::uint32_t column_step_ = 0;
  ActiveLines active_;
  std::vector<std::uint32_t> drawn_;
};

}  // namespace kirchhoff::periphery
