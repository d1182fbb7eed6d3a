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

/// Trains with these pulses; codes give the signs of lines, none: all positive.
inline periphery::PulseTrains trains_of(const std::vector<LinePulse>& pulses, std::size_t lines,
                                        std::size_t slots, const std::vector<std::int16_t>& codes = {}) {
  constexpr std::size_t kWord = periphery::PulseTrains::slots_per_word;
  std::vector<std::vector<bool>> table(lines, std::vector<bool>(slots));
  for (const auto pulse : pulses) {
    table.at(pulse.line).at(pulse.slot) = true;
  }
  periphery::PulseTrains trains;
  trains.words = (slots + kWord - 1) / kWord;
  trains.stride = foundation::padded_to_vector(lines);
  trains.bits.assign(trains.words * trains.stride, 0);
  for (std::size_t line = 0; line < lines; ++line) {
    const auto fired = static_cast<std::uint64_t>(std::count(table[line].begin(), table[line].end(), true));
    if (fired == 0) {
      continue;
    }
    for (std::size_t slot = 0; slot < slots; ++slot) {
      trains.bits[slot / kWord * trains.stride + trains.lines.size()] |= (table[line][slot] ? 1U : 0U)
                                                                         << (slot % kWord);
    }
    trains.lines.push_back(static_cast<std::uint32_t>(line));
    trains.negative.push_back(!codes.empty() && codes.at(line) < 0 ? 1 : 0);
    trains.pulses += fired;
  }
  return trains;
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
      const auto column_trains = all_lines(columns_, now, codes);
      tiles::UpdateOrder order;
      order.operation = ++operation_;
      order.slots = kSlots;
      order.row_trains = &row_trains;
      order.column_trains = &column_trains;
      array.update(order);
    }
  }
  static periphery::PulseTrains all_lines(std::size_t lines, std::size_t pulses,
                                          const std::vector<std::int16_t>& codes = {}) {
    std::vector<LinePulse> list;
    for (std::size_t line = 0; line < lines; ++line) {
      for (std::size_t slot = 0; slot < pulses; ++slot) {
        list.push_back({line, slot});
      }
    }
    return trains_of(list, lines, kSlots, codes);
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
