#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "testbenches/host/saturation.h"

namespace kirchhoff::testbenches {
namespace {

using testing::HasSubstr;

TEST(Saturation, IsWarnedOfLayerByLayer) {
  // The last layer has so few cells that the chip as a whole would not show it.
  const std::vector<RunResult::Saturation> layers{{132250, 100, 1300}, {31375, 313, 313}, {1260, 12, 112}};
  const auto warnings = saturation_warnings(layers, true);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_THAT(warnings[0], HasSubstr("8.9 % of layer 3's weights"));
  EXPECT_THAT(warnings[0], HasSubstr("last transfer"));
  EXPECT_THAT(warnings[0], HasSubstr("training.learning_rate_decay"));
}

TEST(Saturation, OfCapacitorsHasAnotherRemedy) {
  const std::vector<RunResult::Saturation> layers{{1000, 20, 0}};
  ASSERT_EQ(saturation_warnings(layers, true).size(), 1U);
  EXPECT_THAT(saturation_warnings(layers, true)[0], HasSubstr("training.transfer_interval"));
  EXPECT_THAT(saturation_warnings(layers, false)[0], HasSubstr("end of the run"));
}

TEST(Saturation, NothingLookedAtNothingSaid) {
  EXPECT_TRUE(saturation_warnings(std::vector<RunResult::Saturation>{{0, 0, 0}}, false).empty());
  EXPECT_TRUE(saturation_warnings({}, true).empty());
}

}  // namespace
}  // namespace kirchhoff::testbenches
