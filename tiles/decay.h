#pragma once

#include <cstddef>

#include "tiles/capacitor_cell.h"

namespace kirchhoff::tiles {

/// q *= factor for each cell, then w = (base + polarity q) per_kappa with base = f_gain (g_plus - g_minus),
/// for `count` cells.
void decay_cells(CapacitorState* cells, const float* factor, const float* g_plus_us, const float* g_minus_us,
                 float* weight, float f_gain, float polarity, float per_kappa, std::size_t count);

/// out = factor^ticks, cell by cell.
void power_cells(const float* factor, std::size_t ticks, float* out, std::size_t count);

}  // namespace kirchhoff::tiles
