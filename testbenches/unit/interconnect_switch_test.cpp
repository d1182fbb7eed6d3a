#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "interconnect/credited_link.h"
#include "interconnect/switch_core.h"
#include "interconnect/turn.h"

namespace {

using namespace kirchhoff::interconnect;
using kirchhoff::foundation::Duration;

constexpr Duration ns(std::int64_t count) {
  return Duration{1000 * count};
}

TEST(CreditedLink, OnePacketAtATime) {
  CreditedLink link{{8}};
  EXPECT_EQ(link.can_start(0, 4, ns(5)), ns(5));
  link.start(0, 4, ns(5), ns(9));
  EXPECT_EQ(link.can_start(0, 4, ns(6)), ns(9));
  EXPECT_EQ(link.can_start(0, 4, ns(20)), ns(20));
}

TEST(CreditedLink, WaitsForRoomOfItsOwnChannel) {
  CreditedLink link{{8, 8}};
  link.start(0, 6, ns(0), ns(6));
  EXPECT_EQ(link.can_start(0, 2, ns(6)), ns(6));
  EXPECT_EQ(link.can_start(0, 3, ns(6)), CreditedLink::never);
  EXPECT_EQ(link.can_start(1, 3, ns(6)), ns(6));
  link.give_back(0, 6, ns(11));
  EXPECT_EQ(link.can_start(0, 3, ns(6)), ns(11));
  EXPECT_EQ(link.can_start(0, 2, ns(6)), ns(6));
  link.start(0, 2, ns(6), ns(8));
  link.start(0, 6, ns(11), ns(17));
  EXPECT_EQ(link.can_start(0, 1, ns(17)), CreditedLink::never);
  EXPECT_FALSE(link.is_at_rest());
  link.give_back(0, 2, ns(18));
  link.give_back(0, 6, ns(18));
  EXPECT_TRUE(link.is_at_rest());
}

TEST(CreditedLink, APacketLargerThanTheBufferTakesAnEmptyOne) {
  CreditedLink link{{4}};
  EXPECT_EQ(link.can_start(0, 100, ns(0)), ns(0));
  link.start(0, 100, ns(0), ns(100));
  EXPECT_EQ(link.can_start(0, 1, ns(100)), CreditedLink::never);
  link.give_back(0, 100, ns(104));
  EXPECT_EQ(link.can_start(0, 100, ns(100)), ns(104));
  EXPECT_TRUE(link.is_at_rest());
}

TEST(CreditedLink, EndpointsTakeWhateverComes) {
  CreditedLink link;
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(link.can_start(0, 1000, ns(i)), ns(i));
    link.start(0, 1000, ns(i), ns(i + 1));
  }
}

TEST(CreditedLink, StartsNothingWhileItIsDown) {
  CreditedLink link{{4}};
  link.set_up(false);
  EXPECT_EQ(link.can_start(0, 1, ns(0)), CreditedLink::never);
  link.set_up(true);
  EXPECT_EQ(link.can_start(0, 1, ns(3)), ns(3));
}

TEST(Turn, OnlyFromAColumnIntoARowGoesALayerUp) {
  for (const Port in : all_ports) {
    for (const Port out : all_ports) {
      const bool column = in == Port::north || in == Port::south;
      const bool row = out == Port::east || out == Port::west;
      EXPECT_EQ(raises_channel(in, out), column && row);
      EXPECT_EQ(is_u_turn(in, out), in == out);
    }
  }
}

/// A switch with routers on all four sides, and what it does.
class Switch : public testing::Test {
 protected:
  struct Event {
    int packet;
    Port port;
    std::size_t channel;
    Duration at;
    friend bool operator==(const Event&, const Event&) = default;
  };

  Switch() {
    timing.virtual_channels = 2;
    timing.buffer_flits = 4;
    core.emplace(timing,
                 mask_of(Port::north) | mask_of(Port::east) | mask_of(Port::south) | mask_of(Port::west));
  }
  void arrive(Port in, int packet, std::uint8_t wanted, std::uint32_t flits, Duration ready,
              std::size_t channel = 0) {
    core->arrive(in, channel, {packet, wanted, flits, ns(flits), ready, ready + ns(flits) - ns(1)});
  }
  /// Lets everything happen up to `until`.
  void run(Duration until) {
    for (Duration at = core->next(now); at <= until; at = core->next(at)) {
      now = at;
      core->advance(
          at,
          [&](const auto& stored, const auto& departure) {
            started.push_back({stored.packet, departure.out, departure.channel, at});
          },
          [&](int packet, Port in) {
            freed.push_back({packet, in, 0, at});
          });
    }
    now = until;
  }

