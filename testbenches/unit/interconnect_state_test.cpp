#include <gtest/gtest.h>

#include <string>

#include "foundation/random.h"
#include "foundation/state_reader.h"
#include "foundation/state_writer.h"
#include "interconnect/router_core.h"

namespace {

using namespace kirchhoff;
using foundation::Duration;
using interconnect::Port;
using interconnect::RouterCore;

RouterCore make_router() {
  return {4, interconnect::Topology{3, 3}, interconnect::LinkTiming{}, 16};
}

std::string saved(const RouterCore& router) {
  foundation::StateWriter writer;
  writer.section("router", 1);
  writer(router);
  return writer.finish();
}

/// Packets at moments by chance, often out of order, on all ports.
class Traffic {
 public:
  explicit Traffic(std::uint64_t seed)
      : random_(foundation::RandomStream{seed, foundation::Purpose::data_set}, 0) {}

  /// When the packet's tail arrives.
  Duration one(RouterCore& router) {
    now_ += Duration{static_cast<std::int64_t>(random_.below(4000))};
    const Duration ready = now_ - Duration{static_cast<std::int64_t>(random_.below(20000))};
    const Port port = interconnect::all_ports[random_.below(5)];
    const std::uint64_t bits = 1 + random_.below(2000);
    const Duration head = random_.below(2) == 0 ? router.enter(port, bits, ready) : ready;
    return router.pass(port, bits, head).tail;
  }

 private:
  foundation::RandomSequence random_;
  Duration now_{100'000};
};

TEST(RouterState, RestoredRoutersGiveTheSameTimes) {
  RouterCore whole = make_router();
  whole.set_route(3, 5);
  Traffic traffic{21};
  for (int stage = 0; stage < 40; ++stage) {
    for (int i = 0; i < 13; ++i) {
      traffic.one(whole);
    }
    RouterCore other = make_router();
    foundation::StateReader reader{saved(whole), "file"};
    reader.section("router", 1);
    reader(other);
    reader.finish();
    EXPECT_EQ(other.route(3), 5);
    RouterCore copy = whole;
    Traffic same = traffic;
    for (int i = 0; i < 60; ++i) {
      ASSERT_EQ(same.one(other), traffic.one(whole));
    }
    EXPECT_EQ(other.out_of_order(), whole.out_of_order());
    EXPECT_NE(copy.out_of_order(), whole.out_of_order());
    EXPECT_TRUE(saved(other) == saved(whole));
  }
}

TEST(RouterState, ResetForgetsRoutesAndLinksAndKeepsCounts) {
  RouterCore router = make_router();
  router.set_route(3, 5);
  Traffic traffic{22};
  for (int i = 0; i < 100; ++i) {
    traffic.one(router);
  }
  const auto counted = router.out_of_order();
  ASSERT_GT(counted, 0U);
  router.reset();
  EXPECT_EQ(router.route(3), 0);
  EXPECT_EQ(router.out_of_order(), counted);
  // Free from the first instant on.
  RouterCore fresh = make_router();
  EXPECT_EQ(router.pass(Port::local, 128, Duration{0}).tail, fresh.pass(Port::local, 128, Duration{0}).tail);
}

}  // namespace
