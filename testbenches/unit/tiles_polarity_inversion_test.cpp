#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "testbenches/unit/statistics.h"
#include "testbenches/unit/synapse_bench.h"

namespace {

using namespace kirchhoff;
using tiles::HybridArray;
using tiles::SynapseParameters;

constexpr std::size_t kRows = 40;
constexpr std::size_t kColumns = 50;

SynapseParameters mismatched(bool inversion) {
  auto parameters = unit::perfect_devices();
  parameters.capacitor.mismatch = 0.25;
  parameters.transfer.polarity_inversion = inversion;
  parameters.transfer.tolerance_us =
      0.01;  // little is left to the capacitor, so that it does not blur the sum
  parameters.transfer.max_iterations = 60;
  return parameters;
}

/// An interval of learning that asks for as much up as down.
void balanced_interval(HybridArray& array, unit::PulseBench& bench, std::uint64_t operation) {
  for (int i = 0; i < 5; ++i) {
    bench.raise(array, 10);
    bench.lower(array, 10);
  }
  for (std::size_t row = 0; row < kRows; ++row) {
    array.transfer_row(operation, row);
  }
  array.finish_transfer();
}

/// Spread of what cells that should stand still have drifted, uS, after each interval.
std::vector<double> drift(bool inversion, int intervals) {
  HybridArray array{kRows, kColumns, mismatched(inversion), 95, 0};
  unit::PulseBench bench{kRows, kColumns};
  std::vector<double> spreads;
  for (int interval = 0; interval < intervals; ++interval) {
    balanced_interval(array, bench, static_cast<std::uint64_t>(interval) + 1);
    unit::Sample weights;
    for (std::size_t i = 0; i < kRows; ++i) {
      for (std::size_t j = 0; j < kColumns; ++j) {
        weights.add(20 * static_cast<double>(array.cell(i, j).weight));
      }
    }
    spreads.push_back(std::sqrt(weights.variance() + weights.mean() * weights.mean()));
  }
  return spreads;
}

TEST(PolarityInversion, AnIntervalTakesAwayWhatTheLastOneAdded) {
  // 50 pulses each way leave 50 dg x 2 u = 0.8 uS at u = 25 %.
  const auto spreads = drift(true, 6);
  EXPECT_NEAR(spreads[0], 0.8, 0.05);
  EXPECT_LT(spreads[1], 0.08);
  EXPECT_NEAR(spreads[2], 0.8, 0.08);
  EXPECT_LT(spreads[5], 0.12);
}

TEST(PolarityInversion, WithoutItTheMismatchAddsUp) {
  const auto spreads = drift(false, 6);
  EXPECT_NEAR(spreads[0], 0.8, 0.05);
  EXPECT_NEAR(spreads[1], 1.6, 0.1);
  EXPECT_NEAR(spreads[5], 4.8, 0.3);
}

}  // namespace
