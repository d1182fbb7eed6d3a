#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "foundation/random.h"
#include "tiles/pcm_clock.h"

namespace {

using namespace kirchhoff;
using foundation::Duration;
using foundation::from_seconds;
using tiles::PcmClock;

TEST(PcmClock, JustStampedIsNew) {
  foundation::RandomSequence random{foundation::RandomStream{64, foundation::Purpose::data_set}, 0};
  PcmClock clock;
  Duration now{0};
  for (int i = 0; i < 20000; ++i) {
    now += from_seconds(std::pow(10.0, 10 * random.uniform() - 8));  // 10 ns .. 100 s
    clock.move_epoch(now);
    const float stamp = clock.stamp(now);
    ASSERT_LE(static_cast<double>(clock.instant(now).age_s(stamp)), 0x1p-25);
    const double wait = std::pow(10.0, 7 * random.uniform() - 6);
    const auto age = static_cast<double>(clock.instant(now + from_seconds(wait)).age_s(stamp));
    ASSERT_NEAR(age, wait, 0x1p-25 + 0x1p-23 * wait);
  }
}

TEST(PcmClock, AgesKeepTheirDigitsHoweverOftenTheEpochMoves) {
  foundation::RandomSequence random{foundation::RandomStream{65, foundation::Purpose::data_set}, 0};
  PcmClock clock;
  std::vector<float> stamps;
  std::vector<Duration> programmed;
  Duration now{0};
  double moved = 0;
  while (now < from_seconds(3e6)) {
    // Long and short waits by turns: the epoch moves by 1 .. 1000 s.
    now += from_seconds(std::pow(10.0, 5 * random.uniform() - 2));
    const float by = clock.move_epoch(now);
    if (by != 0) {
      tiles::shift_stamps(stamps, by);
      moved += static_cast<double>(by);
    }
    if (stamps.size() < 300) {
      stamps.push_back(clock.stamp(now));
      programmed.push_back(now);
    }
  }
  const auto instant = clock.instant(now);
  for (std::size_t i = 0; i < stamps.size(); ++i) {
    const double age = foundation::to_seconds(now - programmed[i]);
    ASSERT_NEAR(static_cast<double>(instant.age_s(stamps[i])), age, 0x1p-25 + 0x1p-23 * age);
  }
  EXPECT_EQ(moved, std::floor(foundation::to_seconds(now)));
}

TEST(PcmClock, EarlierInstantsMoveNothingAndAgesAreNeverNegative) {
  PcmClock clock;
  EXPECT_EQ(clock.move_epoch(from_seconds(7.5)), 7.0F);
  EXPECT_EQ(clock.move_epoch(from_seconds(7.9)), 0.0F);
  EXPECT_EQ(clock.move_epoch(from_seconds(3)), 0.0F);
  EXPECT_EQ(clock.stamp(from_seconds(7.5)), 0.5F);
  EXPECT_EQ(clock.instant(from_seconds(3)).age_s(0.5F), 0.0F);
}

}  // namespace
