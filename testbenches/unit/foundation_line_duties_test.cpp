#include <gtest/gtest.h>

#include "foundation/line_duties.h"

namespace {

using namespace kirchhoff::foundation;

TEST(LineDuties, AreMeansOverLinesAndPasses) {
  Ledger ledger{2};
  // Two passes of a tile of 10 x 5 cells: half of the rows driven for 0.4, cells of 5 and 12 uS.
  auto& forward = ledger.at(0, Phase::forward);
  forward.driver_passes = 20;
  forward.line_duty = 10 * 0.4;
  forward.multiply_accumulates = 100;
  forward.pcm_duty_s = 10 * 0.4 * 5 * 5e-6;
  forward.capacitor_duty_s = 10 * 0.4 * 5 * 12e-6;
  auto& backward = ledger.at(1, Phase::backward);
  backward.driver_passes = 10;
  backward.line_duty = 0.5;
  backward.multiply_accumulates = 100;
  backward.pcm_duty_s = 0.5 * 10 * 4e-6;
  backward.capacitor_duty_s = 0.5 * 10 * 11e-6;
  const auto duties = measured_duties(ledger);
  ASSERT_TRUE(duties.rows && duties.columns);
  EXPECT_DOUBLE_EQ(duties.rows->duty, 0.2);
  EXPECT_DOUBLE_EQ(duties.rows->pair_s, 5e-6);
  EXPECT_DOUBLE_EQ(duties.rows->capacitor_s, 12e-6);
  EXPECT_DOUBLE_EQ(duties.columns->duty, 0.05);
  EXPECT_DOUBLE_EQ(duties.columns->pair_s, 4e-6);
  EXPECT_DOUBLE_EQ(duties.columns->capacitor_s, 11e-6);
}

TEST(LineDuties, NothingReadNothingMeasured) {
  const Ledger ledger{1};
  const auto duties = measured_duties(ledger);
  EXPECT_FALSE(duties.rows);
  EXPECT_FALSE(duties.columns);
}

TEST(LineDuties, LinesWithoutPulsesHaveNoConductance) {
  Ledger ledger{1};
  ledger.at(0, Phase::forward).driver_passes = 3;
  ledger.at(0, Phase::forward).multiply_accumulates = 9;
  const auto duties = measured_duties(ledger);
  ASSERT_TRUE(duties.rows);
  EXPECT_EQ(duties.rows->duty, 0);
  EXPECT_EQ(duties.rows->pair_s, 0);
}

}  // namespace
