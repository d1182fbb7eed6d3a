#include <gtest/gtest.h>

#include <vector>

#include "foundation/random.h"
#include "tiles/ideal_array.h"

namespace {

using namespace kirchhoff;
using tiles::AssumedCell;
using tiles::IdealArray;

TEST(IdealArray, ProgrammingIsExact) {
  IdealArray array{3, 2, AssumedCell{}};
  const std::vector<float> row{0.123456F, -1e6F};
  array.program_row(1, 1, row);
  EXPECT_EQ(array.weights().at(1, 0), 0.123456F);
  EXPECT_EQ(array.cell(1, 1).weight, -1e6F);
  EXPECT_EQ(array.weights().at(0, 0), 0.0F);
  EXPECT_EQ(array.weights().at(2, 1), 0.0F);
}

TEST(IdealArray, UpdatesAreExact) {
  IdealArray array{4, 3, AssumedCell{}};
  const std::vector<float> x{0.5F, 0.0F, 1.0F, -2.0F};
  const std::vector<float> deltas{0.25F, -1.0F, 0.0F};
  tiles::UpdateOrder order;
  order.x = x;
  order.deltas = deltas;
  order.rate = 0.5F;
  array.update(order);
  array.update(order);
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      EXPECT_EQ(array.weights().at(i, j), -2 * 0.5F * x[i] * deltas[j]);
    }
  }
}

TEST(IdealArray, TransferAndTimeLeaveTheWeights) {
  IdealArray array{2, 2, AssumedCell{}};
  const std::vector<float> row{0.3F, 0.7F};
  array.program_row(1, 0, row);
  array.advance_to(foundation::from_seconds(1000));
  array.transfer_row(2, 0);
  array.finish_transfer();
  EXPECT_EQ(array.weights().at(0, 0), 0.3F);
  EXPECT_EQ(array.weights().at(0, 1), 0.7F);
}

TEST(IdealArray, EffortIsTheAssumedOne) {
  IdealArray array{131,
                   50,
                   {.pcm_pair_us = 5,
                    .capacitor_us = 12,
                    .transfer_iterations = 8,
                    .set_pulses = 5,
                    .reset_probability = 0.2}};
  array.select(100, 40);
  const auto count = array.transfer_row(1, 0);
  EXPECT_EQ(count.reads, 8U);
  EXPECT_EQ(count.pulse_rounds, 8U);
  EXPECT_EQ(count.set_pulses, 200U);
  EXPECT_EQ(count.reset_pulses, 16U);
}

TEST(IdealArray, ConductancesAreTheAssumedOnes) {
  IdealArray array{131, 50, {.pcm_pair_us = 5, .capacitor_us = 12}};
  array.select(100, 40);
  EXPECT_DOUBLE_EQ(array.row_conductance(7).pcm_us, 200);
  EXPECT_DOUBLE_EQ(array.row_conductance(7).capacitor_us, 480);
  const auto rows = array.driven_rows(std::vector<float>{0.5F, 0.0F, -0.25F});
  EXPECT_DOUBLE_EQ(rows.duty, 0.75);
  EXPECT_EQ(rows.lines, 2U);
  EXPECT_DOUBLE_EQ(rows.conductance.pcm_us, 0.75 * 200);
  const auto columns = array.driven_columns(std::vector<float>{1.0F});
  EXPECT_DOUBLE_EQ(columns.conductance.capacitor_us, 1200);
}

}  // namespace
