#pragma once

#include <cstddef>
#include <cstdint>

#include "tiles/capacitor_cell.h"
#include "tiles/pulse_list.h"

namespace kirchhoff::tiles {

/// What an update reads and writes of an array.
struct PulseTargets {
  CapacitorState* cells = nullptr;
  float* weights = nullptr;
  float step_unit_us = 0;
  float to_weight = 0;                      ///< change of the weight per uS of charge
  const CapacitorLimits* limits = nullptr;  ///< of each cell; null: those all have in common
};

/// Fetches the first cells of a list into the cache; apply_pulses() looks after the others.
void prefetch_first(const PulseList& pulses, const PulseTargets& targets);

/// Moves each cell of a list by all its pulses at once (CapacitorCell::move); `normals` has a standard normal
/// number for each.
void apply_pulses(const PulseList& pulses, const float* normals, const CapacitorCell& cell,
                  const PulseTargets& targets);

}  // namespace kirchhoff::tiles
