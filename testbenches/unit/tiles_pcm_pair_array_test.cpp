#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "testbenches/unit/statistics.h"
#include "testbenches/unit/synapse_bench.h"
#include "testbenches/unit/tile_bench.h"
#include "tiles/pcm_full_set.h"
#include "tiles/pcm_pair_array.h"

// Training in place on PCM pairs: what pulses, occasional RESET, energy and time of an update are.
namespace {

using namespace kirchhoff;
using foundation::Duration;
using foundation::from_seconds;
using foundation::Phase;
using interconnect::VectorFormat;
using tiles::PcmPairArray;
using tiles::SynapseParameters;
using tiles::TransferCount;

constexpr std::size_t kRows = 131;
constexpr std::size_t kColumns = 50;

/// No drift, no read noise, exact verify reads; pulses as noisy as the fit has them.
SynapseParameters still_pairs() {
  SynapseParameters p = unit::perfect_devices();
  p.kind = "pcm_pair";
  p.f_gain = 1;
  p.kappa_us = 10;
  return p;
}

struct Pair {
  unit::Sample plus;
  unit::Sample minus;
};
Pair conductances(const PcmPairArray& array) {
  Pair pair;
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j) {
      pair.plus.add(static_cast<double>(array.cell(i, j).g_plus_us));
      pair.minus.add(static_cast<double>(array.cell(i, j).g_minus_us));
    }
  }
  return pair;
}

TransferCount transfer(PcmPairArray& array, std::uint64_t operation) {
  TransferCount count;
  for (std::size_t row = 0; row < kRows; ++row) {
    count += array.transfer_row(operation, row);
  }
  array.finish_transfer();
  return count;
}

TEST(PcmPairArray, PulsesFollowTheLawOfFullSets) {
  const SynapseParameters p = still_pairs();
  const tiles::PcmFullSet law{p.pcm};
  for (const std::size_t pulses : {1U, 2U, 5U, 12U}) {
    PcmPairArray array{kRows, kColumns, p, 5, 0};
    unit::PulseBench bench{kRows, kColumns};
    bench.raise(array, pulses);
    const Pair pair = conductances(array);
    const auto expected = law.after_pulses(p.pcm.offset_us, pulses);
    EXPECT_NEAR(pair.plus.mean(), expected.mean_us, unit::alarm_sigma * pair.plus.standard_error() + 0.05);
    EXPECT_NEAR(pair.plus.deviation(), expected.deviation_us,
                unit::alarm_sigma * pair.plus.deviation_error() + 0.05);
    EXPECT_EQ(pair.minus.mean(), p.pcm.offset_us) << "a positive change is G+'s alone";
    // One pulse exactly: mean of max(1 + 0.6 Z, 0) times the step at 2 uS.
    if (pulses == 1) {
      const double given = unit::normal_distribution(1 / 0.6);
      const double density = std::exp(-0.5 / 0.36) / std::sqrt(2 * std::acos(-1.0));
      const double step = 0.125 * (1 + 27.2 * std::exp(-2.0 / 5)) * (given + 0.6 * density);
      EXPECT_NEAR(pair.plus.mean() - 2, step, unit::alarm_sigma * pair.plus.standard_error());
    }
  }
}

TEST(PcmPairArray, WeightsFollowThePairs) {
  SynapseParameters p = still_pairs();
  p.f_gain = 2;
  PcmPairArray array{kRows, kColumns, p, 5, 0};
  unit::PulseBench bench{kRows, kColumns};
  bench.raise(array, 3);
  bench.lower(array, 2);
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j) {
      const auto cell = array.cell(i, j);
      ASSERT_GE(cell.g_minus_us, 2.0F);  // a pulse in twenty does nothing, that is how noisy they are
      ASSERT_NEAR(cell.weight, 2 * (cell.g_plus_us - cell.g_minus_us) / 10, 2e-6F);
    }
  }
  EXPECT_EQ(array.last_pulses(3, 3).down, 2U);
  EXPECT_EQ(array.last_pulses(3, 3).up, 0U);
  const auto line = array.row_conductance(7);
  EXPECT_EQ(array.cell(3, 3).polarity, 0);
  EXPECT_EQ(line.capacitor_us, 0.0) << "there are no capacitors";
}

