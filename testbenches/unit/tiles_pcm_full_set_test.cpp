#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "foundation/random.h"
#include "testbenches/unit/statistics.h"
#include "tiles/pcm_full_set.h"

namespace {

using namespace kirchhoff;
using tiles::PcmFullSet;
using tiles::PcmParameters;

foundation::RandomSequence sequence(std::uint64_t seed) {
  return foundation::RandomSequence{foundation::RandomStream{seed, foundation::Purpose::pcm_noise}, 0};
}

double nominal(double g_us) {
  return 0.125 * (1 + 27.2 * std::exp(-g_us / 5));
}

/// Mean and mean square of max(1 + 0.6 Z, 0).
struct OneSided {
  double mean = 0;
  double square = 0;
  OneSided() {
    const double given = unit::normal_distribution(1 / 0.6);
    const double density = std::exp(-0.5 / 0.36) / std::sqrt(2 * std::acos(-1.0));
    mean = given + 0.6 * density;
    square = 1.36 * given + 0.6 * density;
  }
};

TEST(PcmFullSet, StepByTheFit) {
  const PcmFullSet device{PcmParameters{}};
  for (const double g : {0.0, 0.5, 2.0, 5.0, 10.0, 20.0, 25.0}) {
    EXPECT_NEAR(static_cast<double>(device.step(static_cast<float>(g))), nominal(g), 1e-6 * nominal(g)) << g;
  }
  EXPECT_FLOAT_EQ(device.set(0.0F, 0.0F), 3.525F);
  EXPECT_FLOAT_EQ(device.set(0.0F, 1.0F), 3.525F * 1.6F);
}

TEST(PcmFullSet, CycleNoiseIsOneSided) {
  const PcmFullSet device{PcmParameters{}};
  const OneSided expected;
  auto random = sequence(91);
  for (const float g : {0.0F, 3.0F, 12.0F, 20.0F}) {
    unit::Sample step;
    double still = 0;
    constexpr double kCount = 60000;
    for (int i = 0; i < static_cast<int>(kCount); ++i) {
      const float after = device.set(g, static_cast<float>(random.normal()));
      ASSERT_GE(after, g);
      step.add(static_cast<double>(after - g));
      still += after == g ? 1 : 0;
    }
    const double mean = nominal(static_cast<double>(g));
    EXPECT_NEAR(step.mean(), mean * expected.mean, unit::alarm_sigma * step.standard_error() + 1e-5);
    EXPECT_NEAR(step.deviation(), mean * std::sqrt(expected.square - expected.mean * expected.mean),
                unit::alarm_sigma * step.deviation_error() + 1e-5);
    // Pulses that would have gone backwards: Phi(-1 / 0.6), 4.8 %.
    const double share = kCount * unit::normal_distribution(-1 / 0.6);
    EXPECT_NEAR(still, share, unit::alarm_sigma * std::sqrt(share) + 5);
  }
}

TEST(PcmFullSet, NeverAboveTheLargest) {
  const PcmFullSet device{PcmParameters{}};
  auto random = sequence(92);
  for (int i = 0; i < 20000; ++i) {
    const auto g = static_cast<float>(25 * random.uniform());
    const float after = device.set(g, static_cast<float>(6 * random.normal()));
    ASSERT_GE(after, g);
    ASSERT_LE(after, 25.0F);
  }
  EXPECT_EQ(device.set(25.0F, 1.0F), 25.0F);
}

TEST(PcmFullSet, WithoutNoiseThePathIsTheRecursion) {
  PcmParameters parameters;
  parameters.full_step_noise = 0;
  const PcmFullSet device{parameters};
  double g = 0.3;
  for (std::uint64_t n = 0; n < 60 && g < 24; ++n) {
    const auto spread = device.after_pulses(0.3, n);
    ASSERT_NEAR(spread.mean_us, g, 1e-6 * g + 1e-6) << n;
    ASSERT_NEAR(spread.deviation_us, 0, 1e-6) << n;
    g += nominal(g);
  }
}

TEST(PcmFullSet, PathOfManyDevices) {
  // The stated 0.05 uS for mean and deviation, from four starts, up to 0.8 g_max.
  const PcmFullSet device{PcmParameters{}};
  auto random = sequence(93);
  constexpr std::size_t kDevices = 20000;
  double worst_mean = 0;
  double worst_deviation = 0;
  for (const double start : {0.0, 1.0, 5.0, 10.0}) {
    std::vector<float> g(kDevices, static_cast<float>(start));
    PcmFullSet::Spread spread{start, 0};
    for (int pulse = 0; pulse < 60; ++pulse) {
      unit::Sample sample;
      for (float& value : g) {
        value = device.set(value, static_cast<float>(random.normal()));
        sample.add(static_cast<double>(value));
      }
      spread = device.after_pulse(spread);
      if (spread.mean_us > 20) {
        break;
      }
      worst_mean = std::max(worst_mean, std::fabs(spread.mean_us - sample.mean()));
      worst_deviation = std::max(worst_deviation, std::fabs(spread.deviation_us - sample.deviation()));
    }
  }
  RecordProperty("worst_mean_us", std::to_string(worst_mean));
  RecordProperty("worst_deviation_us", std::to_string(worst_deviation));
  EXPECT_LT(worst_mean, 0.05);
  EXPECT_LT(worst_deviation, 0.05);
}

TEST(PcmFullSet, PulsesToATargetAreTheNearest) {
  const PcmFullSet device{PcmParameters{}};
  auto random = sequence(94);
  for (int trial = 0; trial < 500; ++trial) {
    const double from = 12 * random.uniform();
    const double target = from + (24 - from) * random.uniform();
    const auto pulses = device.pulses_to(from, target);
    const auto missed = [&](std::uint64_t n) {
      return std::fabs(device.after_pulses(from, n).mean_us - target);
    };
    ASSERT_LE(missed(pulses), missed(pulses + 1)) << from << " to " << target;
    if (pulses > 0) {
      ASSERT_LE(missed(pulses), missed(pulses - 1)) << from << " to " << target;
    }
  }
  EXPECT_EQ(device.pulses_to(10, 10), 0U);
  EXPECT_EQ(device.pulses_to(10, 3), 0U);
  EXPECT_EQ(device.pulses_to(0, 3.6), 1U);
  EXPECT_EQ(device.pulses_to(0, 1e9), device.pulses_to(0, 25));
}

TEST(PcmFullSet, PulsesToATargetGetThereOnAverage) {
  const PcmFullSet device{PcmParameters{}};
  auto random = sequence(95);
  for (const double from : {0.0, 1.0, 6.0}) {
    for (const double target : {7.0, 12.0, 18.0}) {
      const auto pulses = device.pulses_to(from, target);
      unit::Sample reached;
      for (int i = 0; i < 4000; ++i) {
        auto g = static_cast<float>(from);
        for (std::uint64_t n = 0; n < pulses; ++n) {
          g = device.set(g, static_cast<float>(random.normal()));
        }
        reached.add(static_cast<double>(g));
      }
      // Half a step, which is the grain of whole pulses, and the path's error.
      const double grain = 0.5 * 1.02 * nominal(target - nominal(target));
      EXPECT_NEAR(reached.mean(), target, grain + 0.05 + unit::alarm_sigma * reached.standard_error())
          << from << " to " << target;
    }
  }
}

}  // namespace
