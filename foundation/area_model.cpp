#include "foundation/area_model.h"

#include <cmath>

#include "foundation/technology.h"

namespace kirchhoff::foundation {

namespace {
constexpr double mm2_per_um2 = 1e-6;

double buffer_bits(const TileGeometry& tile) {
  constexpr double per_row = 8;
  constexpr double per_column = 9 + 8;
  constexpr double per_partial_sum = 16;
  const auto rows = static_cast<double>(tile.rows);
  const auto columns = static_cast<double>(tile.columns);
  return columns * per_column +
         static_cast<double>(tile.line_buffers) * (rows * per_row + columns * per_partial_sum);
}
}  // namespace

AreaBreakdown chip_area(const ChipShape& chip, const Technology& technology) {
  const auto tiles = static_cast<double>(chip.tiles);
  AreaBreakdown area;
  area.cells_mm2 = tiles * chip.tile.cells() * technology.a_cell.base * mm2_per_um2;
  area.periphery_mm2 = tiles * chip.tile.lines() * technology.a_neu.base * mm2_per_um2;
  constexpr double edges = 4;
  const double router_um2 = technology.a_router.base +
                            edges * static_cast<double>(chip.tile.duration_wires) * technology.a_buffer.base +
                            static_cast<double>(chip.tile.reduction_bits) * technology.a_sram.base +
                            static_cast<double>(chip.tile.reduction_adders) * technology.a_reduce.base;
  area.routers_mm2 = static_cast<double>(chip.routers) * router_um2 * mm2_per_um2;
  const double tile_digital = technology.a_dig.base + buffer_bits(chip.tile) * technology.a_sram.base;
  area.digital_mm2 = (static_cast<double>(chip.routers) * tile_digital +
                      static_cast<double>(chip.sequencers) * technology.a_seq.base) *
                     mm2_per_um2;
  area.overhead_mm2 = technology.a_ovh.base * area.total_mm2();
  return area;
}

double tile_pitch_mm(const TileGeometry& geometry, const Technology& technology) {
  return std::sqrt(chip_area({geometry, 1, 1}, technology).total_mm2());
}

}  // namespace kirchhoff::foundation