TEST(PcmPairArray, PulsesStopAtTheEndAndOccasionalResetKeepsTheDifference) {
  const SynapseParameters p = still_pairs();
  PcmPairArray array{kRows, kColumns, p, 5, 0};
  unit::PulseBench bench{kRows, kColumns};
  bench.raise(array, 300);
  EXPECT_EQ(conductances(array).plus.mean(), p.pcm.g_max_us);
  EXPECT_EQ(array.saturated().weights, kRows * kColumns) << "23 uS apart, and 19 is what can be rebuilt";
  bench.lower(array, 60);
  EXPECT_EQ(array.saturated().weights, 0U);
  std::vector<double> before;
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j) {
      before.push_back(static_cast<double>(array.cell(i, j).weight));
    }
  }
  const TransferCount count = transfer(array, 1);
  EXPECT_EQ(count.reset_pulses, 2 * kRows * kColumns);
  EXPECT_EQ(count.unconverged, 0U);
  EXPECT_EQ(count.residual_pulses, 0U);
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j) {
      const auto cell = array.cell(i, j);
      ASSERT_NEAR(static_cast<double>(cell.weight), before[i * kColumns + j], 0.2 / 10 + 1e-6);
      ASSERT_LE(std::max(cell.g_plus_us, cell.g_minus_us), 20.0F);
    }
  }
}

TEST(PcmPairArray, PairsWithRoomAreLeftAlone) {
  const SynapseParameters p = still_pairs();
  PcmPairArray array{kRows, kColumns, p, 5, 0};
  unit::PulseBench bench{kRows, kColumns};
  bench.raise(array, 4);
  const float before = array.cell(11, 12).weight;
  const TransferCount count = transfer(array, 1);
  EXPECT_EQ(count.set_pulses + count.reset_pulses, 0U);
  EXPECT_FLOAT_EQ(array.cell(11, 12).weight, before);
}

TEST(PcmPairArray, StuckDevicesTakeNoPart) {
  const SynapseParameters p = still_pairs();
  PcmPairArray array{kRows, kColumns, p, 5, 0};
  const tiles::CellFault fault{
      .row = 2, .column = 3, .device = tiles::CellDevice::g_plus, .kind = tiles::FaultKind::stuck_off};
  array.break_devices({&fault, 1});
  unit::PulseBench bench{kRows, kColumns};
  bench.raise(array, 3);
  EXPECT_EQ(array.cell(2, 3).g_plus_us, 0.0F);
  EXPECT_FLOAT_EQ(array.cell(2, 3).weight, -0.2F);
  EXPECT_GT(array.cell(2, 4).weight, 0.2F);
}

/// Updates follow one another within microseconds: devices must go on drifting all the same.
TEST(PcmPairArray, RefreshesComeWhileTrainingGoesOn) {
  SynapseParameters p = still_pairs();
  p.pcm.drift = 1;
  p.pcm.early_drift = true;
  PcmPairArray array{kRows, kColumns, p, 5, 0};
  const std::vector<float> targets(kColumns, 0.5F);
  for (std::size_t row = 0; row < kRows; ++row) {
    array.program_row(1, row, targets);
  }
  array.settle();
  // Pulses come to one column alone.
  const std::vector<std::int16_t> codes(kColumns, -1);
  const auto rows = unit::trains_of({{0, 0}}, kRows, 1);
  const auto columns = unit::trains_of({{0, 0}}, kColumns, 1, codes);
  tiles::UpdateOrder order;
  order.slots = 1;
  order.row_trains = &rows;
  order.column_trains = &columns;
  const float before = array.cell(60, 20).g_plus_us;
  for (int update = 0; update < 4000; ++update) {
    array.advance_to(from_seconds(2.5e-6) * update);
    order.operation = static_cast<std::uint64_t>(update) + 2;
    array.update(order);
  }
  // 10 ms at an exponent of about 0.05 from 1 us on.
  EXPECT_NEAR(array.cell(60, 20).g_plus_us / before, std::pow(1e4, -0.055), 0.12);
}

