#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "testbenches/unit/statistics.h"
#include "testbenches/unit/synapse_bench.h"

// A synapse of a capacitor alone, and ranges that differ from cell to cell.
namespace {

using namespace kirchhoff;
using tiles::HybridArray;
using tiles::SynapseParameters;

constexpr std::size_t kRows = 131;
constexpr std::size_t kColumns = 50;

SynapseParameters capacitors_alone() {
  SynapseParameters p = unit::perfect_devices();
  p.kind = "capacitor";
  p.kappa_us = 8;
  return p;
}

TEST(CapacitorKind, ProgrammingWritesCharge) {
  const SynapseParameters p = capacitors_alone();
  HybridArray array{kRows, kColumns, p, 3, 0};
  std::vector<float> targets(kColumns);
  for (std::size_t j = 0; j < kColumns; ++j) {
    targets[j] = -0.9F + 0.037F * static_cast<float>(j);
  }
  const auto count = array.program_row(1, 4, targets);
  EXPECT_EQ(count.set_pulses + count.reset_pulses, 0U);
  EXPECT_GT(count.residual_pulses, 0U);
  const double half_a_step = 0.5 * 0.032 / 8;
  for (std::size_t j = 0; j < kColumns; ++j) {
    const auto cell = array.cell(4, j);
    // Step sizes are kept to 2e-4, and there are up to 250 of them.
    EXPECT_NEAR(cell.weight, targets[j], half_a_step + 1e-4);
    EXPECT_EQ(cell.g_plus_us, 0.0F);
    EXPECT_EQ(cell.g_minus_us, 0.0F);
  }
  array.select(kRows, kColumns);
  EXPECT_EQ(array.row_conductance(4).pcm_us, 0.0);
}

TEST(CapacitorKind, ATransferHasNothingToDo) {
  SynapseParameters p;
  p.kind = "capacitor";
  HybridArray array{kRows, kColumns, p, 3, 0};
  unit::PulseBench bench{kRows, kColumns};
  bench.raise(array, 40);
  const float before = array.cell(9, 9).weight;
  ASSERT_GT(before, 0.0F);
  const auto count = array.transfer_row(1, 9);
  array.finish_transfer();
  EXPECT_EQ(count.reads + count.residual_pulses + count.set_pulses, 0U);
  EXPECT_EQ(array.cell(9, 9).weight, before);
  EXPECT_EQ(array.polarity(), 1);
}

TEST(CapacitorKind, ChargeDecays) {
  SynapseParameters p = capacitors_alone();
  p.capacitor.decay_tau_ms = 10;
  HybridArray array{kRows, kColumns, p, 3, 0};
  unit::PulseBench bench{kRows, kColumns};
  bench.raise(array, 60);
  const float before = array.cell(9, 9).weight;
  array.advance_to(foundation::from_seconds(10e-3));
  EXPECT_NEAR(array.cell(9, 9).weight / before, std::exp(-1.0), 1e-3);
}

TEST(RangeSpread, EndsAreNormalAndIndependent) {
  for (const char* kind : {"hybrid", "capacitor"}) {
    SynapseParameters p = capacitors_alone();
    p.kind = kind;
    p.capacitor.range_spread = 0.07;
    std::vector<double> high;
    std::vector<double> low;
    for (const bool up : {true, false}) {
      HybridArray array{kRows, kColumns, p, 3, 0};
      unit::PulseBench bench{kRows, kColumns};
      up ? bench.raise(array, 400) : bench.lower(array, 400);
      EXPECT_EQ(array.saturated().capacitors, kRows * kColumns);
      for (std::size_t i = 0; i < kRows; ++i) {
        for (std::size_t j = 0; j < kColumns; ++j) {
          (up ? high : low).push_back(unit::charge(array, i, j, p) / (up ? 8 : -8));
        }
      }
    }
    EXPECT_TRUE(unit::is_normal(high, 1, 0.07));
    EXPECT_TRUE(unit::is_normal(low, 1, 0.07));
    unit::Sample product;
    for (std::size_t k = 0; k < high.size(); ++k) {
      product.add((high[k] - 1) * (low[k] - 1));
    }
    EXPECT_NEAR(product.mean(), 0, unit::alarm_sigma * product.standard_error());
  }
}

TEST(RangeSpread, ATransferCountsCellsAtTheirOwnEnds) {
  SynapseParameters p = unit::perfect_devices();
  p.capacitor.range_spread = 0.3;
  HybridArray array{kRows, kColumns, p, 3, 0};
  unit::PulseBench bench{kRows, kColumns};
  bench.raise(array, 250);  // to the mean end: half of the cells have stopped before
  EXPECT_EQ(array.saturated().cells, kRows * kColumns);
  const auto found = array.saturated().capacitors;
  EXPECT_NEAR(static_cast<double>(found) / (kRows * kColumns), 0.5, 0.05);
  tiles::TransferCount count;
  for (std::size_t row = 0; row < kRows; ++row) {
    count += array.transfer_row(1, row);
  }
  EXPECT_EQ(count.saturated_capacitors, found);
}

}  // namespace
