#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "foundation/random.h"
#include "testbenches/unit/statistics.h"
#include "tiles/pcm_drift.h"
#include "tiles/pulse_noise.h"

namespace {

using namespace kirchhoff;
using tiles::PcmDrift;
using tiles::PcmInstant;
using tiles::PcmParameters;

foundation::RandomSequence sequence(std::uint64_t seed) {
  return foundation::RandomSequence{foundation::RandomStream{seed, foundation::Purpose::pcm_noise}, 0};
}

/// 10^from .. 10^to, uniform in the exponent.
double decades(foundation::RandomSequence& random, double from, double to) {
  return std::pow(10.0, from + (to - from) * random.uniform());
}

/// nu of `count` devices programmed to g_us.
std::vector<double> draw(const PcmDrift& drift, float g_us, std::size_t count, std::uint64_t operation) {
  std::vector<std::uint32_t> words(count);
  foundation::RandomStream{71, foundation::Purpose::pcm_noise}.words(operation, words);
  std::vector<float> normals(count);
  tiles::normals_from_words(words, normals);
  const std::vector<float> g(count, g_us);
  std::vector<float> nu(count);
  tiles::draw_nu(drift, g.data(), normals.data(), nu.data(), count);
  return {nu.begin(), nu.end()};
}

TEST(PcmDrift, ExponentFollowsTheFit) {
  const PcmDrift drift{PcmParameters{}};
  for (const double x : {1e-9, 1e-4, 0.005, 0.0076, 0.01, 0.017, 0.03, 0.1, 0.2045, 0.3, 0.33, 0.5, 1.0}) {
    const auto g = static_cast<float>(25 * x);
    EXPECT_NEAR(static_cast<double>(drift.nu_mean(g)), std::clamp(-0.0155 * std::log(x) + 0.0244, 0.049, 0.1),
                2e-8)
        << x;
    EXPECT_NEAR(static_cast<double>(drift.nu_deviation(g)),
                std::clamp(-0.0125 * std::log(x) - 0.0059, 0.008, 0.045), 2e-8)
        << x;
  }
  EXPECT_EQ(drift.nu_mean(0.0F), 0.1F);
  EXPECT_EQ(drift.nu_deviation(0.0F), 0.045F);
}

TEST(PcmDrift, ExponentIsNormalWhereItIsFarFromZero) {
  const PcmDrift drift{PcmParameters{}};
  for (const float x : {0.3F, 0.5F, 0.9F}) {
    const float g = 25 * x;
    EXPECT_TRUE(unit::is_normal(draw(drift, g, 100000, static_cast<std::uint64_t>(100 * x)),
                                static_cast<double>(drift.nu_mean(g)),
                                static_cast<double>(drift.nu_deviation(g))))
        << x;
  }
}

TEST(PcmDrift, ExponentIsFoldedAtZero) {
  // Twenty bins of equal width over -2 .. 6 sd of |N(mean, sd)|; mean and variance of a folded normal.
  const PcmDrift drift{PcmParameters{}};
  for (const float x : {0.001F, 0.017F, 0.03F}) {
    const float g = 25 * x;
    const auto m = static_cast<double>(drift.nu_mean(g));
    const auto s = static_cast<double>(drift.nu_deviation(g));
    const auto below = [&](double nu) {
      return unit::normal_distribution((nu - m) / s) - unit::normal_distribution((-nu - m) / s);
    };
    constexpr std::size_t kCount = 200000;
    std::array<double, 20> seen{};
    std::array<double, 20> expected{};
    const double width = (m + 3 * s) / 19;
    for (std::size_t k = 0; k < 20; ++k) {
      const auto low = width * static_cast<double>(k);
      expected[k] = kCount * ((k == 19 ? 1.0 : below(low + width)) - below(low));
    }
    unit::Sample sample;
    for (const double nu : draw(drift, g, kCount, 7)) {
      ASSERT_GE(nu, 0);
      ASSERT_LE(nu, drift.nu_limit());
      sample.add(nu);
      seen[std::min<std::size_t>(static_cast<std::size_t>(nu / width), 19)] += 1;
    }
    EXPECT_LT(unit::chi_square(seen, expected), unit::chi_square_limit(19)) << x;
    const double mean = s * std::sqrt(2 / std::acos(-1.0)) * std::exp(-0.5 * m * m / (s * s)) +
                        m * (1 - 2 * unit::normal_distribution(-m / s));
    EXPECT_NEAR(sample.mean(), mean, unit::alarm_sigma * sample.standard_error()) << x;
    EXPECT_NEAR(sample.deviation(), std::sqrt(m * m + s * s - mean * mean),
                unit::alarm_sigma * sample.deviation_error())
        << x;
    EXPECT_LT(unit::normal_distribution(-m / s), 0.027) << "share that is folded, as stated";
  }
}

TEST(PcmDrift, PowerLawToAMillionSeconds) {
  // 1 us .. 1e6 s, nu up to the largest that can be drawn.
  auto random = sequence(72);
  PcmParameters early;
  early.early_drift = true;
  for (const auto& parameters : {PcmParameters{}, early}) {
    const PcmDrift drift{parameters};
    double largest = 0;
    for (int i = 0; i < 500000; ++i) {
      const auto age = static_cast<float>(decades(random, -6, 6));
      const auto nu = static_cast<float>(0.4 * random.uniform());
      const double exact =
          std::pow((static_cast<double>(age) + drift.t0_s) / drift.t0_s, -static_cast<double>(nu));
      largest = std::max(largest, std::fabs(static_cast<double>(drift.factor(age, nu)) / exact - 1));
    }
    RecordProperty(parameters.early_drift ? "largest_error_1e9_early" : "largest_error_1e9",
                   static_cast<int>(1e9 * largest));
    EXPECT_LT(largest, 1e-6) << "t0 " << drift.t0_s;
    EXPECT_LE(drift.nu_limit(), 0.4);
  }
}

TEST(PcmDrift, FallsWithAgeAndExponent) {
  auto random = sequence(73);
  const PcmDrift drift{PcmParameters{}};
  for (int i = 0; i < 20000; ++i) {
    const auto age = static_cast<float>(decades(random, -6, 6));
    const auto nu = static_cast<float>(0.4 * random.uniform());
    const float factor = drift.factor(age, nu);
    ASSERT_LE(factor, 1.0F);
    ASSERT_GT(factor, 0.0F);
    // Up to rounding.
    ASSERT_LE(drift.factor(2 * age, nu), factor * 1.000001F);
    ASSERT_LE(drift.factor(age, nu + 0.01F), factor * 1.000001F);
  }
}

TEST(PcmDrift, NothingMovesAtAgeZeroOrWithoutDrift) {
  PcmParameters parameters;
  parameters.drift = 0;
  const PcmDrift off{parameters};
  const PcmDrift on{PcmParameters{}};
  auto random = sequence(74);
  for (int i = 0; i < 1000; ++i) {
    const float nu = off.nu(static_cast<float>(25 * random.uniform()), static_cast<float>(random.normal()));
    ASSERT_EQ(nu, 0.0F);
    ASSERT_EQ(off.factor(static_cast<float>(decades(random, -6, 6)), nu), 1.0F);
    ASSERT_EQ(on.factor(0.0F, static_cast<float>(0.4 * random.uniform())), 1.0F);
  }
  EXPECT_EQ(off.hold_s(0, 1e-3, off.nu_limit()), std::numeric_limits<double>::infinity());
}

TEST(PcmDrift, EarlyDriftMovesTheOriginOfTheLaw) {
  PcmParameters parameters;
  EXPECT_EQ(PcmDrift{parameters}.t0_s, 20);
  // As a rule it hardly moves before 20 s ...
  EXPECT_GT(PcmDrift{parameters}.factor(0.1F, 0.06F), 0.9996F);
  parameters.early_drift = true;
  const PcmDrift early{parameters};
  EXPECT_DOUBLE_EQ(early.t0_s, 1e-6);
  // ... but (1e-1 / 1e-6)^-0.06 = 0.501 when it begins at 1 us.
  EXPECT_NEAR(static_cast<double>(early.factor(0.1F, 0.06F)), std::pow(1e5 + 1, -0.06), 1e-6);
}

TEST(PcmDrift, KernelsAreTheFormulaeBitForBit) {
  auto random = sequence(75);
  const PcmDrift drift{PcmParameters{}};
  for (const std::size_t count : {1U, 3U, 15U, 16U, 17U, 4099U}) {
    std::vector<float> g(count);
    std::vector<float> normals(count);
    std::vector<float> stamps(count);
    std::vector<float> nu(count);
    std::vector<float> factor(count);
    for (std::size_t i = 0; i < count; ++i) {
      g[i] = static_cast<float>(25 * random.uniform() * random.uniform());
      normals[i] = static_cast<float>(random.normal());
      stamps[i] = 0.75F - static_cast<float>(decades(random, -6, 6));
    }
    const PcmInstant now{0.75F, 1e-9F};
    tiles::draw_nu(drift, g.data(), normals.data(), nu.data(), count);
    tiles::drift_factors(drift, stamps.data(), nu.data(), now, factor.data(), count);
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(nu[i], drift.nu(g[i], normals[i]));
      ASSERT_EQ(factor[i], drift.factor(now.age_s(stamps[i]), nu[i]));
    }
  }
}

