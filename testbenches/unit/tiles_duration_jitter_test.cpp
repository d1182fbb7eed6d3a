#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tiles/duration_jitter.h"

namespace {

using namespace kirchhoff;
using foundation::Purpose;
using foundation::RandomStream;
using tiles::DurationJitter;

DurationJitter jitter(double steps, std::uint64_t seed = 1, std::uint32_t tile = 0) {
  return {RandomStream{seed, Purpose::duration_jitter, tile}, steps, 255};
}

TEST(DurationJitter, IsNormalAndCountedInSteps) {
  constexpr std::size_t kValues = 100000;
  constexpr double kSteps = 3;
  auto error = jitter(kSteps);
  std::vector<float> codes(kValues, 120.0F);
  error.add(codes);
  double sum = 0;
  double squares = 0;
  for (const float code : codes) {
    ASSERT_EQ(code, std::nearbyint(code));
    const double off = static_cast<double>(code) - 120;
    sum += off;
    squares += off * off;
  }
  // Fixed seed; 4 standard errors. Rounding to steps adds 1/12 to the variance.
  const double variance = kSteps * kSteps + 1.0 / 12;
  EXPECT_NEAR(sum / kValues, 0, 4 * std::sqrt(variance / kValues));
  EXPECT_NEAR(squares / kValues, variance, 4 * variance * std::sqrt(2.0 / kValues));
}

TEST(DurationJitter, WhatIsNoPulseStaysNoneAndSignsStay) {
  auto error = jitter(16);
  std::vector<float> codes(3000);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    codes[i] = i % 3 == 0 ? 0.0F : i % 3 == 1 ? -200.0F : 250.0F;
  }
  error.add(codes);
  bool shortest = false;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    EXPECT_LE(std::fabs(codes[i]), 255.0F);
    if (i % 3 == 0) {
      EXPECT_EQ(codes[i], 0.0F);
    } else {
      EXPECT_EQ(std::signbit(codes[i]), i % 3 == 1);
      shortest = shortest || std::fabs(codes[i]) == 255.0F;
    }
  }
  EXPECT_TRUE(shortest) << "the longest pulse is as long as it gets";
}

TEST(DurationJitter, SameSeedSameNumbersEachVectorItsOwn) {
  const auto two_vectors = [](DurationJitter error) {
    std::vector<float> codes(200, 100.0F);
    error.add({codes.data(), 100});
    error.add({codes.data() + 100, 100});
    return codes;
  };
  const auto codes = two_vectors(jitter(2));
  EXPECT_EQ(codes, two_vectors(jitter(2)));
  EXPECT_NE(codes, two_vectors(jitter(2, 2)));
  EXPECT_NE(codes, two_vectors(jitter(2, 1, 1)));
  EXPECT_FALSE(std::equal(codes.begin(), codes.begin() + 100, codes.begin() + 100));
  EXPECT_TRUE(jitter(0).is_none());
}

}  // namespace
