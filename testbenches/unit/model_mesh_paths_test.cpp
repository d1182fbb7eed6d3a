#include <gtest/gtest.h>

#include <deque>
#include <queue>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "foundation/error.h"
#include "foundation/random.h"
#include "interconnect/packet_address.h"
#include "interconnect/route_rules.h"
#include "model/network/access_routes.h"
#include "model/network/route_planner.h"

namespace {

using namespace kirchhoff;
using interconnect::MeshFaults;
using interconnect::NodeId;
using interconnect::Port;
using interconnect::RouteFinding;
using interconnect::RouteId;
using interconnect::RouterCore;
using interconnect::Topology;
using model::RoutePlanner;

/// Where a packet can go, by the rules as they are written down and not as the planner orders its states: the
/// last link's port itself, and every walk that keeps to them.
std::set<NodeId> reachable(Topology mesh, const MeshFaults& faults, std::uint32_t channels, NodeId from) {
  constexpr int none = 4;
  std::set<std::tuple<NodeId, int, std::uint32_t>> seen{{from, none, 0}};
  std::queue<std::tuple<NodeId, int, std::uint32_t>> open;
  open.push({from, none, 0});
  std::set<NodeId> nodes{from};
  while (!open.empty()) {
    const auto [node, last, channel] = open.front();
    open.pop();
    for (const Port port : interconnect::all_ports) {
      const int number = static_cast<int>(index_of(port));
      if (!mesh.has_neighbour(node, port) || !faults.works(node, port)) continue;
      if (last != none && port == opposite(interconnect::all_ports[static_cast<std::size_t>(last)])) continue;
      const bool turns = (last == 0 || last == 2) && (port == Port::east || port == Port::west);
      const std::uint32_t next = channel + (turns ? 1 : 0);
      if (next >= channels) continue;
      const std::tuple state{mesh.neighbour(node, port), number, next};
      if (seen.insert(state).second) {
        nodes.insert(std::get<0>(state));
        open.push(state);
      }
    }
  }
  return nodes;
}

struct RandomMesh {
  Topology mesh;
  MeshFaults faults;
  std::uint32_t channels = 1;
};

RandomMesh random_mesh(foundation::RandomSequence& random, std::uint32_t most_rows,
                       std::uint32_t most_columns) {
  RandomMesh it{{1 + random.below(most_rows), 1 + random.below(most_columns)}, {}, 1 + random.below(4)};
  it.faults = MeshFaults{it.mesh};
  const std::uint32_t one_in = 3 + random.below(30);
  for (NodeId node = 0; node < it.mesh.node_count(); ++node) {
    for (const Port port : {Port::east, Port::south}) {
      if (it.mesh.has_neighbour(node, port) && random.below(one_in) == 0) it.faults.disable_link(node, port);
    }
    if (node != interconnect::gateway_node && random.below(4 * one_in) == 0) it.faults.disable_router(node);
  }
  return it;
}

/// The mesh's routers with the tables of a planner.
class Routers {
 public:
  explicit Routers(const RandomMesh& it) {
    const interconnect::LinkTiming timing{.virtual_channels = it.channels};
    for (NodeId node = 0; node < it.mesh.node_count(); ++node) {
      cores.push_back(&storage_.emplace_back(node, it.mesh, timing, std::size_t{8}));
      cores.back()->set_link_fault(it.faults.ports(node));
    }
  }
  void program(const RoutePlanner& planner) {
    for (const auto& entry : planner.entries()) {
      ASSERT_TRUE(cores[entry.node]->set_route(entry.route, entry.ports));
    }
  }

  std::vector<RouterCore*> cores;

