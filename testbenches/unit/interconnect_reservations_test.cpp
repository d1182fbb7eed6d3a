#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "foundation/random.h"
#include "interconnect/link.h"

namespace {

using namespace kirchhoff;
using foundation::Duration;
using interconnect::LinkTiming;
using interconnect::Reservations;

Duration ps(std::int64_t count) {
  return Duration{count};
}

/// All intervals ever given out, one entry per instant.
class Timeline {
 public:
  explicit Timeline(std::size_t length) : taken_(length, false) {}

  [[nodiscard]] bool is_free(std::int64_t begin, std::int64_t length) const {
    return std::none_of(taken_.begin() + begin, taken_.begin() + begin + length, [](bool b) { return b; });
  }
  [[nodiscard]] std::int64_t earliest(std::int64_t wanted, std::int64_t length) const {
    while (!is_free(wanted, length)) {
      ++wanted;
    }
    return wanted;
  }
  void take(std::int64_t begin, std::int64_t length) { std::fill_n(taken_.begin() + begin, length, true); }

 private:
  std::vector<bool> taken_;
};

TEST(Reservations, InOrderRequestsQueue) {
  Reservations link;
  EXPECT_EQ(link.reserve(ps(100), ps(10)), ps(100));
  EXPECT_EQ(link.reserve(ps(100), ps(10)), ps(110));
  EXPECT_EQ(link.reserve(ps(105), ps(10)), ps(120));
  EXPECT_EQ(link.out_of_order(), 0U);                 // waiting in a queue is not being out of order
  EXPECT_EQ(link.reserve(ps(130), ps(10)), ps(130));  // back to back
  EXPECT_EQ(link.reserve(ps(500), ps(10)), ps(500));
}

TEST(Reservations, LateCallForAnEarlierTimeGetsTheGap) {
  Reservations link;
  link.reserve(ps(100), ps(10));
  link.reserve(ps(200), ps(10));
  EXPECT_EQ(link.reserve(ps(120), ps(80)), ps(120));  // fits exactly
  EXPECT_EQ(link.reserve(ps(50), ps(50)), ps(50));    // before all
  EXPECT_EQ(link.reserve(ps(105), ps(11)), ps(210));  // the gap of 10 is too small
  EXPECT_EQ(link.reserve(ps(105), ps(10)), ps(110));
  EXPECT_EQ(link.out_of_order(), 4U);
}

TEST(Reservations, CountsRequestsThatCameAfterALaterOne) {
  Reservations link;
  link.reserve(ps(100), ps(10));
  EXPECT_EQ(link.out_of_order(), 0U);
  link.reserve(ps(105), ps(10));  // while it is taken: in order
  EXPECT_EQ(link.out_of_order(), 0U);
  link.reserve(ps(60), ps(10));
  EXPECT_EQ(link.out_of_order(), 1U);
}

TEST(Reservations, EarliestGapAgainstATimeline) {
  // As long as nothing has been forgotten, the answer is exactly that of a full timeline.
  foundation::RandomSequence random{foundation::RandomStream{31, foundation::Purpose::shuffle}, 0};
  for (int trial = 0; trial < 2000; ++trial) {
    Reservations link;
    Timeline timeline{2000};
    for (std::size_t i = 0; i < Reservations::kept; ++i) {
      const std::int64_t wanted = random.below(200);
      const std::int64_t length = 1 + random.below(20);
      const std::int64_t expected = timeline.earliest(wanted, length);
      ASSERT_EQ(link.reserve(ps(wanted), ps(length)), ps(expected)) << "trial " << trial << ", call " << i;
      timeline.take(expected, length);
    }
  }
}

TEST(Reservations, NeverOverlapHoweverManyAndInAnyOrder) {
  foundation::RandomSequence random{foundation::RandomStream{32, foundation::Purpose::shuffle}, 0};
  for (int trial = 0; trial < 50; ++trial) {
    Reservations link;
    Timeline timeline{40000};
    std::int64_t now = 0;
    for (int i = 0; i < 400; ++i) {
      now += random.below(30);
      const std::int64_t back = random.below(300);
      const std::int64_t wanted = std::max<std::int64_t>(now - back, 0);
      const std::int64_t length = 1 + random.below(20);
      const std::int64_t begin = link.reserve(ps(wanted), ps(length)).count();
      ASSERT_GE(begin, wanted);
      ASSERT_GE(begin, timeline.earliest(wanted, length));
      ASSERT_TRUE(timeline.is_free(begin, length)) << "trial " << trial << ", call " << i;
      timeline.take(begin, length);
    }
  }
}

TEST(Reservations, ForgetsOnlyTheOldest) {
  // Requests reach back over fewer intervals than are kept: still exact.
  foundation::RandomSequence random{foundation::RandomStream{33, foundation::Purpose::shuffle}, 0};
  Reservations link;
  Timeline timeline{100000};
  std::int64_t now = 0;
  for (int i = 0; i < 3000; ++i) {
    now += 25;
    const std::int64_t wanted = std::max<std::int64_t>(now - random.below(100), 0);
    const std::int64_t length = 1 + random.below(8);  // at most five or six in a hundred instants
    const std::int64_t expected = timeline.earliest(wanted, length);
    ASSERT_EQ(link.reserve(ps(wanted), ps(length)), ps(expected)) << "call " << i;
    timeline.take(expected, length);
  }
}

TEST(Reservations, BeforeWhatIsForgottenNothingIsGivenOut) {
  Reservations link;
  for (std::int64_t i = 0; i < 40; ++i) {
    link.reserve(ps(100 * i), ps(10));
  }
  // 24 of the 40 have been dropped, the last of them ended at 2310.
  EXPECT_EQ(link.reserve(ps(0), ps(10)), ps(2310));
}

TEST(LinkTiming, FlitsAndTimes) {
  const LinkTiming timing{.cycle = ps(1000), .width_bits = 128, .router_cycles = 2};
  EXPECT_EQ(timing.flits(1), 1U);
  EXPECT_EQ(timing.flits(128), 1U);
  EXPECT_EQ(timing.flits(129), 2U);
  EXPECT_EQ(timing.serialisation(482), ps(4000));
  EXPECT_EQ(timing.router_latency(), ps(2000));
}

TEST(Reservations, WhatIsSettledChangesNoLaterAnswer) {
  // Bursts out of time order, one after the other, as examples are: with and without forgetting in between.
  foundation::RandomSequence random{foundation::RandomStream{32, foundation::Purpose::shuffle}, 0};
  Reservations remembering;
  Reservations forgetting;
  std::int64_t settled = 0;
  for (int burst = 0; burst < 3000; ++burst) {
    std::int64_t latest = settled;
    for (std::uint32_t i = random.below(8) + 1; i > 0; --i) {
      const Duration wanted{settled + random.below(100)};
      const Duration length{1 + random.below(20)};
      const Duration begin = remembering.reserve(wanted, length);
      ASSERT_EQ(forgetting.reserve(wanted, length, ps(settled)), begin);
      latest = std::max(latest, (begin + length).count());
    }
    settled = latest + random.below(3);
  }
  EXPECT_EQ(forgetting.out_of_order(), remembering.out_of_order());
}

TEST(Reservations, NothingStartsBeforeWhatWasForgotten) {
  Reservations link;
  link.reserve(ps(100), ps(10));
  link.reserve(ps(300), ps(10), ps(200));
  EXPECT_EQ(link.reserve(ps(50), ps(10), ps(200)), ps(110));
}

}  // namespace
