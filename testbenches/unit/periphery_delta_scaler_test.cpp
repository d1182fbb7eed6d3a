#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "foundation/random.h"
#include "periphery/delta_scaler.h"

namespace {

using namespace kirchhoff;
using periphery::largest_magnitude;
using periphery::min_exponent;
using periphery::scale_deltas;
using periphery::shared_exponent;

TEST(SharedExponent, ByHand) {
  EXPECT_EQ(shared_exponent(1.0F), 0);
  EXPECT_EQ(shared_exponent(1.0001F), 1);
  EXPECT_EQ(shared_exponent(0.9F), 0);
  EXPECT_EQ(shared_exponent(0.5F), -1);
  EXPECT_EQ(shared_exponent(0.3F), -1);
  EXPECT_EQ(shared_exponent(6.0F), 3);
}

TEST(SharedExponent, SmallestPowerOfTwoThatHoldsTheLargest) {
  foundation::RandomSequence random{foundation::RandomStream{13, foundation::Purpose::data_set}, 0};
  for (int i = 0; i < 20000; ++i) {
    const auto scale = static_cast<int>(random.below(80)) - 50;
    const auto largest = static_cast<float>(std::ldexp(0.5 + 0.5 * random.uniform(), scale));
    const double power = std::ldexp(1.0, shared_exponent(largest));
    ASSERT_LE(static_cast<double>(largest), power);
    ASSERT_LT(power, 2 * static_cast<double>(largest));
  }
}

TEST(SharedExponent, PowersOfTwoAreTheirOwnScale) {
  for (int e = -59; e < 60; ++e) {
    const float power = std::ldexp(1.0F, e);
    EXPECT_EQ(shared_exponent(power), e);
    EXPECT_EQ(shared_exponent(std::nextafter(power, 2 * power)), e + 1);
  }
}

TEST(SharedExponent, NothingToScaleGivesTheSmallest) {
  EXPECT_EQ(shared_exponent(0.0F), min_exponent);
  EXPECT_EQ(shared_exponent(std::numeric_limits<float>::denorm_min()), min_exponent);
  EXPECT_EQ(shared_exponent(std::numeric_limits<float>::quiet_NaN()), min_exponent);
}

TEST(LargestMagnitude, OfEitherSign) {
  EXPECT_EQ(largest_magnitude(std::array{0.25F, -3.0F, 2.0F}), 3.0F);
  EXPECT_EQ(largest_magnitude(std::array{0.25F, 5.0F, -2.0F}), 5.0F);
  EXPECT_EQ(largest_magnitude(std::span<const float>{}), 0.0F);
}

TEST(ScaleDeltas, CodesByHand) {
  const std::array<float, 6> deltas{1.0F, -1.0F, 0.5F, 0.0F, 0.001F, -0.003F};
  std::array<std::int16_t, 6> codes{};
  scale_deltas(deltas, 0, 255, codes);
  EXPECT_EQ(codes, (std::array<std::int16_t, 6>{255, -255, 128, 0, 0, -1}));
  scale_deltas(deltas, -2, 255, codes);  // 2^-2 is full scale: four times as large, clipped
  EXPECT_EQ(codes, (std::array<std::int16_t, 6>{255, -255, 255, 0, 1, -3}));
}

TEST(ScaleDeltas, SharedScaleLosesLessThanHalfACode) {
  foundation::RandomSequence random{foundation::RandomStream{14, foundation::Purpose::data_set}, 0};
  for (const std::int32_t full_code : {3, 31, 255}) {
    for (const int magnitude : {-40, -8, 0, 5}) {
      std::vector<float> deltas(97);
      for (float& delta : deltas) {
        delta = static_cast<float>(std::ldexp(random.normal(), magnitude));
      }
      const std::int32_t exponent = shared_exponent(largest_magnitude(deltas));
      std::vector<std::int16_t> codes(deltas.size());
      scale_deltas(deltas, exponent, full_code, codes);
      std::int32_t largest_code = 0;
      for (std::size_t j = 0; j < deltas.size(); ++j) {
        const double exact = std::ldexp(static_cast<double>(deltas[j]), -exponent) * full_code;
        ASSERT_LE(std::fabs(codes[j] - exact), 0.5 + 1e-4);
        largest_code = std::max(largest_code, std::abs(static_cast<std::int32_t>(codes[j])));
      }
      EXPECT_LE(largest_code, full_code);
      EXPECT_GE(largest_code, full_code / 2);  // the range is used
    }
  }
}

}  // namespace
