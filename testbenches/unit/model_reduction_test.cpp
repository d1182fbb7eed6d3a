#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "foundation/error.h"
#include "foundation/random.h"
#include "interconnect/packet_address.h"
#include "interconnect/packet_bits.h"
#include "interconnect/route_rules.h"
#include "interconnect/router_registers.h"
#include "model/network/program.h"
#include "model/network/route_planner.h"
#include "testbenches/unit/network_bench.h"
#include "tiles/tile_settings.h"

// Plans of reductions, carried out by the routers' own tables with numbers in the packets.
namespace {

using namespace kirchhoff;
using foundation::Duration;
using foundation::RandomSequence;
using interconnect::NodeId;
using interconnect::PacketHeader;
using interconnect::PacketKind;
using interconnect::Port;
using interconnect::RouteId;
using interconnect::RouterCore;
using interconnect::RouteTree;
using interconnect::Topology;
using model::RoutePlanner;

/// Routers whose packets take no time.
class Mesh {
 public:
  Mesh(Topology topology, std::size_t routes, std::uint32_t channels = 2) : topology_(topology) {
    interconnect::LinkTiming timing;
    timing.reduction_entries = 16;
    timing.virtual_channels = channels;
    for (NodeId node = 0; node < topology.node_count(); ++node) {
      cores_.push_back(&routers_.emplace_back(node, topology, timing, routes));
    }
  }

  RouterCore& router(NodeId node) { return routers_[node]; }
  [[nodiscard]] std::span<RouterCore* const> cores() const { return cores_; }

  void send(RouteId route, NodeId source, std::int32_t number) {
    PacketHeader header;
    header.kind = interconnect::PacketKind::partial_sum;
    header.format = interconnect::VectorFormat::s32;
    header.count = 1;
    header.element_bits = 9;
    std::vector<std::byte> bytes(sizeof number);
    std::memcpy(bytes.data(), &number, sizeof number);
    carry(header, bytes, route, source);
  }
  [[nodiscard]] bool is_empty() const {
    for (const RouterCore& router : routers_) {
      if (!router.reductions().is_empty()) return false;
    }
    return true;
  }

  struct Arrival {
    RouteId route;
    std::int32_t number;
    std::uint32_t summands;
    std::uint32_t element_bits;
  };
  std::map<NodeId, std::vector<Arrival>> arrivals;

 private:
  void carry(const PacketHeader& header, std::span<const std::byte> bytes, RouteId route, NodeId source) {
    const auto finding = interconnect::check_route(cores_, source, route);
    ASSERT_EQ(finding.kind, interconnect::RouteFinding::Kind::none) << "route " << route << " of " << source;
    const RouteTree tree{cores_, source, route};
    if (tree.is_reduced_at_entry()) {
      reduce(header, bytes, route, source, Port::local);
    }
    for (const auto& hop : tree.hops()) {
      if (!hop.exit) {
        continue;
      }
      if (topology_.has_neighbour(hop.node, hop.port)) {
        reduce(header, bytes, route, topology_.neighbour(hop.node, hop.port), opposite(hop.port));
      } else {
        ASSERT_EQ(hop.port, Port::local);
        Arrival arrival{route, 0, header.summands, header.element_bits};
        std::memcpy(&arrival.number, bytes.data(), sizeof arrival.number);
        arrivals[hop.node].push_back(arrival);
      }
    }
  }
  void reduce(const PacketHeader& header, std::span<const std::byte> bytes, RouteId route, NodeId node,
              Port in) {
    auto& unit = routers_[node].reductions();
    const auto taken = unit.add(*unit.find(route), in, header, bytes, Duration{0}, Duration{0});
    ASSERT_EQ(taken.refused, nullptr) << taken.refused;
    if (taken.sum != nullptr) {
      unit.left(*unit.find(route));
      const auto sum = *taken.sum;
      carry(sum.header, sum.bytes, sum.header.route, node);
    }
  }

