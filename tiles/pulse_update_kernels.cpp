#include <bit>

#include "foundation/dispatch.h"
#include "tiles/pulse_update.h"

namespace kirchhoff::tiles {

using periphery::PulseTrains;

namespace {

KIRCHHOFF_CLONES std::size_t count_all(const PulseTrains::Pulse* rows, std::size_t count,
                                       const ColumnPulses columns) {
  std::size_t total = 0;
  for (std::size_t r = 0; r < count; ++r) {
    for (std::size_t word = 0; word < columns.words; ++word) {
      total += static_cast<std::size_t>(std::popcount(columns.fired[rows[r].slot * columns.words + word]));
    }
  }
  return total;
}

/// Cell pulses of one row pulse with 64 columns: a few are written whether they exist or not, which spares a
/// branch that cannot be predicted.
inline CellPulse* list_word(std::uint64_t fired, std::uint64_t down, std::size_t first_cell,
                            CellPulse* list) {
  CellPulse* const end = list + std::popcount(fired);
  do {
    for (std::size_t k = 0; k < pulses_at_once; ++k) {
      const auto column = static_cast<std::size_t>(std::countr_zero(fired | (std::uint64_t{1} << 63)));
      list[k] = static_cast<CellPulse>(2 * (first_cell + column) + ((down >> column) & 1U));
      fired &= fired - 1;
    }
    list += pulses_at_once;
  } while (list < end);
  return end;
}

KIRCHHOFF_CLONES void list_all(const PulseTrains::Pulse* rows, std::size_t count, const ColumnPulses columns,
                               std::size_t stride, CellPulse* list) {
  for (std::size_t r = 0; r < count; ++r) {
    for (std::size_t word = 0; word < columns.words; ++word) {
      list = list_word(columns.fired[rows[r].slot * columns.words + word], columns.down[word],
                       rows[r].line * stride + 64 * word, list);
    }
  }
}

KIRCHHOFF_CLONES void apply_all(const CellPulse* pulses, std::size_t count, const float* normals,
                                const CapacitorCell cell, const PulseTargets targets) {
  const float units[2] = {targets.step_unit_us, -targets.step_unit_us};
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t i = pulses[k] / 2;
    const float step = units[pulses[k] % 2] * static_cast<float>(targets.steps[pulses[k]]);
    const float before = targets.q_us[i];
    const float after = cell.pulse(before, step, normals[k]);
    targets.q_us[i] = after;
    // The weight follows by the change alone; decay and transfer compute it anew.
    targets.weights[i] += targets.to_weight * (after - before);
  }
}

}  // namespace

std::size_t count_coincidences(std::span<const PulseTrains::Pulse> rows, const ColumnPulses& columns) {
  return count_all(rows.data(), rows.size(), columns);
}

void list_coincidences(std::span<const PulseTrains::Pulse> rows, const ColumnPulses& columns,
                       std::size_t stride, CellPulse* list) {
  list_all(rows.data(), rows.size(), columns, stride, list);
}

void prefetch_pulses(std::span<const CellPulse> pulses, const PulseTargets& targets) {
  for (const CellPulse pulse : pulses) {
    __builtin_prefetch(targets.q_us + pulse / 2, 1);
    __builtin_prefetch(targets.steps + pulse);
    __builtin_prefetch(targets.weights + pulse / 2, 1);
  }
}

void apply_pulses(std::span<const CellPulse> pulses, const float* normals, const CapacitorCell& cell,
                  const PulseTargets& targets) {
  apply_all(pulses.data(), pulses.size(), normals, cell, targets);
}

}  // namespace kirchhoff::tiles
