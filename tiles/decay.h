#pragma once

#include <cstddef>
#include <cstdint>

#include "tiles/capacitor_cell.h"

namespace kirchhoff::tiles {

/// q *= factor for each cell, then w = (base + polarity q) per_kappa with base = f_gain (g_plus - g_minus),
/// for `count` cells.
void decay_cells(CapacitorState* cells, const float* factor, const float* g_plus_us, const float* g_minus_us,
                 float* weight, float f_gain, float polarity, float per_kappa, std::size_t count);

/// What wires leave of a cell.
struct WiredCells {
  const float* offset_us;            ///< of F (G+ - G-)
  const std::uint16_t* attenuation;  ///< of the capacitor's part, in attenuation_unit
};
inline constexpr float attenuation_unit = 1.0F / 65535;
/// The same behind wires: w = (f_gain (g_plus - g_minus) + offset + polarity attenuation q) per_kappa.
void decay_cells(CapacitorState* cells, const float* factor, const float* g_plus_us, const float* g_minus_us,
                 const WiredCells& wires, float* weight, float f_gain, float polarity, float per_kappa,
                 std::size_t count);

/// out = factor^ticks, cell by cell.
void power_cells(const float* factor, std::size_t ticks, float* out, std::size_t count);

}  // namespace kirchhoff::tiles