 private:
  std::deque<RouterCore> storage_;
};

/// Where a route from `entry` leaves the mesh.
std::multiset<std::pair<NodeId, Port>> exits(const Routers& routers, NodeId entry, RouteId route) {
  std::multiset<std::pair<NodeId, Port>> result;
  const interconnect::RouteTree tree{routers.cores, entry, route};
  for (const auto& hop : tree.hops()) {
    if (hop.exit) result.emplace(hop.node, hop.port);
  }
  return result;
}

std::vector<NodeId> some_nodes(const RandomMesh& it, foundation::RandomSequence& random) {
  std::set<NodeId> nodes;
  for (std::uint32_t i = 0; i <= random.below(12); ++i) {
    const NodeId node = random.below(it.mesh.node_count());
    if (it.faults.tile_works(node)) nodes.insert(node);
  }
  return {nodes.begin(), nodes.end()};
}

TEST(MeshPaths, TreesAroundRandomFaultsKeepTheRulesAndReachWhatCanBeReached) {
  foundation::RandomSequence random{foundation::RandomStream{131, foundation::Purpose::shuffle}, 0};
  int planned = 0;
  int refused = 0;
  int around = 0;
  for (int trial = 0; trial < 6000; ++trial) {
    const RandomMesh it = random_mesh(random, 8, 9);
    const NodeId source = random.below(it.mesh.node_count());
    const auto destinations = some_nodes(it, random);
    if (destinations.empty()) continue;
    const auto within = reachable(it.mesh, it.faults, it.channels, source);
    const bool possible = std::all_of(destinations.begin(), destinations.end(),
                                      [&](NodeId node) { return within.count(node) > 0; });
    RoutePlanner planner{it.mesh, {.route_entries = 8, .faults = it.faults, .virtual_channels = it.channels}};
    RouteId route = 0;
    try {
      route = planner.from_node(source, destinations);
    } catch (const foundation::InputError& error) {
      ASSERT_FALSE(possible) << error.what();
      ++refused;
      continue;
    }
    ASSERT_TRUE(possible) << "a way where there is none";
    Routers routers{it};
    routers.program(planner);
    const auto finding = interconnect::check_route(routers.cores, source, route);
    ASSERT_EQ(finding.kind, RouteFinding::Kind::none) << "at node " << finding.node << " in trial " << trial;
    std::multiset<std::pair<NodeId, Port>> expected;
    for (const NodeId node : destinations) expected.emplace(node, Port::local);
    ASSERT_EQ(exits(routers, source, route), expected);
    ++planned;
    around += it.faults.none() ? 0 : 1;
  }
  EXPECT_GT(planned, 1500);
  EXPECT_GT(refused, 500);
  EXPECT_GT(around, 1000);
}

TEST(MeshPaths, ManySourcesReachTheSequencerOnce) {
  foundation::RandomSequence random{foundation::RandomStream{132, foundation::Purpose::shuffle}, 0};
  int planned = 0;
  int refused = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    const RandomMesh it = random_mesh(random, 8, 9);
    const auto sources = some_nodes(it, random);
    if (sources.empty()) continue;
    const bool possible = std::all_of(sources.begin(), sources.end(), [&](NodeId node) {
      return reachable(it.mesh, it.faults, it.channels, node).count(interconnect::gateway_node) > 0;
    });
    RoutePlanner planner{it.mesh, {.route_entries = 8, .faults = it.faults, .virtual_channels = it.channels}};
    RouteId route = 0;
    try {
      route = planner.to_sequencer(sources);
    } catch (const foundation::InputError& error) {
      ASSERT_FALSE(possible) << error.what();
      ++refused;
      continue;
    }
    ASSERT_TRUE(possible);
    Routers routers{it};
    routers.program(planner);
    for (const NodeId source : sources) {
      ASSERT_EQ(interconnect::check_route(routers.cores, source, route).kind, RouteFinding::Kind::none);
      const std::multiset<std::pair<NodeId, Port>> expected{
          {interconnect::gateway_node, interconnect::sequencer_port}};
      ASSERT_EQ(exits(routers, source, route), expected);
    }
    ++planned;
  }
  EXPECT_GT(planned, 1000);
  EXPECT_GT(refused, 300);
}

