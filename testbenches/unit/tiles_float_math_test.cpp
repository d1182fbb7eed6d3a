#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "foundation/random.h"
#include "tiles/float_math.h"

namespace {

using namespace kirchhoff;

constexpr int kTrials = 400000;

TEST(FloatMath, LogarithmOverTheWholeRange) {
  foundation::RandomSequence random{foundation::RandomStream{61, foundation::Purpose::data_set}, 0};
  double largest = 0;
  for (int i = 0; i < kTrials; ++i) {
    const auto x = static_cast<float>(std::exp2(250 * random.uniform() - 125));
    const double exact = std::log2(static_cast<double>(x));
    largest = std::max(largest,
                       std::fabs(static_cast<double>(tiles::log2_float(x)) - exact) / (1 + std::fabs(exact)));
  }
  EXPECT_LT(largest, 1e-7);
  for (int power = -126; power <= 126; ++power) {
    EXPECT_EQ(tiles::log2_float(std::ldexp(1.0F, power)), static_cast<float>(power));
  }
}

TEST(FloatMath, PowerOfTwoOverTheWholeRange) {
  foundation::RandomSequence random{foundation::RandomStream{62, foundation::Purpose::data_set}, 0};
  double largest = 0;
  for (int i = 0; i < kTrials; ++i) {
    const auto x = static_cast<float>(252 * random.uniform() - 126);
    const double exact = std::exp2(static_cast<double>(x));
    largest = std::max(largest, std::fabs(static_cast<double>(tiles::exp2_float(x)) / exact - 1));
  }
  EXPECT_LT(largest, 2e-7);
  for (int power = -126; power <= 126; ++power) {
    EXPECT_EQ(tiles::exp2_float(static_cast<float>(power)), std::ldexp(1.0F, power));
  }
  EXPECT_EQ(tiles::exp2_float(-1e9F), 0x1p-126F);
  EXPECT_EQ(tiles::exp2_float(1e9F), 0x1p126F);
}

TEST(FloatMath, LogarithmNearOneKeepsItsDigits) {
  foundation::RandomSequence random{foundation::RandomStream{63, foundation::Purpose::data_set}, 0};
  double largest = 0;
  for (int i = 0; i < kTrials; ++i) {
    const auto x = static_cast<float>(std::pow(10.0, 24 * random.uniform() - 12));
    const double exact = std::log1p(static_cast<double>(x));
    largest = std::max(largest, std::fabs(static_cast<double>(tiles::log1p_float(x)) / exact - 1));
  }
  EXPECT_LT(largest, 3e-7);
  EXPECT_EQ(tiles::log1p_float(0.0F), 0.0F);
}

}  // namespace
