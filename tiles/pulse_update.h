#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "periphery/update_pulse_generator.h"
#include "tiles/capacitor_cell.h"

namespace kirchhoff::tiles {

/// A pulse at a cell: 2 x cell + source.
using CellPulse = std::uint32_t;

/// The columns that fire in each slot and the source that their pulses drive, 64 columns a word.
struct ColumnPulses {
  const std::uint64_t* fired = nullptr;  ///< `words` per slot
  const std::uint64_t* down = nullptr;   ///< `words`
  std::size_t words = 0;
};

/// What an update reads and writes of an array.
struct PulseTargets {
  CapacitorState* cells = nullptr;
  float* weights = nullptr;
  float step_unit_us = 0;
  float to_weight = 0;                      ///< change of the weight per uS of charge
  const CapacitorLimits* limits = nullptr;  ///< of each cell; null: those all have in common
};

/// Room that a list of pulses needs behind its end: they are written, and looked at, some at a time.
inline constexpr std::size_t pulses_at_once = 32;

/// Lists the coincidences of row pulses with the columns that fire in their slot, row by row. Returns how
/// many there are.
std::size_t list_coincidences(const periphery::PulseTrains& rows, const ColumnPulses& columns,
                              std::size_t stride, CellPulse* list);

/// Fetches the cells of the first pulses into the cache; apply_pulses() looks after the others.
void prefetch_first(std::span<const CellPulse> pulses, const PulseTargets& targets);

/// Applies capacitor pulses one after the other, with a standard normal number each. There are
/// pulses_at_once readable entries behind them.
void apply_pulses(std::span<const CellPulse> pulses, const float* normals, const CapacitorCell& cell,
                  const PulseTargets& targets);

}  // namespace kirchhoff::tiles
