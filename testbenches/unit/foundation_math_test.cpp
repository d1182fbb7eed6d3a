#include <gtest/gtest.h>

#include <cmath>

#include "foundation/math.h"
#include "foundation/random.h"

namespace {

using namespace kirchhoff;
using foundation::Purpose;

/// Within `ulps` units in the last place of the C library's value.
void expect_close(double ours, double theirs, double relative) {
  EXPECT_NEAR(ours, theirs, relative * std::fabs(theirs) + 1e-300);
}

TEST(Math, ExpAndLogFollowTheLibraryToTheLastBits) {
  foundation::RandomSequence random{foundation::RandomStream{7, Purpose::data_set}, 1};
  for (int i = 0; i < 20000; ++i) {
    const double x = (random.uniform() - 0.5) * 1400;
    expect_close(foundation::exp(x), std::exp(x), 4e-16);
    const double y = std::exp((random.uniform() - 0.5) * 1400);
    EXPECT_NEAR(foundation::log(y), std::log(y), 4e-16 * std::fabs(std::log(y)) + 2e-16);
  }
  for (const double near_one : {0.999999, 1.0, 1.0000001, 0.75, 1.3}) {
    EXPECT_NEAR(foundation::log(near_one), std::log(near_one), 4e-16 * std::fabs(std::log(near_one)));
  }
  EXPECT_EQ(foundation::exp(0), 1.0);
  EXPECT_EQ(foundation::exp(-1000), 0.0);
  EXPECT_TRUE(std::isinf(foundation::exp(1000)));
  EXPECT_TRUE(std::isnan(foundation::log(-1)));
}

TEST(Math, TrigonometricFunctionsOfTurns) {
  for (double turns = -3; turns < 3; turns += 0.0137) {
    EXPECT_NEAR(foundation::sin_two_pi(turns), std::sin(2 * M_PI * turns), 5e-15);
    EXPECT_NEAR(foundation::cos_two_pi(turns), std::cos(2 * M_PI * turns), 5e-15);
  }
}

TEST(Math, NormalQuantileInvertsTheDistributionFunction) {
  for (double p = 1e-12; p < 1; p = p * 1.37 + 1e-13) {
    const double x = foundation::normal_quantile(p);
    EXPECT_NEAR(0.5 * std::erfc(-x / std::sqrt(2.0)), p, 1e-13 * p + 1e-15 * std::fabs(x));
  }
  EXPECT_NEAR(foundation::normal_quantile(0.5), 0, 1e-16);
}

TEST(Math, LogisticIsSymmetric) {
  for (double x = -40; x < 40; x += 0.31) {
    EXPECT_NEAR(foundation::logistic(x) + foundation::logistic(-x), 1.0, 1e-15);
    EXPECT_NEAR(foundation::logistic(x), 1 / (1 + std::exp(-x)), 1e-15);
  }
}

}  // namespace
