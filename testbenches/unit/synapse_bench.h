#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "foundation/random.h"
#include "tiles/hybrid_array.h"

namespace kirchhoff::unit {

/// Devices without spread, mismatch, slope, noise or decay; g_ref = 0, so that a cell's capacitor conductance
/// is its charge.
inline tiles::SynapseParameters perfect_devices() {
  tiles::SynapseParameters p;
  p.capacitor.g_min_us = -8;
  p.capacitor.g_max_us = 8;
  p.capacitor.g_ref_us = 0;
  p.capacitor.step_spread = 0;
  p.capacitor.mismatch = 0;
  p.capacitor.step_slope = 0;
  p.capacitor.cycle_noise = 0;
  p.capacitor.decay_spread = 0;
  p.pcm.set_noise = 0;
  p.pcm.drift = 0;
  p.pcm.read_noise = 0;
  p.capacitor.read_noise_us = 0;
  p.transfer.verify_noise_us = 0;
  return p;
}

/// A pulse of a line.
struct LinePulse {
  std::size_t line = 0;
  std::size_t slot = 0;
};

/// Trains with these pulses.
inline periphery::PulseTrains trains_of(const std::vector<LinePulse>& pulses, std::size_t lines,
                                        std::size_t slots) {
  periphery::PulseTrains trains;
  trains.words = (slots + 63) / 64;
  trains.bits.assign(lines * trains.words, 0);
  for (const auto pulse : pulses) {
    trains.bits[pulse.line * trains.words + pulse.slot / 64] |= std::uint64_t{1} << (pulse.slot % 64);
  }
  trains.count_pulses();
  return trains;
}

/// The same as the cells see the columns; codes give the signs.
inline periphery::ColumnTrains by_slot(const periphery::PulseTrains& trains,
                                       const std::vector<std::int16_t>& codes, std::size_t slots) {
  periphery::ColumnTrains columns;
  periphery::arrange_by_slot(trains, codes, slots, columns);
  return columns;
}

/// Gives every cell of the array the same pulses, without chance.
class PulseBench {
 public:
  PulseBench(std::size_t rows, std::size_t columns) : rows_(rows), columns_(columns) {}

  void raise(tiles::HybridArray& array, std::size_t pulses) { apply(array, pulses, -1); }
  void lower(tiles::HybridArray& array, std::size_t pulses) { apply(array, pulses, 1); }

 private:
  void apply(tiles::HybridArray& array, std::size_t pulses, std::int16_t delta) {
    const std::vector<std::int16_t> codes(columns_, delta);
    for (; pulses > 0; pulses -= std::min<std::size_t>(pulses, kSlots)) {
      const std::size_t now = std::min<std::size_t>(pulses, kSlots);
      const auto row_trains = all_lines(rows_, now);
      const auto column_trains = by_slot(all_lines(columns_, now), codes, kSlots);
      tiles::UpdateOrder order;
      order.operation = ++operation_;
      order.slots = kSlots;
      order.row_trains = &row_trains;
      order.column_trains = &column_trains;
      array.update(order);
    }
  }
  static periphery::PulseTrains all_lines(std::size_t lines, std::size_t pulses) {
    std::vector<LinePulse> list;
    for (std::size_t line = 0; line < lines; ++line) {
      for (std::size_t slot = 0; slot < pulses; ++slot) {
        list.push_back({line, slot});
      }
    }
    return trains_of(list, lines, kSlots);
  }

  static constexpr std::size_t kSlots = 63;
  std::size_t rows_;
  std::size_t columns_;
  std::uint64_t operation_ = 0;
};

/// Charge of a cell, uS above g_ref.
inline double charge(const tiles::SynapseArray& array, std::size_t row, std::size_t column,
                     const tiles::SynapseParameters& parameters) {
  return static_cast<double>(array.cell(row, column).g_capacitor_us) - parameters.capacitor.g_ref_us;
}

}  // namespace kirchhoff::unit