  Topology topology_;
  std::deque<RouterCore> routers_;
  std::vector<RouterCore*> cores_;
};

std::vector<NodeId> some_nodes(Topology mesh, std::size_t count, RandomSequence& random) {
  std::set<NodeId> nodes;
  while (nodes.size() < count) {
    nodes.insert(random.below(mesh.node_count()));
  }
  return {nodes.begin(), nodes.end()};
}

void check_plans(bool with_faults, std::uint64_t seed) {
  RandomSequence random{foundation::RandomStream{seed, foundation::Purpose::shuffle}, 0};
  std::size_t planned = 0;
  for (int trial = 0; trial < 300 && !testing::Test::HasFailure(); ++trial) {
    const Topology topology{2 + random.below(6), 2 + random.below(7)};
    interconnect::MeshFaults faults{topology};
    for (int i = 0; with_faults && i < 3; ++i) {
      const NodeId node = random.below(topology.node_count());
      const Port port = interconnect::all_ports[random.below(4)];
      if (topology.has_neighbour(node, port)) {
        faults.disable_link(node, port);
      }
    }
    RoutePlanner planner{topology, {.route_entries = 512, .faults = faults, .virtual_channels = 2}};
    Mesh mesh{topology, 512};
    struct Asked {
      std::vector<NodeId> sources;
      std::vector<NodeId> destinations;
      RoutePlanner::Reduction plan;
    };
    std::vector<Asked> asked;
    for (int i = 0; i < 4; ++i) {
      Asked one{some_nodes(topology, 2 + random.below(topology.node_count() - 1), random),
                some_nodes(topology, 1 + random.below(3), random),
                {}};
      try {
        one.plan = planner.reduced(one.sources, one.destinations);
      } catch (const foundation::InputError& error) {
        ASSERT_TRUE(with_faults) << error.what();
        continue;
      }
      asked.push_back(std::move(one));
    }
    for (const auto& entry : planner.entries()) {
      mesh.router(entry.node).set_route(entry.route, entry.ports);
    }
    std::vector<std::size_t> used(topology.node_count(), 0);
    for (const Asked& one : asked) {
      const auto& meetings = one.plan.tree.meetings;
      for (std::size_t i = 0; i < meetings.size(); ++i) {
        const std::uint64_t base = interconnect::router_reduction_table_offset +
                                   used[meetings[i].node]++ * interconnect::reduction_entry_bytes;
        const RouteId on = i == one.plan.tree.last ? one.plan.sum : one.plan.routes[meetings[i].next];
        ASSERT_TRUE(mesh.router(meetings[i].node).write_register(base + 4, on));
        ASSERT_TRUE(mesh.router(meetings[i].node)
                        .write_register(base, interconnect::reduction_valid | one.plan.routes[i] |
                                                  (std::uint32_t{meetings[i].inputs}
                                                   << interconnect::reduction_inputs_shift)));
      }
    }
    for (int round = 0; round < 2; ++round) {
      for (const Asked& one : asked) {
        mesh.arrivals.clear();
        std::vector<std::size_t> order(one.sources.size());
        std::iota(order.begin(), order.end(), 0U);
        std::int32_t all = 0;
        for (std::size_t left = order.size(); left > 0; --left) {
          std::swap(order[left - 1], order[random.below(static_cast<std::uint32_t>(left))]);
          const std::size_t i = order[left - 1];
          const auto number = static_cast<std::int32_t>(random.below(1000)) - 500;
          all += number;
          EXPECT_TRUE(mesh.arrivals.empty());
          mesh.send(one.plan.routes[one.plan.tree.starts[i].meeting], one.sources[i], number);
        }
        ASSERT_EQ(mesh.arrivals.size(), one.destinations.size());
        for (const NodeId destination : one.destinations) {
          ASSERT_EQ(mesh.arrivals[destination].size(), 1U) << "at " << destination;
          const auto& arrival = mesh.arrivals[destination].front();
          EXPECT_EQ(arrival.number, all);
          EXPECT_EQ(arrival.route, one.plan.sum);
          EXPECT_EQ(arrival.summands, one.sources.size());
          EXPECT_EQ(arrival.element_bits, interconnect::wide_bits(9U, one.sources.size()));
        }
        EXPECT_TRUE(mesh.is_empty());
        ++planned;
      }
    }
  }
  EXPECT_GT(planned, 1500U);
}

TEST(ReductionPlan, OnePacketWithTheSumOfAllComesToEveryDestination) {
  check_plans(false, 311);
}

TEST(ReductionPlan, AroundBrokenLinksToo) {
  check_plans(true, 312);
}

TEST(ReductionPlan, TakesNoMoreLinksThanTheSourcesAlone) {
  RandomSequence random{foundation::RandomStream{313, foundation::Purpose::shuffle}, 0};
  for (int trial = 0; trial < 200; ++trial) {
    const Topology mesh{2 + random.below(6), 2 + random.below(7)};
    RoutePlanner planner{mesh, {.route_entries = 512}};
    const auto sources = some_nodes(mesh, 2 + random.below(mesh.node_count() - 1), random);
    const std::vector<NodeId> destination{random.below(mesh.node_count())};
    std::size_t alone = 0;
    for (const NodeId source : sources) {
      alone += mesh.hops(source, destination.front());
    }
    const auto plan = planner.reduced(sources, destination);
    EXPECT_LE(plan.tree.links() + planner.links(plan.sum).size(), alone);
  }
}

model::ProgramOptions plenty() {
  model::ProgramOptions options;
  options.route_entries = 8000;
  options.flow_entries = 2000;
  options.reduction_entries = 16;
  return options;
}

/// What collectors wait for and what the routers send them.
TEST(ReductionPlan, CollectorsOfRandomNetworksGetEveryPartialSumOnce) {
  RandomSequence random{foundation::RandomStream{314, foundation::Purpose::shuffle}, 0};
  int reduced = 0;
  for (int trial = 0; trial < 100 && !testing::Test::HasFailure(); ++trial) {
    const auto drawn = unit::random_case(random);
    const auto mapping = map_network(drawn.network, drawn.target);
    SCOPED_TRACE(drawn.network.name());
    model::NetworkPlan plan;
    try {
      plan = plan_network(drawn.network, mapping, plenty());
    } catch (const foundation::InputError& error) {
      ASSERT_NE(std::string{error.what()}.find("16 reductions of mesh.reduction_entries"), std::string::npos)
          << error.what();
      continue;
    }
    Mesh mesh{mapping.topology, plenty().route_entries};
    std::deque<tiles::TileSettings> tiles;
    for (NodeId node = 0; node < mapping.topology.node_count(); ++node) {
      tiles.emplace_back(plenty().flow_entries, plenty().route_entries);
    }
    for (const auto& write : plan.writes) {
      if (write.address < interconnect::node_window_base) {
        continue;
      }
      const NodeId node = interconnect::node_of_address(write.address);
      const auto offset =
          static_cast<std::uint32_t>(write.address - interconnect::node_register_address(node, 0));
      if (offset >= interconnect::router_table_offset) {
        ASSERT_TRUE(mesh.router(node).set_route((offset - interconnect::router_table_offset) / 4,
                                                static_cast<std::uint8_t>(write.value)));
      } else if (offset >= interconnect::router_access_table_offset) {
        ASSERT_TRUE(mesh.router(node).write_register(offset, write.value));
      } else {
        ASSERT_TRUE(tiles[node].write(offset, write.value));
      }
    }
    using Belongs = std::function<bool(const model::TileAssignment&)>;
    const auto check = [&](PacketKind kind, tiles::TileRegister transmit, std::size_t layer, NodeId collector,
                           std::size_t expected_summands, std::size_t slots, const Belongs& belongs) {
      // Every tile of the layer says a number of its own; the collector must get each of its tiles' once.
      mesh.arrivals.clear();
      std::int32_t next = 1;
      std::int32_t expected = 0;
      for (const auto& tile : mapping.tiles) {
        const RouteId route = tiles[tile.node].route(transmit);
        if (tile.layer == layer && route != interconnect::no_route) {
          next = next * 3 % 99991;
          expected += belongs(tile) ? next : 0;
          mesh.send(route, tile.node, next);
        }
      }
      std::size_t summands = 0;
      std::int32_t sum = 0;
      for (const auto& arrival : mesh.arrivals[collector]) {
        const auto* flow = tiles[collector].flow(arrival.route);
        if (flow == nullptr || flow->kind != kind) {
          continue;
        }
        EXPECT_EQ(flow->summands, arrival.summands);
        EXPECT_LT(flow->slot, slots);
        summands += flow->summands;
        sum += arrival.number;
        reduced += arrival.summands > 1 ? 1 : 0;
      }
      EXPECT_EQ(summands, expected_summands);
      EXPECT_EQ(sum, expected);
      EXPECT_TRUE(mesh.is_empty());
    };
    for (std::size_t layer = 0; layer < drawn.network.layers.size(); ++layer) {
      for (std::size_t group = 0; group < mapping.layers[layer].column_groups; ++group) {
        const NodeId collector = mapping.collector(layer, group).node;
        const auto partials = tiles[collector].get(tiles::TileRegister::partials);
        EXPECT_EQ(partials, mapping.layers[layer].row_splits);
        check(PacketKind::partial_sum, tiles::TileRegister::transmit_partial, layer, collector, partials - 1,
              partials, [&](const auto& tile) { return tile.column_group == group && tile.row_split > 0; });
        if (layer + 1 < drawn.network.layers.size()) {
          const auto& above = mapping.layers[layer + 1];
          const auto& own = mapping.collector(layer, group);
          const auto overlaps = [&](const model::TileAssignment& tile) {
            return tile.first_row < own.first_column + own.columns &&
                   own.first_column < tile.first_row + tile.input_rows;
          };
          const auto splits =
              std::count_if(mapping.tiles.begin(), mapping.tiles.end(), [&](const auto& tile) {
                return tile.layer == layer + 1 && tile.column_group == 0 && overlaps(tile);
              });
          check(PacketKind::back_partial, tiles::TileRegister::transmit_back, layer + 1, collector,
                static_cast<std::size_t>(splits) * above.column_groups,
                tiles[collector].get(tiles::TileRegister::back_slots), overlaps);
          EXPECT_EQ(tiles[collector].get(tiles::TileRegister::back_partials), splits);
        }
      }
    }
  }
  EXPECT_GT(reduced, 100);
}

TEST(ReductionPlan, WithoutTablesNothingIsReduced) {
  const auto network = unit::network_of({30}, 40, 20);
  const auto mapping = map_network(network, {.topology = {8, 8}, .tile_rows = 10, .tile_columns = 8});
  auto options = plenty();
  options.reduction_entries = 0;
  const auto plan = plan_network(network, mapping, options);
  for (const auto& route : plan.routes) {
    EXPECT_EQ(route.summands, 1U);
  }
  for (const auto& write : plan.writes) {
    if (write.address >= interconnect::node_window_base) {
      const auto offset = (write.address - interconnect::node_window_base) % interconnect::node_window_bytes;
      EXPECT_FALSE(offset >= interconnect::router_reduction_table_offset &&
                   offset < interconnect::router_registers_offset);
    }
  }
}

TEST(ReductionPlan, FullTablesAreRefusedWithTheirNames) {
  const auto network = unit::network_of({30}, 40, 20);
  const auto mapping = map_network(network, {.topology = {8, 8}, .tile_rows = 10, .tile_columns = 8});
  auto options = plenty();
  options.reduction_entries = 1;
  try {
    plan_network(network, mapping, options);
    FAIL() << "accepted";
  } catch (const foundation::InputError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("1 reductions of mesh.reduction_entries"), std::string::npos) << message;
    EXPECT_NE(message.find("router "), std::string::npos) << message;
  }
  // The same where another network has taken entries.
  options = plenty();
  const auto alone = plan_network(network, mapping, options);
  options.first_reductions = alone.end_reductions;
  const auto beside = plan_network(network, mapping, options);
  for (std::size_t node = 0; node < alone.end_reductions.size(); ++node) {
    EXPECT_EQ(beside.end_reductions[node], 2 * alone.end_reductions[node]);
  }
}

TEST(ReductionPlan, PublishedNetworksFitTheDefaultTable) {
  for (const bool images : {true, false}) {
    const auto network = images ? unit::network_of({250, 125}, 528, 10) : unit::network_of({}, 2048, 100);
    const auto mapping = map_network(network, {.topology = {4, 8}, .tile_rows = 131, .tile_columns = 50});
    model::ProgramOptions options;
    options.reduction_entries = 4;
    EXPECT_NO_THROW(plan_network(network, mapping, options));
  }
}

}  // namespace
