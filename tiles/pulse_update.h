#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "periphery/update_pulse_generator.h"
#include "tiles/capacitor_cell.h"

namespace kirchhoff::tiles {

/// What an update reads and writes of an array; all cell arrays have the array's stride.
struct PulseTargets {
  const float* const* steps = nullptr;  ///< per column: its source, at row 0
  const float* normals = nullptr;       ///< one per coincidence
  float to_weight = 0;                  ///< change of the weight per uS of charge
  float* q_us = nullptr;
  float* weights = nullptr;
};

/// Coincidences of row pulses with the columns that fire in their slot: `words` masks of 64 columns a slot.
std::size_t count_coincidences(std::span<const periphery::PulseTrains::Pulse> rows,
                               const std::uint64_t* fired, std::size_t words);

/// Applies one capacitor pulse per coincidence: only cells that receive one are visited.
void apply_pulses(std::span<const periphery::PulseTrains::Pulse> rows, const std::uint64_t* fired,
                  std::size_t words, std::size_t stride, const CapacitorCell& cell,
                  const PulseTargets& targets);

}  // namespace kirchhoff::tiles
