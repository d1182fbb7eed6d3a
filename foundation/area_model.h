#pragma once

#include <cstdint>

#include "foundation/tile_geometry.h"

namespace kirchhoff::foundation {

struct Technology;

/// Square millimetres by what stands on them.
struct AreaBreakdown {
  double cells_mm2 = 0;
  double periphery_mm2 = 0;  ///< drivers, integrators, converters: by line
  double routers_mm2 = 0;    ///< and duration wires, reduction buffers and adders
  double digital_mm2 = 0;    ///< line buffers, sums and activations of tiles; sequencer and host interface
  double overhead_mm2 = 0;   ///< a_ovh x the rest: wiring, control, bias, pads

  [[nodiscard]] double total_mm2() const {
    return cells_mm2 + periphery_mm2 + routers_mm2 + digital_mm2 + overhead_mm2;
  }
};

/// Area = (tiles x (cells a_cell + lines a_neu) + routers (a_router + 4 wires a_buffer + added bits a_sram
/// + adders a_reduce + a_dig + bits a_sram) + sequencers a_seq) (1 + a_ovh), at the technology's base values.
/// Wires are the duration wires of a link, which leave a tile at four edges; added bits and adders those of
/// a router's reductions; bits those of a tile's line buffers: an activation of 8 per row and a sum of 16 per
/// column for every example under way, a delta of 9 and a derivative of 8 per column. Not modelled: pads,
/// supplies.
[[nodiscard]] AreaBreakdown chip_area(const ChipShape& chip, const Technology& technology);

/// Distance from tile to tile: the side of a square that holds a tile and its router.
[[nodiscard]] double tile_pitch_mm(const TileGeometry& geometry, const Technology& technology);

}  // namespace kirchhoff::foundation