TEST(MeshPaths, WithoutFaultsRoutesAreXy) {
  const Topology mesh{4, 8};
  RoutePlanner plain{mesh, {}};
  RoutePlanner with_a_far_fault{mesh, {.faults = [&] {
                                  MeshFaults faults{mesh};
                                  faults.disable_link(30, Port::east);
                                  return faults;
                                }()}};
  const std::vector<NodeId> destinations{3, 12, 21};
  plain.from_node(9, destinations);
  with_a_far_fault.from_node(9, destinations);
  const auto a = plain.entries();
  const auto b = with_a_far_fault.entries();
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].node, b[i].node);
    EXPECT_EQ(a[i].ports, b[i].ports);
  }
}

TEST(MeshPaths, OneBrokenLinkCostsTwoLinks) {
  const Topology mesh{4, 8};
  MeshFaults faults{mesh};
  faults.disable_link(1, Port::east);
  RoutePlanner planner{mesh, {.faults = faults}};
  EXPECT_EQ(planner.links(planner.from_node(0, std::vector<NodeId>{5})).size(), 7U);   // along row 0
  EXPECT_EQ(planner.links(planner.from_node(0, std::vector<NodeId>{13})).size(), 6U);  // to row 1: no detour
}

TEST(MeshPaths, WhatCannotBeReachedIsNamed) {
  const Topology mesh{3, 3};
  MeshFaults faults{mesh};
  for (const Port port : {Port::north, Port::west}) faults.disable_link(8, port);
  RoutePlanner planner{mesh, {.faults = faults}};
  try {
    planner.from_node(0, std::vector<NodeId>{4, 8});
    FAIL() << "a way to a node without links";
  } catch (const foundation::InputError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("from node 0,0 to 2,2 "), std::string::npos) << message;
    EXPECT_NE(message.find("mesh.virtual_channels = 2"), std::string::npos) << message;
  }
  EXPECT_THROW(planner.to_sequencer(std::vector<NodeId>{8}), foundation::InputError);
  EXPECT_EQ(model::usable_tiles(mesh, faults, 2), (std::vector<NodeId>{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST(AccessRoutes, EachWriteFindsItsWayAndInTheEndEveryNodeIsReached) {
  foundation::RandomSequence random{foundation::RandomStream{133, foundation::Purpose::shuffle}, 0};
  std::size_t writes = 0;
  for (int trial = 0; trial < 1500; ++trial) {
    const RandomMesh it = random_mesh(random, 9, 9);
    Routers routers{it};
    /// Follows an access as the routers would; false where it comes to a disabled link or goes in a circle.
    const auto arrives = [&](NodeId to, bool check_turns) {
      NodeId at = interconnect::gateway_node;
      Port last = Port::local;
      std::uint32_t channel = 0;
      for (std::uint32_t hops = 0; at != to; ++hops) {
        const Port port = routers.cores[at]->access_port(to);
        if (port == Port::local || !routers.cores[at]->link_enabled(port) || hops > it.mesh.node_count()) {
          return false;
        }
        if (check_turns && last != Port::local) {
          EXPECT_NE(port, opposite(last));
          channel += interconnect::raises_channel(opposite(last), port) ? 1 : 0;
          EXPECT_LT(channel, it.channels);
        }
        last = port;
        at = it.mesh.neighbour(at, port);
      }
      return true;
    };
    for (const auto& write : model::access_program(it.mesh, it.faults, it.channels)) {
      const NodeId node = interconnect::node_of_address(write.address);
      ASSERT_TRUE(arrives(node, false)) << "a write that cannot arrive yet";
      ASSERT_TRUE(routers.cores[node]->write_register(
          write.address - interconnect::node_register_address(node, 0), write.value));
      ++writes;
    }
    const auto within = reachable(it.mesh, it.faults, it.channels, interconnect::gateway_node);
    for (NodeId node = 0; node < it.mesh.node_count(); ++node) {
      ASSERT_EQ(arrives(node, true), within.count(node) > 0) << "node " << node << " in trial " << trial;
    }
  }
  EXPECT_GT(writes, 3000U);
}

TEST(AccessRoutes, NoneWithoutFaults) {
  EXPECT_TRUE(model::access_program({8, 8}, MeshFaults{Topology{8, 8}}, 2).empty());
}

}  // namespace
