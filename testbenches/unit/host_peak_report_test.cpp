#include <gtest/gtest.h>

#include <chrono>

#include "testbenches/host/peak_report.h"
#include "testbenches/unit/technology_of_node.h"

namespace kirchhoff::testbenches {
namespace {

class BusyTileReport : public testing::Test {
 protected:
  BusyTileReport() {
    inputs.technology = unit::technology_of_node("90nm");
    inputs.tile = {512, 512, 1, {}};
    inputs.update_slots = 63;
    inputs.transfer_interval = 8000;
  }
  PeakInputs inputs;
};

TEST_F(BusyTileReport, ImposedIsTheClosedFormWithTheNetworkApart) {
  inputs.imposed = true;
  const PeakReport report = report_peak(inputs);
  EXPECT_NEAR(report.efficiency.peak.tops_per_watt, 18.15, 0.01 * 18.15);
  EXPECT_NEAR(report.efficiency.peak_with_transfer.tops_per_mm2, 0.39, 0.01 * 0.39);
  EXPECT_EQ(report.area.routers_mm2, 0);
  EXPECT_DOUBLE_EQ(report.area.total_mm2(), report.base.area_mm2);
  ASSERT_TRUE(report.network.has_value());
  // The router with the digital part: 512 activations, and deltas, derivatives and sums of 512 columns; 15 %
  // overhead. 1,024 activations of 8 bits through two routers at 400 fJ/bit, 10 % control.
  const auto& t = inputs.technology;
  const double bits = 512 * 8 + 512 * (9 + 8 + 16);
  const double digital_mm2 = 1e-6 * (t.a_dig.base + bits * t.a_sram.base);
  EXPECT_GT(digital_mm2, 0);
  EXPECT_NEAR(report.network->area_mm2, (0.148 + digital_mm2) * 1.15, 1e-9);
  EXPECT_NEAR(report.network->energy_per_example_j, 1024 * 8 * 2 * 400e-15 * 1.1, 1e-13);
  EXPECT_LT(report.network->peak.tops_per_watt, report.efficiency.peak.tops_per_watt);
  EXPECT_LT(report.network->peak_with_transfer.tops_per_mm2,
            report.efficiency.peak_with_transfer.tops_per_mm2);
}

TEST_F(BusyTileReport, OtherwiseItIsTheChipsOwnTile) {
  const PeakReport report = report_peak(inputs);
  EXPECT_FALSE(report.network.has_value());
  EXPECT_GT(report.area.routers_mm2, 0);
  EXPECT_EQ(report.activity.slots, 63);
  EXPECT_DOUBLE_EQ(report.base.update_s, 63 * inputs.technology.t_upd.base);
  EXPECT_GT(report.activity.router_flits, 0);
}

/// 17.4 .. 43 TOP/s/W with transfer, says an independent estimate whose way of drawing is not known.
TEST_F(BusyTileReport, ActivitiesAreDrawnWithTheRest) {
  inputs.imposed = true;
  const RunResult::Figures with_ranges = report_peak(inputs).efficiency.peak_with_transfer;
  EXPECT_NEAR((*with_ranges.tops_per_watt_5_95)[0], 17.4, 0.06 * 17.4);
  EXPECT_NEAR((*with_ranges.tops_per_watt_5_95)[1], 43, 0.06 * 43);
  for (auto quantity :
       {&foundation::Technology::duty_x, &foundation::Technology::duty_d, &foundation::Technology::g_cap}) {
    foundation::Quantity& known = inputs.technology.*quantity;
    known.low = known.high = known.base;
  }
  const RunResult::Figures known = report_peak(inputs).efficiency.peak_with_transfer;
  EXPECT_LT((*known.tops_per_watt_5_95)[1] - (*known.tops_per_watt_5_95)[0],
            (*with_ranges.tops_per_watt_5_95)[1] - (*with_ranges.tops_per_watt_5_95)[0]);
}

TEST_F(BusyTileReport, SameBitsAgain) {
  const RunResult::Efficiency first = report_peak(inputs).efficiency;
  const RunResult::Efficiency second = report_peak(inputs).efficiency;
  EXPECT_EQ(first.peak.tops_per_watt_5_95, second.peak.tops_per_watt_5_95);
  EXPECT_EQ(first.peak_with_transfer.pj_per_op_median, second.peak_with_transfer.pj_per_op_median);
  EXPECT_EQ(first.published_reach->answer.distance, second.published_reach->answer.distance);
  EXPECT_EQ(first.uncertainty->draws, 10000U);
}

TEST_F(BusyTileReport, TenThousandDrawsTakeLessThanTwoSeconds) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_GE(report_peak(inputs).efficiency.uncertainty->draws, 10000U);
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 2);
}

TEST_F(BusyTileReport, TwoPhasesOfDeltasReadTwice) {
  inputs.draws = 0;
  const double once = report_peak(inputs).base.backward_s;
  inputs.transposed_passes = 2;
  EXPECT_DOUBLE_EQ(report_peak(inputs).base.backward_s, 2 * once);
}

}  // namespace
}  // namespace kirchhoff::testbenches
