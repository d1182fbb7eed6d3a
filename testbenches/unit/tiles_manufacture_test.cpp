#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "testbenches/unit/statistics.h"
#include "testbenches/unit/synapse_bench.h"

// The spread that cells are made with, as their pulses show it. False alarm 1e-5 (statistics.h).
namespace {

using namespace kirchhoff;
using tiles::HybridArray;
using tiles::SynapseParameters;
using unit::perfect_devices;

constexpr std::size_t kRows = 131;
constexpr std::size_t kColumns = 50;
/// Steps of a cell are kept to a few 1e-4 of the nominal one.
constexpr double kResolution = 2e-4 * 0.032;

/// One pulse up and one pulse down of every cell, uS.
struct Steps {
  std::vector<double> up;
  std::vector<double> down;
};

Steps measure(const SynapseParameters& parameters, std::uint64_t seed = 71, std::uint32_t tile = 0) {
  Steps steps;
  for (const bool up : {true, false}) {
    HybridArray array{kRows, kColumns, parameters, seed, tile};
    unit::PulseBench bench{kRows, kColumns};
    up ? bench.raise(array, 1) : bench.lower(array, 1);
    for (std::size_t i = 0; i < kRows; ++i) {
      for (std::size_t j = 0; j < kColumns; ++j) {
        (up ? steps.up : steps.down).push_back(unit::charge(array, i, j, parameters));
      }
    }
  }
  return steps;
}

TEST(Manufacture, PerfectCellsAreAllAlike) {
  const auto parameters = perfect_devices();
  const auto steps = measure(parameters);
  for (std::size_t i = 0; i < steps.up.size(); ++i) {
    ASSERT_NEAR(steps.up[i], 0.032, kResolution);
    ASSERT_NEAR(steps.down[i], -0.032, kResolution);
  }
}

TEST(Manufacture, StepSizeAndMismatchAreNormal) {
  auto parameters = perfect_devices();
  parameters.capacitor.step_spread = 0.10;
  parameters.capacitor.mismatch = 0.06;
  const auto steps = measure(parameters);
  std::vector<double> sizes;
  std::vector<double> mismatches;
  unit::Sample product;
  for (std::size_t i = 0; i < steps.up.size(); ++i) {
    sizes.push_back((steps.up[i] - steps.down[i]) / 2 / 0.032);
    mismatches.push_back((steps.up[i] + steps.down[i]) / (steps.up[i] - steps.down[i]));
    product.add((sizes.back() - 1) * mismatches.back());
  }
  EXPECT_TRUE(unit::is_normal(sizes, 1, 0.10));
  EXPECT_TRUE(unit::is_normal(mismatches, 0, 0.06));
  EXPECT_NEAR(product.mean(), 0,
              unit::alarm_sigma * product.standard_error());  // one does not tell the other
}

TEST(Manufacture, StepsNeverBelowATenthAndNeverBackwards) {
  auto parameters = perfect_devices();
  parameters.capacitor.step_spread = 1;
  auto steps = measure(parameters);
  EXPECT_NEAR(*std::min_element(steps.up.begin(), steps.up.end()), 0.0032, kResolution);
  parameters = perfect_devices();
  parameters.capacitor.mismatch = 1;
  steps = measure(parameters);
  EXPECT_EQ(*std::min_element(steps.up.begin(), steps.up.end()), 0.0);
  EXPECT_EQ(*std::max_element(steps.down.begin(), steps.down.end()), 0.0);
}

TEST(Manufacture, CycleNoiseGrowsWithTheRootOfThePulses) {
  auto parameters = perfect_devices();
  parameters.capacitor.cycle_noise = 0.30;
  for (const std::size_t pulses : {1U, 10U, 63U}) {
    HybridArray array{kRows, kColumns, parameters, 72, 0};
    unit::PulseBench{kRows, kColumns}.raise(array, pulses);
    std::vector<double> charges;
    for (std::size_t i = 0; i < kRows; ++i) {
      for (std::size_t j = 0; j < kColumns; ++j) {
        charges.push_back(unit::charge(array, i, j, parameters));
      }
    }
    const auto n = static_cast<double>(pulses);
    EXPECT_TRUE(unit::is_normal(charges, 0.032 * n, 0.30 * 0.032 * std::sqrt(n))) << pulses << " pulses";
  }
}

TEST(Manufacture, SeedAndTileMakeTheCells) {
  auto parameters = perfect_devices();
  parameters.capacitor.step_spread = 0.1;
  const auto reference = measure(parameters, 71, 0);
  EXPECT_EQ(measure(parameters, 71, 0).up, reference.up);
  EXPECT_NE(measure(parameters, 72, 0).up, reference.up);
  EXPECT_NE(measure(parameters, 71, 1).up, reference.up);
}

TEST(Manufacture, FreshCellsHoldNoWeight) {
  const SynapseParameters parameters;
  const HybridArray array{kRows, kColumns, parameters, 71, 0};
  EXPECT_EQ(array.polarity(), 1);
  for (const std::size_t row : {std::size_t{0}, kRows - 1}) {
    for (const std::size_t column : {std::size_t{0}, kColumns - 1}) {
      const auto cell = array.cell(row, column);
      EXPECT_EQ(cell.weight, 0.0F);
      EXPECT_EQ(cell.g_plus_us, 2.0F);
      EXPECT_EQ(cell.g_minus_us, 2.0F);
      EXPECT_EQ(cell.g_capacitor_us, 12.0F);
    }
  }
}

}  // namespace
