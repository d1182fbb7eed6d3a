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

TEST(AreaModel, DigitalPartsOfTilesAndChip) {
  Technology t = round_numbers();
  t.a_dig.base = 700;
  t.a_sram.base = 0.5;
  t.a_seq.base = 9000;
  ChipShape chip{{10, 20, 1, {}}, 3, 4};
  // 8 bits for each of 10 rows, 33 for each of 20 columns.
  EXPECT_DOUBLE_EQ(chip_area(chip, t).digital_mm2, 4 * (700 + 740 * 0.5) * 1e-6);
  chip.sequencers = 1;
  const AreaBreakdown area = chip_area(chip, t);
  EXPECT_DOUBLE_EQ(area.digital_mm2, (4 * 1070 + 9000) * 1e-6);
  EXPECT_DOUBLE_EQ(area.total_mm2(),
                   1.25 * (area.cells_mm2 + area.periphery_mm2 + area.routers_mm2 + area.digital_mm2));
  chip.routers = 0;
  chip.sequencers = 0;
  EXPECT_EQ(chip_area(chip, t).digital_mm2, 0) << "an array with its periphery alone";
}

TEST(AreaModel, ReferenceLinesTakeCellsAndPeriphery) {
  const AreaBreakdown area = chip_area({{10, 20, 1, {}}, 1, 0}, round_numbers());
  EXPECT_DOUBLE_EQ(area.cells_mm2, 230 * 4e-6);  // a row of 20 and a column of 10 more
  EXPECT_DOUBLE_EQ(area.periphery_mm2, 32 * 100e-6);
}

TEST(AreaModel, DurationWiresTakeABufferAtEachOfFourEdges) {
  Technology t = round_numbers();
  t.a_buffer.base = 30;
  const AreaBreakdown area = chip_area({{10, 20, 0, {}, 40}, 3, 4}, t);
  EXPECT_DOUBLE_EQ(area.routers_mm2, 4 * (5000 + 4 * 40 * 30) * 1e-6);
  EXPECT_DOUBLE_EQ(tile_pitch_mm({10, 20, 0, {}, 40}, t), std::sqrt(1.25 * (800e-6 + 3000e-6 + 9800e-6)));
}

TEST(AreaModel, ReductionsTakeBuffersAndAddersOfEveryRouter) {
  Technology t = round_numbers();
  t.a_reduce.base = 11;
  const AreaBreakdown without = chip_area({{10, 20, 0, {}}, 3, 4}, t);
  const AreaBreakdown area = chip_area({{10, 20, 0, {}, 0, 300, 7}, 3, 4}, t);
  EXPECT_DOUBLE_EQ(area.routers_mm2, 4 * (5000 + 300 * t.a_sram.base + 7 * 11) * 1e-6);
  EXPECT_EQ(area.digital_mm2, without.digital_mm2);
}

TEST(AreaModel, PitchIsTheSideOfATileWithItsRouter) {
  EXPECT_DOUBLE_EQ(tile_pitch_mm({10, 20, 0, {}}, round_numbers()),
                   std::sqrt(1.25 * (800e-6 + 3000e-6 + 5000e-6)));
}

}  // namespace
}  // namespace kirchhoff::foundation
