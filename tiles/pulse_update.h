#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "periphery/update_pulse_generator.h"
#include "tiles/capacitor_cell.h"

namespace kirchhoff::tiles {

/// Which source of a cell a pulse drives.
enum class Source : std::uint8_t { up, down };

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
  const std::uint16_t* steps = nullptr;  ///< up and down, cell by cell
  float step_unit_us = 0;
  float to_weight = 0;  ///< change of the weight per uS of charge
  float* q_us = nullptr;
  float* weights = nullptr;
};

/// Cell pulses written at a time: `list` of list_coincidences() needs room for as many more.
inline constexpr std::size_t pulses_at_once = 6;

/// Coincidences of row pulses with the columns that fire in their slot.
std::size_t count_coincidences(std::span<const periphery::PulseTrains::Pulse> rows,
                               const ColumnPulses& columns);

/// Lists them, row pulse by row pulse.
void list_coincidences(std::span<const periphery::PulseTrains::Pulse> rows, const ColumnPulses& columns,
                       std::size_t stride, CellPulse* list);

/// Fetches what apply_pulses() will touch into the cache.
void prefetch_pulses(std::span<const CellPulse> pulses, const PulseTargets& targets);

/// Applies capacitor pulses one after the other, with a standard normal number each.
void apply_pulses(std::span<const CellPulse> pulses, const float* normals, const CapacitorCell& cell,
                  const PulseTargets& targets);

}  // namespace kirchhoff::tiles
