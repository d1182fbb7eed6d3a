#include <gtest/gtest.h>

#include <cmath>

#include "foundation/random.h"
#include "testbenches/unit/statistics.h"
#include "tiles/pcm_device.h"

namespace {

using namespace kirchhoff;
using tiles::PcmDevice;
using tiles::PcmParameters;

TEST(PcmDevice, PartialSetByHand) {
  const PcmDevice device{PcmParameters{}};
  // min(e, 4 uS) (1 - G / 25 uS)
  EXPECT_FLOAT_EQ(device.set(0.0F, 1.0F, 0.0F), 1.0F);
  EXPECT_FLOAT_EQ(device.set(0.0F, 100.0F, 0.0F), 4.0F);
  EXPECT_FLOAT_EQ(device.set(12.5F, 2.0F, 0.0F), 13.5F);
  EXPECT_FLOAT_EQ(device.set(5.0F, 1.0F, 1.0F), 5.0F + 0.8F * 1.5F);
}

TEST(PcmDevice, MeanAndNoiseOfAPartialSet) {
  // Steps are m max(1 + s Z, 0) with s = 0.5: mean Phi(2) + s phi(2), mean square
  // (1 + s^2) Phi(2) + s phi(2), in units of m and m^2.
  const PcmDevice device{PcmParameters{}};
  constexpr double kGiven = 0.97724986805182;    // Phi(2)
  constexpr double kDensity = 0.05399096651319;  // phi(2)
  const double mean = kGiven + 0.5 * kDensity;
  const double deviation = std::sqrt(1.25 * kGiven + 0.5 * kDensity - mean * mean);
  foundation::RandomSequence random{foundation::RandomStream{52, foundation::Purpose::pcm_noise}, 0};
  for (const double g : {0.0, 5.0, 15.0}) {
    for (const double error : {0.5, 3.0, 9.0}) {
      unit::Sample step;
      for (int i = 0; i < 40000; ++i) {
        step.add(static_cast<double>(device.set(static_cast<float>(g), static_cast<float>(error),
                                                static_cast<float>(random.normal()))) -
                 g);
      }
      const double nominal = std::min(error, 4.0) * (1 - g / 25);
      EXPECT_NEAR(step.mean(), nominal * mean, unit::alarm_sigma * step.standard_error() + 1e-6);
      EXPECT_NEAR(step.deviation(), nominal * deviation, unit::alarm_sigma * step.deviation_error());
    }
  }
}

TEST(PcmDevice, OneSidedAndNeverAboveTheLargest) {
  const PcmDevice device{PcmParameters{}};
  foundation::RandomSequence random{foundation::RandomStream{53, foundation::Purpose::pcm_noise}, 0};
  for (int i = 0; i < 20000; ++i) {
    const auto g = static_cast<float>(25 * random.uniform());
    const auto error = static_cast<float>(10 * random.uniform());
    const auto after = device.set(g, error, static_cast<float>(4 * random.normal()));
    ASSERT_GE(after, g);
    ASSERT_LE(after, 25.0F);
  }
  EXPECT_EQ(device.set(25.0F, 4.0F, 3.0F), 25.0F);
  EXPECT_EQ(device.set(24.9F, 4.0F, 1000.0F), 25.0F);
}

TEST(PcmDevice, ClosedLoopSettles) {
  // Read, compare, pulse: with 50 % noise nearly all are within 0.2 uS after 20 rounds.
  const PcmDevice device{PcmParameters{}};
  foundation::RandomSequence random{foundation::RandomStream{54, foundation::Purpose::pcm_noise}, 0};
  int settled = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto target = static_cast<float>(1 + 12 * random.uniform());
    float plus = 1;
    float minus = 1;
    for (int round = 0; round < 20; ++round) {
      const float error = target - 1 - (plus - minus);
      if (std::fabs(error) < 0.2F) {
        break;
      }
      float& g = error > 0 ? plus : minus;
      g = device.set(g, std::fabs(error), static_cast<float>(random.normal()));
    }
    settled += std::fabs(target - 1 - (plus - minus)) < 0.2F ? 1 : 0;
  }
  EXPECT_GT(settled, 990);
}

}  // namespace