  LinkTiming timing;
  std::optional<SwitchCore<int>> core;
  Duration now{0};
  std::vector<Event> started;
  std::vector<Event> freed;
};

TEST_F(Switch, PassesAPacketOnAndFreesItsBufferOnceItIsCompleteAndLeaves) {
  arrive(Port::west, 1, mask_of(Port::east), 3, ns(5));
  run(ns(100));
  EXPECT_EQ(started, (std::vector<Event>{{1, Port::east, 0, ns(5)}}));
  EXPECT_EQ(freed, (std::vector<Event>{{1, Port::west, 0, ns(7)}}));
  EXPECT_TRUE(core->is_empty());
}

TEST_F(Switch, TakesTurnsAmongThoseThatWantALink) {
  for (int i = 0; i < 3; ++i) {
    arrive(Port::west, 10 + i, mask_of(Port::local), 1, ns(0));
    arrive(Port::south, 20 + i, mask_of(Port::local), 1, ns(0));
    arrive(Port::east, 30 + i, mask_of(Port::local), 1, ns(0));
  }
  run(ns(100));
  ASSERT_EQ(started.size(), 9U);
  for (std::size_t round = 0; round < 3; ++round) {
    std::vector<int> senders;
    for (std::size_t i = 0; i < 3; ++i) {
      senders.push_back(started[3 * round + i].packet / 10);
      EXPECT_EQ(started[3 * round + i].at, ns(static_cast<std::int64_t>(3 * round + i)));
    }
    std::sort(senders.begin(), senders.end());
    EXPECT_EQ(senders, (std::vector<int>{1, 2, 3}));
  }
}

TEST_F(Switch, AMulticastLeavesByEachPortWhenThatOneIsFreeAndHoldsItsBufferUntilTheLast) {
  core->link(Port::north).start(0, 1, ns(0), ns(50));
  arrive(Port::west, 1, static_cast<std::uint8_t>(mask_of(Port::east) | mask_of(Port::north)), 2, ns(5));
  arrive(Port::west, 2, mask_of(Port::east), 2, ns(6));  // behind it
  run(ns(100));
  EXPECT_EQ(started,
            (std::vector<Event>{
                {1, Port::east, 0, ns(5)}, {1, Port::north, 0, ns(50)}, {2, Port::east, 0, ns(50)}}));
  EXPECT_EQ(freed, (std::vector<Event>{{1, Port::west, 0, ns(50)}, {2, Port::west, 0, ns(50)}}));
}

TEST_F(Switch, ATurnFromAColumnIntoARowChangesTheChannel) {
  arrive(Port::north, 1, mask_of(Port::east), 1, ns(0));
  arrive(Port::west, 2, mask_of(Port::south), 1, ns(0), 1);
  arrive(Port::local, 3, mask_of(Port::west), 1, ns(0));
  arrive(Port::south, 4, mask_of(Port::local), 1, ns(0));
  run(ns(10));
  for (const auto& event : started) {
    EXPECT_EQ(event.channel, event.packet <= 2 ? 1U : 0U) << event.packet;
  }
  EXPECT_EQ(started.size(), 4U);
}

TEST_F(Switch, WaitsForCreditsWhichTheOtherChannelDoesNot) {
  arrive(Port::west, 1, mask_of(Port::east), 4, ns(0));
  arrive(Port::west, 2, mask_of(Port::east), 1, ns(1));
  arrive(Port::north, 3, mask_of(Port::east), 1, ns(2));  // into the other channel
  run(ns(100));
  EXPECT_EQ(started, (std::vector<Event>{{1, Port::east, 0, ns(0)}, {3, Port::east, 1, ns(4)}}));
  EXPECT_EQ(core->waiting(Port::west), 1U);
  core->link(Port::east).give_back(0, 4, ns(120));
  run(ns(200));
  ASSERT_EQ(started.size(), 3U);
  EXPECT_EQ(started.back(), (Event{2, Port::east, 0, ns(120)}));
}

TEST_F(Switch, ALinkThatIsDownKeepsWhatWantsIt) {
  core->link(Port::east).set_up(false);
  arrive(Port::west, 1, mask_of(Port::east), 1, ns(0));
  arrive(Port::south, 2, mask_of(Port::west), 1, ns(0));
  run(ns(100));
  ASSERT_EQ(started.size(), 1U);
  EXPECT_EQ(started[0].packet, 2);
  core->link(Port::east).set_up(true);
  run(ns(200));
  ASSERT_EQ(started.size(), 2U);
  EXPECT_EQ(started[1].packet, 1);
}

}  // namespace
