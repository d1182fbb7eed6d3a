#include <gtest/gtest.h>

#include <cmath>

#include "foundation/area_model.h"
#include "foundation/technology.h"

namespace kirchhoff::foundation {
namespace {

Technology round_numbers() {
  Technology t;
  t.a_cell.base = 4;
  t.a_neu.base = 100;
  t.a_router.base = 5000;
  t.a_ovh.base = 0.25;
  return t;
}

TEST(AreaModel, ByHand) {
  // 3 tiles of 10 x 20 without reference lines, 4 routers.
  const AreaBreakdown area = chip_area({{10, 20, 0, {}}, 3, 4}, round_numbers());
  EXPECT_DOUBLE_EQ(area.cells_mm2, 3 * 200 * 4e-6);
  EXPECT_DOUBLE_EQ(area.periphery_mm2, 3 * 30 * 100e-6);
  EXPECT_DOUBLE_EQ(area.routers_mm2, 4 * 5000e-6);
  EXPECT_DOUBLE_EQ(area.overhead_mm2, 0.25 * (2400e-6 + 9000e-6 + 20000e-6));
  EXPECT_DOUBLE_EQ(area.total_mm2(), 1.25 * 31400e-6);
}

TEST(AreaModel, ReferenceLinesTakeCellsAndPeriphery) {
  const AreaBreakdown area = chip_area({{10, 20, 1, {}}, 1, 0}, round_numbers());
  EXPECT_DOUBLE_EQ(area.cells_mm2, 230 * 4e-6);  // a row of 20 and a column of 10 more
  EXPECT_DOUBLE_EQ(area.periphery_mm2, 32 * 100e-6);
}

TEST(AreaModel, PitchIsTheSideOfATileWithItsRouter) {
  EXPECT_DOUBLE_EQ(tile_pitch_mm({10, 20, 0, {}}, round_numbers()),
                   std::sqrt(1.25 * (800e-6 + 3000e-6 + 5000e-6)));
}

}  // namespace
}  // namespace kirchhoff::foundation
