#include <gtest/gtest.h>

#include "interconnect/packet_watchdog.h"

namespace {

using kirchhoff::interconnect::PacketWatchdog;

constexpr std::size_t kMost = 700;

TEST(PacketWatchdog, CascadesMayBeSoDeep) {
  PacketWatchdog watchdog{kMost};
  for (int round = 0; round < 3; ++round) {
    watchdog.begin();
    for (std::uint32_t depth = 0; depth < PacketWatchdog::most_nested; ++depth) {
      ASSERT_TRUE(watchdog.enter());
    }
    EXPECT_FALSE(watchdog.enter());
    for (std::uint32_t depth = 0; depth < PacketWatchdog::most_nested; ++depth) {
      watchdog.leave();
    }
  }
}

TEST(PacketWatchdog, CascadesMayHaveSoManyPackets) {
  PacketWatchdog watchdog{kMost};
  watchdog.begin();
  ASSERT_TRUE(watchdog.enter());
  for (std::size_t packet = 1; packet < kMost; ++packet) {
    ASSERT_TRUE(watchdog.enter());
    watchdog.leave();
  }
  EXPECT_FALSE(watchdog.enter());
  watchdog.leave();
  watchdog.begin();
  EXPECT_TRUE(watchdog.enter());  // the next cascade starts anew
  watchdog.leave();
}

TEST(PacketWatchdog, ApproximatelyTimedTheSame) {
  PacketWatchdog watchdog{kMost};
  for (int round = 0; round < 3; ++round) {
    watchdog.begin();
    for (std::size_t packet = 0; packet < kMost; ++packet) {
      ASSERT_TRUE(watchdog.may_follow(packet));
    }
    EXPECT_FALSE(watchdog.may_follow(0));
    EXPECT_FALSE(watchdog.may_follow(0));
  }
}

TEST(PacketWatchdog, HasALimitWhateverIsNeeded) {
  PacketWatchdog watchdog{PacketWatchdog::most_packets + 1};
  watchdog.begin();
  EXPECT_TRUE(watchdog.may_follow(PacketWatchdog::most_packets));
  EXPECT_FALSE(watchdog.may_follow(PacketWatchdog::most_packets + 1));
}

/// However often examples begin beside them, packets do not pile up.
TEST(PacketWatchdog, SoManyMayBeUnderWay) {
  PacketWatchdog watchdog{kMost};
  watchdog.begin();
  EXPECT_TRUE(watchdog.may_follow(kMost));
  watchdog.begin();
  EXPECT_FALSE(watchdog.may_follow(kMost + 1));
}

}  // namespace