TEST(PcmDrift, HeldWithinTheBoundAndNoShorterThanNeeded) {
  auto random = sequence(76);
  PcmParameters parameters;
  for (const bool early : {false, true}) {
    parameters.early_drift = early;
    const PcmDrift drift{parameters};
    const auto exact = [&](double age, double nu) { return std::pow((age + drift.t0_s) / drift.t0_s, -nu); };
    for (int trial = 0; trial < 20000; ++trial) {
      const double youngest = decades(random, -7, 6);
      const double bound = decades(random, -4, -1);
      const double nu = 0.01 + 0.39 * random.uniform();
      const double hold = drift.hold_s(youngest, bound, nu);
      // Tight for the device it was asked for ...
      ASSERT_NEAR(exact(youngest, nu) / exact(youngest + hold, nu) - 1, bound, 1e-6 * bound);
      // ... and kept by older and slower ones, the float kernel's error aside.
      const double age = youngest * decades(random, 0, 3);
      const double slower = nu * random.uniform();
      const double held =
          static_cast<double>(drift.factor(static_cast<float>(age), static_cast<float>(slower)));
      ASSERT_LE(std::fabs(held / exact(age + hold, slower) - 1), bound + 1e-6);
    }
  }
}

TEST(PcmDrift, RefreshesAreEvenlySpacedInLogTime) {
  const PcmDrift drift{PcmParameters{}};
  constexpr double kBound = 1e-3;
  double age = 0;
  int refreshes = 0;
  while (age < 1e6) {
    const double next = age + drift.hold_s(age, kBound, drift.nu_limit());
    ASSERT_NEAR(std::log((next + 20) / (age + 20)), std::log1p(kBound) / drift.nu_limit(), 1e-9);
    age = next;
    ++refreshes;
  }
  // ln(5e4) nu / ln(1 + bound)
  EXPECT_EQ(refreshes,
            static_cast<int>(std::ceil(std::log1p(1e6 / 20) * drift.nu_limit() / std::log1p(kBound))));
}

}  // namespace
