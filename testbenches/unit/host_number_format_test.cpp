#include <gtest/gtest.h>

#include "testbenches/host/number_format.h"

namespace kirchhoff::testbenches {
namespace {

TEST(NumberFormat, Engineering) {
  EXPECT_EQ(engineering(3.214e-7, "J"), "321 nJ");
  EXPECT_EQ(engineering(2.0635e-6, "s"), "2.06 us");
  EXPECT_EQ(engineering(0, "J"), "0 J");
  EXPECT_EQ(engineering(1, "s"), "1.00 s");
  EXPECT_EQ(engineering(0.9999, "s"), "1.00 s");
  EXPECT_EQ(engineering(999.4e-9, "s"), "999 ns");
  EXPECT_EQ(engineering(999.6e-9, "s"), "1.00 us");
  EXPECT_EQ(engineering(12345, "s"), "12.3 ks");
  EXPECT_EQ(engineering(-4.5e-12, "J"), "-4.50 pJ");
}

TEST(NumberFormat, Significant) {
  EXPECT_EQ(significant(0.036809), "0.0368");
  EXPECT_EQ(significant(2.3071), "2.31");
  EXPECT_EQ(significant(28.065), "28.1");
  EXPECT_EQ(significant(1234.5), "1234");
  EXPECT_EQ(significant(9.999), "10.0");
  EXPECT_EQ(significant(0), "0");
  EXPECT_EQ(significant(0.0123, 2), "0.012");
}

TEST(NumberFormat, OfCountsAndLimits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(60000), "60,000");
  EXPECT_EQ(grouped(1234567890), "1,234,567,890");
  EXPECT_EQ(fixed(97.305, 1), "97.3");
  EXPECT_EQ(compact(0.45), "0.45");
  EXPECT_EQ(compact(1), "1");
  EXPECT_EQ(compact(1.2e-16), "1.2e-16");
}

}  // namespace
}  // namespace kirchhoff::testbenches
