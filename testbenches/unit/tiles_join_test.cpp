#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "tiles/join.h"

namespace {

using namespace kirchhoff;
using foundation::Duration;
using tiles::Join;
using tiles::PathTime;

PathTime path(std::int64_t network, std::int64_t compute) {
  return {Duration{network}, Duration{compute}};
}

TEST(Join, CompleteWithTheLatestPart) {
  Join join;
  join.expect(3);
  EXPECT_FALSE(join.add(Duration{30}, path(1, 2)));
  EXPECT_FALSE(join.add(Duration{50}, path(3, 4)));
  EXPECT_TRUE(join.add(Duration{10}, path(5, 6)));
  EXPECT_EQ(join.latest(), Duration{50});
  EXPECT_EQ(join.path().network, Duration{3});
  EXPECT_EQ(join.path().compute, Duration{4});
}

TEST(Join, ReadyForTheNextRound) {
  Join join;
  join.expect(2);
  join.add(Duration{100}, path(1, 1));
  join.add(Duration{90}, path(2, 2));
  EXPECT_FALSE(join.add(Duration{20}, path(7, 8)));  // earlier than the last round's latest
  EXPECT_TRUE(join.add(Duration{10}, path(9, 9)));
  EXPECT_EQ(join.latest(), Duration{20});
  EXPECT_EQ(join.path().network, Duration{7});
}

TEST(Join, OrderOfArrivalDoesNotMatter) {
  struct Part {
    std::int64_t arrival;
    std::int64_t compute;
  };
  std::array<Part, 4> parts{{{40, 5}, {40, 9}, {40, 1}, {12, 30}}};
  std::array<int, 4> order{0, 1, 2, 3};
  do {
    Join join;
    join.expect(4);
    for (const int i : order) {
      const auto& part = parts[static_cast<std::size_t>(i)];
      join.add(Duration{part.arrival}, path(part.arrival - part.compute, part.compute));
    }
    ASSERT_EQ(join.latest(), Duration{40});
    ASSERT_EQ(join.path().compute, Duration{9});  // on a tie the path with more time in arrays
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Join, PartsCountSeveralAtOnce) {
  Join join;
  join.expect(131);
  EXPECT_FALSE(join.add(Duration{1}, {}, 100));
  EXPECT_TRUE(join.add(Duration{2}, {}, 31));
}

TEST(Join, ResetForgetsWhatArrived) {
  Join join;
  join.expect(2);
  join.add(Duration{100}, path(1, 1));
  join.reset();
  EXPECT_FALSE(join.add(Duration{20}, path(2, 2)));
  EXPECT_TRUE(join.add(Duration{30}, path(3, 3)));
  EXPECT_EQ(join.latest(), Duration{30});
}

}  // namespace
