#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "interconnect/router_core.h"

namespace {

using namespace kirchhoff;
using foundation::Duration;
using interconnect::LinkTiming;
using interconnect::mask_of;
using interconnect::NodeId;
using interconnect::PacketHeader;
using interconnect::Port;
using interconnect::RouterCore;
using interconnect::Topology;

constexpr Topology kMesh{4, 8};

PacketHeader by_table(interconnect::RouteId route) {
  PacketHeader header;
  header.route = route;
  return header;
}

PacketHeader to_node(NodeId node) {
  PacketHeader header;
  header.by_table = false;
  header.destination = node;
  return header;
}

TEST(RouterCore, TableRoutes) {
  RouterCore router{9, kMesh, {}, 16};
  EXPECT_EQ(router.ports_of(by_table(3)), 0);
  EXPECT_TRUE(router.set_route(3, mask_of(Port::east) | mask_of(Port::local)));
  EXPECT_EQ(router.ports_of(by_table(3)), mask_of(Port::east) | mask_of(Port::local));
  EXPECT_EQ(router.route(3), mask_of(Port::east) | mask_of(Port::local));
  EXPECT_EQ(router.ports_of(by_table(4)), 0);
}

TEST(RouterCore, EntriesBeyondTheTable) {
  RouterCore router{9, kMesh, {}, 16};
  EXPECT_FALSE(router.set_route(16, 1));
  EXPECT_EQ(router.route(16), 0);
  EXPECT_EQ(router.ports_of(by_table(16)), 0);
  EXPECT_EQ(router.ports_of(by_table(interconnect::no_route)), 0);
  EXPECT_EQ(router.route_entries(), 16U);
}

TEST(RouterCore, MasksHaveFivePorts) {
  RouterCore router{9, kMesh, {}, 16};
  router.set_route(0, 0xff);
  EXPECT_EQ(router.route(0), 0x1f);
}

TEST(RouterCore, XyRoutesToANode) {
  const RouterCore router{9, kMesh, {}, 1};  // row 1, column 1
  EXPECT_EQ(router.ports_of(to_node(9)), mask_of(Port::local));
  EXPECT_EQ(router.ports_of(to_node(1)), mask_of(Port::north));
  EXPECT_EQ(router.ports_of(to_node(25)), mask_of(Port::south));
  EXPECT_EQ(router.ports_of(to_node(31)), mask_of(Port::east));  // columns first
  EXPECT_EQ(router.ports_of(to_node(24)), mask_of(Port::west));
  EXPECT_EQ(router.ports_of(to_node(32)), 0);
}

TEST(RouterCore, EntriesAreThePortsWithoutNeighbour) {
  const RouterCore corner{0, kMesh, {}, 1};
  EXPECT_TRUE(corner.is_entry(Port::west));
  EXPECT_TRUE(corner.is_entry(Port::north));
  EXPECT_TRUE(corner.is_entry(Port::local));
  EXPECT_FALSE(corner.is_entry(Port::east));
  const RouterCore middle{9, kMesh, {}, 1};
  EXPECT_TRUE(middle.is_entry(Port::local));
  EXPECT_FALSE(middle.is_entry(Port::north));
}

/// Sends one packet from tile to tile through fresh or used routers; returns the arrival of its tail.
class Path {
 public:
  explicit Path(LinkTiming timing) : timing_(timing) {}

  Duration send(NodeId from, NodeId to, std::uint64_t bits, Duration ready) {
    Duration head = router(from).enter(Port::local, bits, ready);
    for (NodeId at = from;; at = kMesh.neighbour(at, kMesh.next_port_xy(at, to))) {
      const auto passage = router(at).pass(kMesh.next_port_xy(at, to), bits, head);
      head = passage.head;
      if (at == to) {
        return passage.tail;
      }
    }
  }

 private:
  RouterCore& router(NodeId node) {
    return routers_.try_emplace(node, node, kMesh, timing_, std::size_t{1}).first->second;
  }
  LinkTiming timing_;
  std::map<NodeId, RouterCore> routers_;
};

TEST(RouterCore, LatencyWithoutLoad) {
  // By hand: one cycle for the head into the first router; in each router its latency and one cycle over
  // the link behind it; the other flits follow the head one per cycle.
  for (const std::uint32_t router_cycles : {1U, 2U, 5U}) {
    const LinkTiming timing{.cycle = Duration{800}, .width_bits = 64, .router_cycles = router_cycles};
    for (const NodeId to : {0U, 1U, 9U, 31U}) {
      for (const std::uint64_t bits : {32U, 64U, 65U, 482U}) {
        const std::uint64_t flits = (bits + 63) / 64;
        const std::uint64_t routers = kMesh.hops(0, to) + 1;
        const auto cycles = static_cast<std::int64_t>(1 + routers * (router_cycles + 1) + flits - 1);
        const Duration start{12345};
        EXPECT_EQ(Path{timing}.send(0, to, bits, start), start + Duration{800} * cycles)
            << "to " << to << ", " << bits << " bits";
      }
    }
  }
}

TEST(RouterCore, PassageByHand) {
  RouterCore router{9, kMesh, {.cycle = Duration{1000}, .width_bits = 128, .router_cycles = 2}, 1};
  const auto passage = router.pass(Port::east, 500, Duration{10000});  // four flits
  EXPECT_EQ(passage.begin, Duration{12000});
  EXPECT_EQ(passage.head, Duration{13000});
  EXPECT_EQ(passage.tail, Duration{16000});
}

TEST(RouterCore, APacketWaitsForTheTailOfAnother) {
  RouterCore router{9, kMesh, {.cycle = Duration{1000}, .width_bits = 128, .router_cycles = 2}, 1};
  const auto first = router.pass(Port::east, 500, Duration{10000});
  const auto second = router.pass(Port::east, 500, Duration{10500});
  EXPECT_EQ(second.begin, first.tail);
  const auto elsewhere = router.pass(Port::south, 500, Duration{10500});
  EXPECT_EQ(elsewhere.begin, Duration{12500});  // another link, no contention
}

TEST(RouterCore, EndpointsQueueAtTheirOwnLink) {
  RouterCore router{0, kMesh, {.cycle = Duration{1000}, .width_bits = 128, .router_cycles = 2}, 1};
  EXPECT_EQ(router.enter(Port::local, 500, Duration{0}), Duration{1000});
  EXPECT_EQ(router.enter(Port::local, 500, Duration{0}), Duration{5000});
  EXPECT_EQ(router.enter(Port::west, 500, Duration{0}), Duration{1000});
}

TEST(RouterCore, OrderOfCallsDoesNotInventContention) {
  RouterCore router{9, kMesh, {.cycle = Duration{1000}, .width_bits = 128, .router_cycles = 2}, 1};
  router.pass(Port::east, 500, Duration{100000});
  EXPECT_EQ(router.pass(Port::east, 500, Duration{10000}).begin, Duration{12000});
  EXPECT_EQ(router.out_of_order(), 1U);
}

}  // namespace
