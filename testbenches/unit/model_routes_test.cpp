#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "foundation/error.h"
#include "foundation/random.h"
#include "model/network/route_planner.h"

namespace {

using namespace kirchhoff;
using interconnect::NodeId;
using interconnect::Port;
using interconnect::RouteId;
using interconnect::Topology;
using model::RoutePlanner;

/// Follows the masks of a route from a node.
class Walk {
 public:
  Walk(Topology topology, const RoutePlanner& planner) : topology_(topology) {
    for (const auto& entry : planner.entries()) {
      EXPECT_NE(entry.ports, 0);
      EXPECT_TRUE(masks_[entry.route].emplace(entry.node, entry.ports).second) << "two entries of one node";
    }
  }

  struct Result {
    std::set<NodeId> tiles;  ///< reached through the local port
    std::size_t sequencer = 0;
    bool tree = true;  ///< no node twice, no port into the void
    std::size_t hops = 0;
  };
  Result from(RouteId route, NodeId source) {
    Result result;
    std::set<NodeId> seen;
    step(route, source, result, seen);
    return result;
  }

 private:
  void step(RouteId route, NodeId node, Result& result, std::set<NodeId>& seen) {
    if (!seen.insert(node).second) {
      result.tree = false;
      return;
    }
    const auto found = masks_[route].find(node);
    const std::uint8_t ports = found == masks_[route].end() ? std::uint8_t{0} : found->second;
    result.tree &= ports != 0;
    for (const Port port : interconnect::all_ports) {
      if ((ports & mask_of(port)) == 0) {
        continue;
      }
      if (port == Port::local) {
        result.tree &= result.tiles.insert(node).second;
      } else if (topology_.has_neighbour(node, port)) {
        ++result.hops;
        step(route, topology_.neighbour(node, port), result, seen);
      } else if (node == interconnect::gateway_node && port == interconnect::sequencer_port) {
        ++result.sequencer;
      } else {
        result.tree = false;
      }
    }
  }
  Topology topology_;
  std::map<RouteId, std::map<NodeId, std::uint8_t>> masks_;
};

Topology random_mesh(foundation::RandomSequence& random) {
  return {1 + random.below(7), 1 + random.below(9)};
}

std::vector<NodeId> random_nodes(Topology mesh, foundation::RandomSequence& random) {
  std::set<NodeId> nodes;
  const std::size_t count = 1 + random.below(mesh.node_count());
  while (nodes.size() < count) {
    nodes.insert(random.below(mesh.node_count()));
  }
  return {nodes.begin(), nodes.end()};
}

TEST(Routes, ReachExactlyTheirDestinations) {
  foundation::RandomSequence random{foundation::RandomStream{121, foundation::Purpose::shuffle}, 0};
  for (int trial = 0; trial < 500; ++trial) {
    const Topology mesh = random_mesh(random);
    RoutePlanner planner{mesh, {.route_entries = 64}};
    struct Asked {
      RouteId route;
      NodeId source;
      std::vector<NodeId> destinations;
    };
    std::vector<Asked> asked;
    for (int i = 0; i < 6; ++i) {
      const NodeId source = random.below(mesh.node_count());
      const auto destinations = random_nodes(mesh, random);
      asked.push_back({planner.from_node(source, destinations), source, destinations});
      const auto others = random_nodes(mesh, random);
      asked.push_back({planner.from_sequencer(others), interconnect::gateway_node, others});
    }
    EXPECT_EQ(planner.routes(), 12U);
    Walk walk{mesh, planner};
    for (const auto& route : asked) {
      const auto result = walk.from(route.route, route.source);
      ASSERT_TRUE(result.tree);
      ASSERT_EQ(result.tiles, std::set<NodeId>(route.destinations.begin(), route.destinations.end()));
      ASSERT_EQ(result.sequencer, 0U);
    }
  }
}

TEST(Routes, ToTheSequencerFromEverySource) {
  foundation::RandomSequence random{foundation::RandomStream{122, foundation::Purpose::shuffle}, 0};
  for (int trial = 0; trial < 500; ++trial) {
    const Topology mesh = random_mesh(random);
    RoutePlanner planner{mesh, {.route_entries = 64}};
    const auto sources = random_nodes(mesh, random);
    const RouteId route = planner.to_sequencer(sources);
    Walk walk{mesh, planner};
    for (const NodeId source : sources) {
      const auto result = walk.from(route, source);
      ASSERT_TRUE(result.tree);
      ASSERT_EQ(result.sequencer, 1U);  // once, though they share the route
      ASSERT_TRUE(result.tiles.empty());
      ASSERT_EQ(result.hops, mesh.hops(source, interconnect::gateway_node));
    }
  }
}

TEST(Routes, SingleDestinationsTakeTheShortestWay) {
  const Topology mesh{4, 8};
  for (NodeId to = 0; to < mesh.node_count(); ++to) {
    RoutePlanner planner{mesh, {.route_entries = 1}};
    const RouteId route = planner.from_node(11, std::vector{to});
    EXPECT_EQ((Walk{mesh, planner}.from(route, 11).hops), mesh.hops(11, to));
  }
}

TEST(Routes, MulticastSharesTheCommonWay) {
  const Topology mesh{1, 8};
  RoutePlanner planner{mesh, {.route_entries = 1}};
  const RouteId route = planner.from_node(0, std::vector<NodeId>{2, 5, 7});
  EXPECT_EQ((Walk{mesh, planner}.from(route, 0).hops), 7U);
}

TEST(Routes, AFullTableIsRefusedWithItsName) {
  RoutePlanner planner{{2, 2}, {.route_entries = 3}};
  const std::vector<NodeId> anywhere{1};
  planner.from_node(0, anywhere);
  planner.from_sequencer(anywhere);
  planner.to_sequencer(anywhere);
  try {
    planner.from_node(0, anywhere);
    FAIL() << "a fourth route in a table of three";
  } catch (const foundation::InputError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("mesh.route_entries"), std::string::npos) << message;
    EXPECT_NE(message.find('3'), std::string::npos) << message;
  }
}

}  // namespace