TEST(PcmPairArray, APulseGoesOnFromWhatWasProgrammed) {
  tiles::PcmParameters p;
  p.full_step_noise = 0;
  p.early_drift = true;
  tiles::PcmPairs pairs{1, 1, 16, p, 5, 0};
  const auto plus = tiles::PcmDeviceOf::plus;
  for (int pulse = 0; pulse < 6; ++pulse) {
    pairs.set_full(plus, 0, 0);
  }
  pairs.settle_row(1, 0, Duration{0});
  const float programmed = pairs.us(plus, 0);
  pairs.refresh(from_seconds(1));
  ASSERT_LT(pairs.us(plus, 0), 0.7F * programmed) << "it has drifted";
  const tiles::PcmFullSet law{p};
  pairs.set_training(plus, 0, 0);
  pairs.set_training(plus, 0, 0);
  EXPECT_FLOAT_EQ(pairs.us(plus, 0), law.set(law.set(programmed, 0), 0));
  pairs.settle_pulsed(2, from_seconds(1));
  EXPECT_EQ(pairs.endurance(plus, 0).sets, 8U);
  pairs.refresh(from_seconds(1));
  EXPECT_FLOAT_EQ(pairs.us(plus, 0), law.set(law.set(programmed, 0), 0)) << "drift begins anew";
}

TEST(PcmPairArray, UpdatesAreSetPulsesInEnergyAndTime) {
  auto parameters = unit::small_tile(30, 10);
  parameters.synapse.kind = "pcm_pair";
  parameters.synapse.f_gain = 1;
  parameters.synapse.kappa_us = 10;
  parameters.timing.pcm_updates = true;
  parameters.periphery.update_slots = 5;
  unit::TileBench bench{parameters};
  bench.configure({.rows = 21,
                   .columns = 7,
                   .control = tiles::control_collector | tiles::control_bias | tiles::control_last_layer});
  bench.program(std::vector<std::vector<float>>(21, std::vector<float>(7, 0.0F)));
  const std::vector<float> inputs(20, 255.0F);
  const std::vector<float> deltas(7, 255.0F);
  unit::Sample moved;
  for (int update = 0; update < 200; ++update) {
    const double before = bench.weight(4, 5);
    bench.send(unit::route_in, VectorFormat::u8, inputs, bench.now);
    bench.send(unit::route_delta, VectorFormat::s16, deltas, bench.now, -2);
    moved.add(bench.weight(4, 5) - before);
  }
  EXPECT_LT(moved.mean(), 0) << "against the gradient";
  const auto& update = bench.ledger.at(0, Phase::update);
  EXPECT_GT(update.update_pulses, 1000U);
  EXPECT_EQ(update.set_pulses, update.update_pulses);
  // rate x delta kappa / step, the step at 12.5 uS: 0.05 x 0.25 x 10 / 0.404 = 0.31 pulses a cell.
  const double expected = 0.05 * 0.25 * 10 / (0.125 * (1 + 27.2 * std::exp(-2.5)));
  EXPECT_NEAR(static_cast<double>(update.update_pulses) / (200 * 21 * 7), expected, 0.03 * expected);
  EXPECT_EQ(bench.ledger.at(0, Phase::forward).capacitor_duty_s, 0.0);
  EXPECT_GT(bench.ledger.at(0, Phase::forward).pcm_duty_s, 0.0);
  EXPECT_EQ(parameters.timing.update(5), parameters.timing.pcm_pulse * 5);
}

}  // namespace
