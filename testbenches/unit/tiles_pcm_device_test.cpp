#include <gtest/gtest.h>

#include <cmath>
#include <vector>

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

TEST(PcmDevice, ProgrammingNoiseFollowsTheFit) {
  PcmParameters parameters;
  const PcmDevice device{parameters};
  for (const double x : {0.0, 0.1, 0.4, 0.8375, 1.0}) {
    EXPECT_NEAR(static_cast<double>(device.programming_deviation(static_cast<float>(25 * x))),
                0.26348 + 1.9650 * x - 1.1731 * x * x, 1e-6)
        << x;
  }
  // The fit is to devices of 25 uS; others scale.
  parameters.g_max_us = 50;
  EXPECT_FLOAT_EQ(PcmDevice{parameters}.programming_deviation(20.0F),
                  2 * device.programming_deviation(10.0F));
}

TEST(PcmDevice, OneShotWritesScatterNormally) {
  const PcmDevice device{PcmParameters{}};
  foundation::RandomSequence random{foundation::RandomStream{55, foundation::Purpose::pcm_noise}, 0};
  for (const float target : {8.0F, 12.5F, 19.0F}) {  // five sd from both ends
    std::vector<double> written;
    for (int i = 0; i < 60000; ++i) {
      written.push_back(static_cast<double>(device.write(target, static_cast<float>(random.normal()))));
    }
    EXPECT_TRUE(unit::is_normal(written, static_cast<double>(target),
                                static_cast<double>(device.programming_deviation(target))))
        << target;
  }
}

TEST(PcmDevice, OneShotWritesStayWithinTheRange) {
  const PcmDevice device{PcmParameters{}};
  foundation::RandomSequence random{foundation::RandomStream{56, foundation::Purpose::pcm_noise}, 0};
  for (int i = 0; i < 20000; ++i) {
    const auto target = static_cast<float>(30 * random.uniform() - 2);
    const float written = device.write(target, static_cast<float>(4 * random.normal()));
    ASSERT_GE(written, 0.0F);
    ASSERT_LE(written, 25.0F);
  }
}

TEST(PcmDevice, WithoutProgrammingNoiseTheTargetIsWrittenExactly) {
  PcmParameters parameters;
  parameters.programming_noise = 0;
  const PcmDevice device{parameters};
  foundation::RandomSequence random{foundation::RandomStream{57, foundation::Purpose::pcm_noise}, 0};
  for (int i = 0; i < 1000; ++i) {
    const auto target = static_cast<float>(25 * random.uniform());
    ASSERT_EQ(device.write(target, static_cast<float>(random.normal())), target);
  }
}

TEST(PcmParameters, EveryOneHasARangeAndASource) {
  tiles::SynapseParameters parameters;
  foundation::ParameterTable table;
  tiles::declare(table, parameters);
  int found = 0;
  for (const auto& entry : table.entries()) {
    if (entry.key.rfind("pcm.", 0) != 0) {
      continue;
    }
    ++found;
    EXPECT_FALSE(entry.origin.note.empty()) << entry.key;
    EXPECT_EQ(entry.kind == foundation::ParameterTable::Kind::flag, entry.range().empty()) << entry.key;
  }
  EXPECT_EQ(found, 17);
  EXPECT_EQ(table.find("pcm.early_drift")->text(), "false");
  EXPECT_EQ(table.find("pcm.read_noise_tr")->text(), "250 ns");
}

}  // namespace
