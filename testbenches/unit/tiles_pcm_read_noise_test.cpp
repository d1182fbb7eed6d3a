#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "foundation/random.h"
#include "testbenches/unit/statistics.h"
#include "tiles/pcm_read_noise.h"

namespace {

using namespace kirchhoff;
using tiles::PcmInstant;
using tiles::PcmParameters;
using tiles::PcmReadNoise;

constexpr double kTr{250e-9F};

foundation::RandomSequence sequence(std::uint64_t seed) {
  return foundation::RandomSequence{foundation::RandomStream{seed, foundation::Purpose::pcm_noise}, 0};
}

/// 10^from .. 10^to, uniform in the exponent.
float decades(foundation::RandomSequence& random, double from, double to) {
  return static_cast<float>(std::pow(10.0, from + (to - from) * random.uniform()));
}

PcmReadNoise noise_of(const char* fresh) {
  PcmParameters parameters;
  parameters.read_noise_fresh = fresh;
  return PcmReadNoise{parameters};
}

double accumulated(double age_s) {
  return age_s > kTr ? std::log((age_s + kTr) / (2 * kTr)) : 0.0;
}

TEST(PcmReadNoise, StrengthFollowsTheFit) {
  const PcmReadNoise noise{PcmParameters{}};
  for (const double x : {1e-6, 0.001, 0.008, 0.0082, 0.01, 0.04, 0.2, 0.5, 1.0}) {
    const double expected = std::min(0.0088 / std::pow(x, 0.65), 0.2);
    EXPECT_NEAR(static_cast<double>(noise.q(static_cast<float>(25 * x))), expected, 1e-6 * expected) << x;
  }
  EXPECT_EQ(noise.q(0.0F), 0.2F);
}

TEST(PcmReadNoise, AccumulatesWithTheLogarithmOfTime) {
  const PcmReadNoise noise{PcmParameters{}};
  auto random = sequence(81);
  for (int i = 0; i < 100000; ++i) {
    const float age = decades(random, -8, 6);
    ASSERT_NEAR(static_cast<double>(noise.accumulated(age)), accumulated(static_cast<double>(age)), 3e-6);
  }
  EXPECT_EQ(noise.accumulated(0.0F), 0.0F);
  EXPECT_EQ(noise.accumulated(2.4e-7F), 0.0F);
  EXPECT_NEAR(static_cast<double>(noise.accumulated(1.0F)), std::log((1 + kTr) / (2 * kTr)), 3e-6);  // 14.5
}

TEST(PcmReadNoise, FreshPartOfIndependentIncrements) {
  // L(t) - L(t - dt), in closed form ln((t + tr) / (t - dt + tr)) while t - dt >= tr; all of L(t) where the
  // device was programmed since the read before.
  const auto noise = noise_of("increments");
  auto random = sequence(82);
  double largest = 0;
  for (int i = 0; i < 200000; ++i) {
    const float since = decades(random, -7, 0);
    const float before = 2.5e-7F + decades(random, -7, 6);
    const float age = before + since;
    const auto t = static_cast<double>(age);
    const auto dt = static_cast<double>(since);
    if (t - dt < kTr) {
      continue;  // rounding of the sum
    }
    const double exact = std::log1p(dt / (t - dt + kTr));
    largest = std::max(largest, std::fabs(static_cast<double>(noise.fresh(age, since)) / exact - 1));
    ASSERT_NEAR(exact, accumulated(t) - accumulated(t - dt), 1e-12);
  }
  EXPECT_LT(largest, 1e-6);
  for (int i = 0; i < 20000; ++i) {
    const float age = decades(random, -8, 6);
    ASSERT_NEAR(static_cast<double>(noise.fresh(age, age)), accumulated(static_cast<double>(age)), 3e-6);
    ASSERT_NEAR(static_cast<double>(noise.fresh(age, 3 * age)), accumulated(static_cast<double>(age)), 3e-6);
    ASSERT_EQ(noise.fresh(age, 0.0F), 0.0F);
  }
  // The real schedule: 2 us between reads, 10 ms after programming.
  EXPECT_NEAR(static_cast<double>(noise.fresh(1e-2F, 2e-6F)), 2e-4, 1e-7);
}

TEST(PcmReadNoise, FreshPartOfAStationarySpectrum) {
  const auto noise = noise_of("spectrum");
  auto random = sequence(83);
  for (int i = 0; i < 20000; ++i) {
    const float age = decades(random, -8, 6);
    const float since = decades(random, -8, 2);
    const double exact = accumulated(static_cast<double>(std::min(age, since)));
    ASSERT_NEAR(static_cast<double>(noise.fresh(age, since)), exact, 3e-6);
  }
  // 2 us between reads: ln(2.25 / 0.5), whatever the age.
  EXPECT_NEAR(static_cast<double>(noise.fresh(1e-2F, 2e-6F)), std::log(4.5), 1e-6);
  EXPECT_EQ(noise.fresh(1e-2F, 2e-6F), noise.fresh(1e5F, 2e-6F));
}

TEST(PcmReadNoise, SlowAndFreshAddUpToTheAccumulatedVariance) {
  auto random = sequence(84);
  for (const char* fresh : {"increments", "spectrum"}) {
    const auto noise = noise_of(fresh);
    for (int i = 0; i < 50000; ++i) {
      const float age = decades(random, -8, 6);
      const float since = decades(random, -8, 2);
      // With amplitude 1 the slow factor is 1 + sqrt(slow part).
      const auto root = static_cast<double>(noise.slow_factor(1.0F, age, since)) - 1;
      const auto part = static_cast<double>(noise.fresh(age, since));
      ASSERT_GE(part, 0);
      ASSERT_NEAR(root * root + part, accumulated(static_cast<double>(age)), 1e-5) << age << " " << since;
    }
  }
}

TEST(PcmReadNoise, ReadsScatterAsTheFitSays) {
  // Reads of many devices at two instants: sd and shape at each, and the variance of their difference,
  // q^2 (fresh + fresh' + (sqrt(slow') - sqrt(slow))^2), which is what neighbouring reads share the offset
  // for.
  constexpr std::size_t kDevices = 60000;
  constexpr float kG = 10;
  auto random = sequence(85);
  for (const char* fresh : {"increments", "spectrum"}) {
    const auto noise = noise_of(fresh);
    const auto q = static_cast<double>(noise.q(kG));
    for (const float age : {2e-6F, 1e-3F, 1.0F}) {
      const float since = 1e-6F;
      const auto read = [&](float amplitude, float at) {
        const double slow = static_cast<double>(noise.slow_factor(amplitude, at, since));
        return slow - 1 + q * std::sqrt(static_cast<double>(noise.fresh(at, since))) * random.normal();
      };
      std::vector<double> first;
      unit::Sample difference;
      for (std::size_t i = 0; i < kDevices; ++i) {
        const float amplitude = noise.amplitude(kG, static_cast<float>(random.normal()));
        first.push_back(read(amplitude, age));
        difference.add(read(amplitude, age + since) - first.back());
      }
      const auto t = static_cast<double>(age);
      const auto later = static_cast<double>(age + since);
      EXPECT_TRUE(unit::is_normal(first, 0, q * std::sqrt(accumulated(t)))) << fresh << " " << age;
      const auto f1 = static_cast<double>(noise.fresh(age, since));
      const auto f2 = static_cast<double>(noise.fresh(age + since, since));
      const double moved = std::sqrt(accumulated(later) - f2) - std::sqrt(accumulated(t) - f1);
      const double expected = q * std::sqrt(f1 + f2 + moved * moved);
      // The float factor next to 1 resolves 6e-8.
      EXPECT_NEAR(difference.deviation(), expected, unit::alarm_sigma * difference.deviation_error() + 2e-7)
          << fresh << " " << age;
    }
  }
}

TEST(PcmReadNoise, ColumnVarianceFromPairs) {
  // 48 pairs on a column: the kernel's variances, weighed with x_i^2 F^2, against many reads drawn by hand.
  constexpr std::size_t kRows = 48;
  constexpr double kF = 3;
  for (const char* fresh : {"increments", "spectrum"}) {
    const auto noise = noise_of(fresh);
    auto random = sequence(86);
    const PcmInstant now{0.5F, 1e-8F};
    const float since = 2e-6F;
    std::vector<float> stamps[2];
    std::vector<float> programmed[2];
    std::vector<float> g[2];
    std::vector<double> x;
    for (std::size_t i = 0; i < kRows; ++i) {
      x.push_back(random.uniform());
      for (int side = 0; side < 2; ++side) {
        stamps[side].push_back(0.5F - decades(random, -6, 1));
        programmed[side].push_back(static_cast<float>(20 * random.uniform()));
        g[side].push_back(0.95F * programmed[side].back());
      }
    }
    std::vector<float> variance(kRows);
    tiles::fresh_pair_variances(noise, {stamps[0].data(), programmed[0].data(), g[0].data()},
                                {stamps[1].data(), programmed[1].data(), g[1].data()}, now, since,
                                variance.data(), kRows);
    double column = 0;
    std::vector<double> deviation[2];
    for (std::size_t i = 0; i < kRows; ++i) {
      double by_hand = 0;
      for (int side = 0; side < 2; ++side) {
        const double q = std::min(0.0088 / std::pow(programmed[side][i] / 25, 0.65), 0.2);
        const double age = 0.5 + 1e-8 - static_cast<double>(stamps[side][i]);
        const double dt = static_cast<double>(since);
        const double part = noise.from_spectrum ? std::min(accumulated(dt), accumulated(age))
                                                : accumulated(age) - accumulated(age - dt);
        deviation[side].push_back(q * static_cast<double>(g[side][i]) * std::sqrt(part));
        by_hand += deviation[side].back() * deviation[side].back();
      }
      ASSERT_NEAR(static_cast<double>(variance[i]), by_hand, 1e-4 * by_hand) << fresh << " row " << i;
      column += x[i] * x[i] * kF * kF * static_cast<double>(variance[i]);
    }
    std::vector<double> reads;
    for (int read = 0; read < 20000; ++read) {
      double sum = 0;
      for (std::size_t i = 0; i < kRows; ++i) {
        sum += x[i] * kF * (deviation[0][i] * random.normal() - deviation[1][i] * random.normal());
      }
      reads.push_back(sum);
    }
    EXPECT_TRUE(unit::is_normal(reads, 0, std::sqrt(column))) << fresh;
  }
}

TEST(PcmReadNoise, SwitchedOffGivesExactlyTheProgrammedValue) {
  PcmParameters parameters;
  parameters.read_noise = 0;
  auto random = sequence(87);
  for (const char* fresh : {"increments", "spectrum"}) {
    parameters.read_noise_fresh = fresh;
    const PcmReadNoise off{parameters};
    for (int i = 0; i < 1000; ++i) {
      const auto g = static_cast<float>(25 * random.uniform());
      const float amplitude = off.amplitude(g, static_cast<float>(random.normal()));
      const float age = decades(random, -8, 6);
      ASSERT_EQ(off.q(g), 0.0F);
      ASSERT_EQ(g * off.slow_factor(amplitude, age, 1e-6F), g);
    }
    EXPECT_EQ(off.hold_s(0, 1e-6F, 1e-3, 0), std::numeric_limits<double>::infinity());
  }
}

TEST(PcmReadNoise, ConductanceIsNeverNegative) {
  const PcmReadNoise noise{PcmParameters{}};
  EXPECT_EQ(noise.slow_factor(noise.amplitude(0.0F, -6.0F), 1e3F, 1e-6F), 0.0F);
  auto random = sequence(88);
  for (int i = 0; i < 20000; ++i) {
    const float amplitude =
        noise.amplitude(static_cast<float>(25 * random.uniform()), static_cast<float>(3 * random.normal()));
    ASSERT_GE(noise.slow_factor(amplitude, decades(random, -8, 6), 2e-6F), 0.0F);
  }
}

TEST(PcmReadNoise, KernelsAreTheFormulaeBitForBit) {
  auto random = sequence(89);
  for (const char* fresh : {"increments", "spectrum"}) {
    const auto noise = noise_of(fresh);
    for (const std::size_t count : {1U, 3U, 15U, 16U, 17U, 4099U}) {
      std::vector<float> g(count);
      std::vector<float> normals(count);
      std::vector<float> stamps(count);
      std::vector<float> amplitude(count);
      std::vector<float> factor(count);
      for (std::size_t i = 0; i < count; ++i) {
        g[i] = static_cast<float>(25 * random.uniform() * random.uniform());
        normals[i] = static_cast<float>(random.normal());
        stamps[i] = 0.75F - decades(random, -8, 6);
        factor[i] = static_cast<float>(random.uniform());
      }
      const auto before = factor;
      const PcmInstant now{0.75F, 1e-9F};
      tiles::draw_amplitudes(noise, g.data(), normals.data(), amplitude.data(), count);
      tiles::apply_slow_noise(noise, stamps.data(), amplitude.data(), now, 2e-6F, factor.data(), count);
      std::vector<float> variance(count);
      const tiles::PcmSide side{stamps.data(), g.data(), g.data()};
      tiles::fresh_pair_variances(noise, side, side, now, 2e-6F, variance.data(), count);
      for (std::size_t i = 0; i < count; ++i) {
        const float age = now.age_s(stamps[i]);
        ASSERT_EQ(amplitude[i], noise.amplitude(g[i], normals[i]));
        ASSERT_EQ(factor[i], before[i] * noise.slow_factor(amplitude[i], age, 2e-6F));
        const float sd = noise.q(g[i]) * g[i];
        ASSERT_EQ(variance[i], 2 * (sd * sd * noise.fresh(age, 2e-6F)));
      }
    }
  }
}

TEST(PcmReadNoise, HeldWithinTheBoundAndNoShorterThanNeeded) {
  auto random = sequence(90);
  for (const char* fresh : {"increments", "spectrum"}) {
    const auto noise = noise_of(fresh);
    for (int trial = 0; trial < 20000; ++trial) {
      const auto youngest = static_cast<double>(decades(random, -8, 6));
      const float since = decades(random, -7, -2);
      const auto dt = static_cast<double>(since);
      const auto bound = static_cast<double>(decades(random, -4, -1));
      const double q = 0.005 + 0.195 * random.uniform();
      const double hold = noise.hold_s(youngest, since, bound, q);
      const auto slow_deviation = [&](double age) {
        return q * std::sqrt(noise.from_spectrum ? std::max(accumulated(age) - accumulated(dt), 0.0)
                                                 : accumulated(std::max(age - dt, 0.0)));
      };
      // Tight for the youngest, or for one at the beginning of the slow part ...
      const double from = std::max(youngest, noise.from_spectrum ? std::max(dt, kTr) : dt + kTr);
      ASSERT_NEAR(slow_deviation(from + hold) - slow_deviation(from), bound, 1e-4 * bound) << fresh;
      // ... and kept by older devices, and such as have not come that far.
      const double age = youngest * static_cast<double>(decades(random, 0, 3));
      ASSERT_LE(slow_deviation(age + hold) - slow_deviation(age), bound * 1.0001) << fresh;
    }
  }
}

TEST(PcmReadNoise, RefreshesInAllFollowTheSquareRoot) {
  const PcmReadNoise noise{PcmParameters{}};
  constexpr float kSince = 2e-6F;
  constexpr double kBound = 0.01;
  constexpr double kQ = 0.07;  // at 1 uS
  double age = 0;
  int refreshes = 0;
  while (age < 1) {
    age = std::max(age, kTr + 2e-6) + noise.hold_s(age, kSince, kBound, kQ);
    ++refreshes;
  }
  EXPECT_EQ(refreshes, static_cast<int>(std::ceil(kQ * std::sqrt(accumulated(1)) / kBound)));
}

}  // namespace
