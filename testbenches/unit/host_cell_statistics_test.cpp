#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "testbenches/host/cell_statistics.h"

namespace kirchhoff::testbenches {
namespace {

TEST(Histogram, AnEdgeBelongsToTheBinAboveAndTheEndToTheLast) {
  Histogram histogram{{0, 4}, 4};
  histogram.add(std::vector<float>{0.0F, 0.5F, 1.0F, 2.999F, 3.0F, 4.0F});
  EXPECT_EQ(histogram.count(0), 2U);
  EXPECT_EQ(histogram.count(1), 1U);
  EXPECT_EQ(histogram.count(2), 1U);
  EXPECT_EQ(histogram.count(3), 2U);
  EXPECT_EQ(histogram.below() + histogram.above(), 0U);
}

TEST(Histogram, EveryValueIsBetweenTheEdgesOfItsBin) {
  for (int i = -1000; i <= 1000; ++i) {
    const float value = 0.00415F * static_cast<float>(i);
    Histogram histogram{{-4.15, 4.15}, 400};
    histogram.add({&value, 1});
    for (std::size_t bin = 0; bin < histogram.bins(); ++bin) {
      if (histogram.count(bin) > 0) {
        EXPECT_GE(static_cast<double>(value), histogram.edge(bin) - 1e-6);
        EXPECT_LE(static_cast<double>(value), histogram.edge(bin + 1) + 1e-6);
      }
    }
    EXPECT_EQ(histogram.below() + histogram.above(), 0U) << value;
  }
}

TEST(Histogram, WhatLiesOutsideIsCountedApart) {
  Histogram histogram{{4, 20}, 10};
  histogram.add(std::vector<float>{3.99F, -1e30F, 20.1F, std::numeric_limits<float>::infinity(),
                                   std::numeric_limits<float>::quiet_NaN()});
  EXPECT_EQ(histogram.below(), 2U);
  EXPECT_EQ(histogram.above(), 3U);
}

TEST(Histogram, RoundingOfSinglePrecisionIsNotOutside) {
  Histogram histogram{{4, 20}, 10};
  histogram.add(std::vector<float>{std::nextafterf(4.0F, 0.0F), std::nextafterf(20.0F, 30.0F)});
  EXPECT_EQ(histogram.count(0), 1U);
  EXPECT_EQ(histogram.count(9), 1U);
}

TEST(CellSummary, MomentsExtremesAndSharesAtTheLimits) {
  const auto summary = summarise(std::vector<float>{4.0F, 4.0F, 12.0F, 20.0F}, {4, 20});
  EXPECT_EQ(summary.cells, 4U);
  EXPECT_DOUBLE_EQ(summary.mean, 10);
  EXPECT_DOUBLE_EQ(summary.sd, std::sqrt(44.0));
  EXPECT_DOUBLE_EQ(summary.min, 4);
  EXPECT_DOUBLE_EQ(summary.max, 20);
  EXPECT_DOUBLE_EQ(summary.share_at_low, 0.5);
  EXPECT_DOUBLE_EQ(summary.share_at_high, 0.25);
  EXPECT_EQ(summarise({}, {4, 20}).cells, 0U);
}

}  // namespace
}  // namespace kirchhoff::testbenches
