#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "testbenches/unit/statistics.h"
#include "tiles/hybrid_array.h"
#include "tiles/pcm_pairs.h"

namespace {

using namespace kirchhoff;
using foundation::Duration;
using foundation::from_seconds;
using tiles::PcmDeviceOf;
using tiles::PcmPairs;
using tiles::PcmParameters;

constexpr std::size_t kRows = 40;
constexpr std::size_t kColumns = 50;
constexpr std::size_t kStride = 64;

/// All devices programmed to about 10 uS at this instant.
PcmPairs programmed(const PcmParameters& parameters, Duration at) {
  PcmPairs pairs{kRows, kColumns, kStride, parameters, 11, 2};
  for (std::size_t row = 0; row < kRows; ++row) {
    for (std::size_t column = 0; column < kColumns; ++column) {
      for (int pulse = 0; pulse < 4; ++pulse) {
        pairs.set(PcmDeviceOf::plus, row * kStride + column, 4, 0);
        pairs.set(PcmDeviceOf::minus, row * kStride + column, 4, 0);
      }
    }
    pairs.settle_row(1, row, at);
  }
  return pairs;
}

TEST(PcmPairs, NoDriftNoNoiseStaysAsItIs) {
  PcmParameters parameters;
  parameters.drift = 0;
  parameters.read_noise = 0;
  PcmPairs pairs = programmed(parameters, Duration{0});
  const float g = pairs.us(PcmDeviceOf::plus, 5);
  EXPECT_FALSE(pairs.refresh_due(from_seconds(1e6)));
  pairs.refresh(from_seconds(1e6));
  EXPECT_EQ(pairs.us(PcmDeviceOf::plus, 5), g);
  EXPECT_FALSE(pairs.has_read_noise());
}

TEST(PcmPairs, DriftFollowsThePowerLawOnSimulatedTime) {
  PcmParameters parameters;
  parameters.read_noise = 0;
  const Duration start = from_seconds(0.3);
  PcmPairs pairs = programmed(parameters, start);
  const auto g0 = static_cast<double>(pairs.us(PcmDeviceOf::plus, 0));
  // Each device has one exponent: from two instants it follows, and must hold at all others.
  std::vector<double> nu;
  pairs.refresh(start + from_seconds(1e4));
  unit::Sample exponents;
  for (std::size_t row = 0; row < kRows; ++row) {
    for (std::size_t column = 0; column < kColumns; ++column) {
      const auto g = static_cast<double>(pairs.us(PcmDeviceOf::plus, row * kStride + column));
      nu.push_back(-std::log(g / g0) / std::log((1e4 + 20) / 20));
      exponents.add(nu.back());
    }
  }
  const tiles::PcmDrift drift{parameters};
  EXPECT_NEAR(exponents.mean(), static_cast<double>(drift.nu_mean(static_cast<float>(g0))),
              unit::alarm_sigma * exponents.standard_error());
  for (const double t : {1e-6, 1e-3, 1.0, 30.0, 1e3, 9e4}) {
    pairs.refresh(start + from_seconds(t));
    for (std::size_t i = 0; i < nu.size(); ++i) {
      const auto g = static_cast<double>(pairs.us(PcmDeviceOf::plus, i / kColumns * kStride + i % kColumns));
      ASSERT_NEAR(g / g0, std::pow((t + 20) / 20, -nu[i]), 2e-5) << t;
    }
  }
}

TEST(PcmPairs, HeldConductancesStayWithinTheirBound) {
  // As the array does it: refreshed when due, looked at just before.
  PcmParameters parameters;
  parameters.early_drift = true;
  parameters.read_noise = 0;
  PcmPairs held = programmed(parameters, Duration{0});
  PcmPairs exact = programmed(parameters, Duration{0});
  std::size_t refreshes = 0;
  for (double t = 0.5; t < 100;
       t *= 1.003) {  // younger ones would ask for more than one refresh in a millisecond
    const Duration now = from_seconds(t);
    if (held.refresh_due(now)) {
      held.refresh(now);
      ++refreshes;
    }
    exact.refresh(now);
    for (const std::size_t cell : {0U, 77U, 652U, 2000U}) {
      // The bound, and what one step of this loop may be late.
      const double ratio = static_cast<double>(held.us(PcmDeviceOf::minus, cell)) /
                           static_cast<double>(exact.us(PcmDeviceOf::minus, cell));
      ASSERT_NEAR(ratio, 1, PcmPairs::drift_bound + 0.4 * 0.003) << t;
    }
  }
  EXPECT_GT(refreshes, 100U);
}

TEST(PcmPairs, SlowNoiseGrowsAsTheAccumulatedVariance) {
  PcmParameters parameters;
  parameters.drift = 0;
  PcmPairs pairs = programmed(parameters, Duration{0});
  const auto g0 = static_cast<double>(pairs.us(PcmDeviceOf::plus, 0));
  const tiles::PcmReadNoise noise{parameters};
  const auto q = static_cast<double>(noise.q(static_cast<float>(g0)));
  for (const double t : {1e-4, 1e-2, 1.0, 1e4}) {
    pairs.refresh(from_seconds(t));
    unit::Sample relative;
    for (std::size_t row = 0; row < kRows; ++row) {
      for (std::size_t column = 0; column < kColumns; ++column) {
        relative.add(static_cast<double>(pairs.us(PcmDeviceOf::plus, row * kStride + column)) / g0 - 1);
        relative.add(static_cast<double>(pairs.us(PcmDeviceOf::minus, row * kStride + column)) / g0 - 1);
      }
    }
    const double sd = q * std::sqrt(std::log((t + 250e-9) / 500e-9));
    const auto n = static_cast<double>(relative.count());
    EXPECT_NEAR(relative.mean(), 0, unit::alarm_sigma * sd / std::sqrt(n)) << t;
    // Variance of a normal sample's variance: 2 sigma^4 / n. The fresh part is 1 % of L at the first instant.
    EXPECT_NEAR(relative.variance(), sd * sd, (unit::alarm_sigma * std::sqrt(2 / n) + 0.01) * sd * sd) << t;
  }
}

TEST(PcmPairs, AnotherPulseDrawsAnewAndAgeStartsAgain) {
  PcmPairs pairs = programmed(PcmParameters{}, Duration{0});
  pairs.refresh(from_seconds(1000));
  const float drifted = pairs.us(PcmDeviceOf::plus, 3);
  const float other = pairs.us(PcmDeviceOf::plus, 4);
  pairs.set(PcmDeviceOf::plus, 3, 1, 0);
  pairs.settle_row(2, 0, from_seconds(1000));
  EXPECT_GT(pairs.us(PcmDeviceOf::plus, 3), drifted);  // from where it stood
  const float pulsed = pairs.us(PcmDeviceOf::plus, 3);
  pairs.refresh(from_seconds(1000));
  EXPECT_EQ(pairs.us(PcmDeviceOf::plus, 3), pulsed);
  EXPECT_EQ(pairs.us(PcmDeviceOf::plus, 4), other);
}

TEST(PcmPairs, EnduranceCountsEveryPulse) {
  PcmPairs pairs{2, kColumns, kStride, PcmParameters{}, 1, 0};
  for (int i = 0; i < 5; ++i) {
    pairs.set(PcmDeviceOf::plus, 7, 1, 0.5F);
  }
  pairs.set_full(PcmDeviceOf::plus, 7, 0);
  pairs.reset(PcmDeviceOf::plus, 7);
  pairs.set(PcmDeviceOf::minus, 7, 1, 0);
  EXPECT_EQ(pairs.endurance(PcmDeviceOf::plus, 7).sets, 6U);
  EXPECT_EQ(pairs.endurance(PcmDeviceOf::plus, 7).resets, 1U);
  EXPECT_EQ(pairs.endurance(PcmDeviceOf::minus, 7).sets, 1U);
  EXPECT_EQ(pairs.endurance(PcmDeviceOf::minus, 8).sets, 0U);
  EXPECT_EQ(pairs.us(PcmDeviceOf::plus, 7), 1.0F);
}

TEST(PcmPairs, EnduranceCountsBeyondSixteenBits) {
  PcmPairs pairs{2, 3, 16, tiles::PcmParameters{}, 5, 1};
  for (int n = 0; n < 150000; ++n) {
    pairs.set_full(PcmDeviceOf::minus, 2, 0.0F);
    if (n % 1000 == 0) {
      pairs.settle_row(static_cast<std::uint64_t>(n), 0, foundation::Duration{n});
    }
  }
  EXPECT_EQ(pairs.endurance(PcmDeviceOf::minus, 2).sets, 150000U);
  EXPECT_EQ(pairs.endurance(PcmDeviceOf::minus, 1).sets, 0U);
  EXPECT_EQ(pairs.endurance(PcmDeviceOf::plus, 2).sets, 0U);
}

TEST(PcmPairs, StateOfACellFitsItsBudget) {
  EXPECT_LE(tiles::HybridArray::bytes_per_cell(), 64U);
}

}  // namespace
