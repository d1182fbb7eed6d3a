#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <vector>

#include "foundation/random.h"
#include "interconnect/route_tree.h"

namespace {

using namespace kirchhoff;
using foundation::Duration;
using interconnect::mask_of;
using interconnect::NodeId;
using interconnect::Port;
using interconnect::RouteTree;

constexpr interconnect::Topology kMesh{4, 5};
constexpr interconnect::LinkTiming kTiming{.cycle = Duration{1000}, .width_bits = 128, .router_cycles = 2};

class Routers {
 public:
  Routers() {
    for (NodeId node = 0; node < kMesh.node_count(); ++node) {
      cores.push_back(&storage_.emplace_back(node, kMesh, kTiming, std::size_t{8}));
    }
  }
  void route(NodeId node, std::uint8_t ports) { cores[node]->set_route(3, ports); }

  std::vector<interconnect::RouterCore*> cores;

 private:
  std::deque<interconnect::RouterCore> storage_;
};

constexpr std::uint8_t operator|(Port a, Port b) {
  return static_cast<std::uint8_t>(mask_of(a) | mask_of(b));
}

TEST(RouteTree, MulticastHasEveryLinkOnceBehindTheOneThatLeadsThere) {
  // 0 -> 1 -> {2, 6}, delivered at 1, 2 and 6.
  Routers routers;
  routers.route(0, mask_of(Port::east));
  routers.route(1, static_cast<std::uint8_t>((Port::east | Port::south) | mask_of(Port::local)));
  routers.route(2, mask_of(Port::local));
  routers.route(6, mask_of(Port::local));
  const RouteTree tree{routers.cores, 0, 3};
  ASSERT_EQ(tree.fault(), RouteTree::Fault::none);
  ASSERT_EQ(tree.hops().size(), 6U);
  std::vector<Duration> begins(6);
  std::vector<interconnect::Reservations*> links;
  for (const auto& hop : tree.hops()) {
    links.push_back(&routers.cores[hop.node]->link(hop.port));
  }
  interconnect::pass_along(tree.hops(), links, kTiming, Duration{3000}, Duration{10000}, begins);
  std::map<NodeId, Duration> exits;
  for (std::size_t i = 0; i < 6; ++i) {
    const auto& hop = tree.hops()[i];
    if (hop.before != RouteTree::root) {
      ASSERT_LT(hop.before, i);
    }
    if (hop.exit) {
      EXPECT_EQ(hop.port, Port::local);
      exits[hop.node] = begins[i] + Duration{3000};
    }
  }
  // Each router: two cycles, the head one more; the tail two behind the head.
  const std::map<NodeId, Duration> expected{{1, Duration{10000 + 2 * 3000 + 2000}},
                                            {2, Duration{10000 + 3 * 3000 + 2000}},
                                            {6, Duration{10000 + 3 * 3000 + 2000}}};
  EXPECT_EQ(exits, expected);
}

TEST(RouteTree, FaultsAreNamedAndHaveNoHops) {
  Routers routers;
  EXPECT_EQ((RouteTree{routers.cores, 0, 3}.fault()), RouteTree::Fault::missing);
  routers.route(0, mask_of(Port::east));  // the next router knows nothing of it
  EXPECT_EQ((RouteTree{routers.cores, 0, 3}.fault()), RouteTree::Fault::missing);
  routers.route(1, mask_of(Port::west));
  const RouteTree circle{routers.cores, 0, 3};
  EXPECT_EQ(circle.fault(), RouteTree::Fault::loop);
  EXPECT_TRUE(circle.hops().empty());
  EXPECT_EQ((RouteTree{routers.cores, 0, 7}.fault()), RouteTree::Fault::missing);
  EXPECT_EQ(RouteTree{}.fault(), RouteTree::Fault::missing);
}

TEST(RouteTree, RandomTablesEnd) {
  // Whatever the tables say: a way that ends at exits, or a fault.
  foundation::RandomSequence random{foundation::RandomStream{8, foundation::Purpose::data_set}, 0};
  int good = 0;
  for (int round = 0; round < 3000; ++round) {
    Routers routers;
    for (NodeId node = 0; node < kMesh.node_count(); ++node) {
      const auto one = static_cast<std::uint8_t>(1U << random.below(5));
      routers.route(node, random.below(4) == 0 ? static_cast<std::uint8_t>(random.below(32)) : one);
    }
    const RouteTree tree{routers.cores, random.below(kMesh.node_count()), 3};
    if (tree.fault() != RouteTree::Fault::none) {
      ASSERT_TRUE(tree.hops().empty());
      continue;
    }
    ++good;
    ASSERT_TRUE(tree.hops().back().exit);
    for (const auto& hop : tree.hops()) {
      ASSERT_EQ(hop.exit, !kMesh.has_neighbour(hop.node, hop.port));
    }
  }
  EXPECT_GT(good, 500);
}

}  // namespace
