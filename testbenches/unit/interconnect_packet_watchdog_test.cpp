#include <gtest/gtest.h>

#include "interconnect/packet_watchdog.h"

namespace {

using kirchhoff::interconnect::PacketWatchdog;

TEST(PacketWatchdog, CascadesMayBeSoDeep) {
  PacketWatchdog watchdog;
  for (int round = 0; round < 3; ++round) {
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
  PacketWatchdog watchdog;
  ASSERT_TRUE(watchdog.enter());
  for (std::uint64_t packet = 1; packet < PacketWatchdog::most_packets; ++packet) {
    ASSERT_TRUE(watchdog.enter());
    watchdog.leave();
  }
  EXPECT_FALSE(watchdog.enter());
  watchdog.leave();
  EXPECT_TRUE(watchdog.enter());  // the next cascade starts anew
  watchdog.leave();
}

}  // namespace
