#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "foundation/technology.h"
#include "foundation/tornado.h"
#include "testbenches/unit/technology_of_node.h"

namespace kirchhoff::foundation {
namespace {

TEST(Tornado, OneParameterAtATimeLargestSwingFirst) {
  Technology technology;  // all zero, without width
  technology.e_adc = {1, 2, 4, "J", "", "", Mark::assumed, ""};
  technology.e_drv = {10, 20, 90, "J", "", "", Mark::assumed, ""};
  technology.t_conv = {0, 3, 6, "s", "", "", Mark::assumed, ""};
  technology.e_upl = {1, 2, 3, "J", "", "", Mark::assumed, ""};  // not in the result
  const auto bars = tornado(technology, [](const Technology& t) {
    return std::vector<double>{t.e_adc.base + t.e_drv.base, 1 / (1 + t.t_conv.base)};
  });
  ASSERT_EQ(bars.size(), 3U);
  EXPECT_EQ(bars[0].parameter, "e_drv");  // 12 .. 92
  EXPECT_EQ(bars[0].at_low, (std::vector<double>{12, 0.25}));
  EXPECT_EQ(bars[0].at_high, (std::vector<double>{92, 0.25}));
  EXPECT_EQ(bars[1].parameter, "t_conv");  // 1 .. 1/7
  EXPECT_EQ(bars[1].low, 0);
  EXPECT_EQ(bars[1].high, 6);
  EXPECT_NEAR(bars[1].swing(), std::log(7), 1e-12);
  EXPECT_EQ(bars[2].parameter, "e_adc");  // 21 .. 24
}

TEST(Tornado, AnEndAtZeroSwingsMost) {
  const TornadoBar bar{"x", 0, 1, {0}, {1}};
  EXPECT_EQ(bar.swing(), std::numeric_limits<double>::infinity());
  const TornadoBar still{"x", 0, 1, {0, 2}, {0, 2}};
  EXPECT_EQ(still.swing(), 0);
}

}  // namespace
}  // namespace kirchhoff::foundation
