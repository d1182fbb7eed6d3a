#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "foundation/random.h"
#include "model/network/program.h"
#include "testbenches/unit/network_bench.h"

namespace {

using namespace kirchhoff;
using model::map_network;
using model::Mapping;
using model::MappingTarget;

std::uint64_t objective(const model::NetworkSpec& network, const Mapping& mapping,
                        const MappingTarget& target) {
  model::ProgramOptions options{.route_entries = 8192, .flow_entries = 1700};
  options.packets = target.packets;
  return model::flit_hops(model::plan_network(network, mapping, options).routes);
}

struct Placed {
  std::uint64_t order = 0;
  std::uint64_t hops = 0;
};

Placed place(const model::NetworkSpec& network, MappingTarget target) {
  Placed result;
  result.order = objective(network, map_network(network, target), target);
  target.placement = "hops";
  result.hops = objective(network, map_network(network, target), target);
  return result;
}

TEST(Placement, LowersTheHopsOfThe209kNetworks) {
  const MappingTarget chip{.topology = {4, 8}, .tile_rows = 131, .tile_columns = 50};
  const Placed images = place(unit::network_of({250, 125}, 528, 10), chip);
  const Placed features = place(unit::network_of({}, 2048, 100), chip);
  EXPECT_LE(static_cast<double>(images.hops), 0.7 * static_cast<double>(images.order))
      << images.order << " -> " << images.hops;
  EXPECT_LE(static_cast<double>(features.hops), 0.82 * static_cast<double>(features.order))
      << features.order << " -> " << features.hops;
}

TEST(Placement, KeepsEveryPartOnATileOfItsOwnAndIsNeverWorse) {
  foundation::RandomSequence random{foundation::RandomStream{141, foundation::Purpose::shuffle}, 0};
  for (int trial = 0; trial < 15; ++trial) {
    auto drawn = unit::random_case(random);
    drawn.target.topology.rows += random.below(2);
    const Mapping order = map_network(drawn.network, drawn.target);
    if (order.tiles.size() > 60) continue;
    drawn.target.placement = "hops";
    const Mapping hops = map_network(drawn.network, drawn.target);
    ASSERT_EQ(hops.tiles.size(), order.tiles.size());
    std::set<interconnect::NodeId> nodes;
    for (std::size_t i = 0; i < hops.tiles.size(); ++i) {
      ASSERT_TRUE(nodes.insert(hops.tiles[i].node).second);
      ASSERT_LT(hops.tiles[i].node, drawn.target.topology.node_count());
      ASSERT_EQ(hops.tiles[i].first_row, order.tiles[i].first_row);
      ASSERT_EQ(hops.tiles[i].columns, order.tiles[i].columns);
    }
    ASSERT_LE(objective(drawn.network, hops, drawn.target), objective(drawn.network, order, drawn.target));
  }
}

TEST(Placement, IsTheSameForTheSameSeedAndAvoidsWhatIsDisabled) {
  const auto network = unit::network_of({250, 125}, 528, 10);
  MappingTarget target{.topology = {5, 8}, .tile_rows = 131, .tile_columns = 50, .spare_tiles = 8};
  target.faults = interconnect::MeshFaults{target.topology};
  target.faults.disable_tile(0);
  target.faults.disable_tile(9);
  target.placement = "hops";
  const Mapping once = map_network(network, target);
  const Mapping again = map_network(network, target);
  target.placement_seed = 2;
  const Mapping other = map_network(network, target);
  bool differs = false;
  for (std::size_t i = 0; i < once.tiles.size(); ++i) {
    EXPECT_EQ(once.tiles[i].node, again.tiles[i].node);
    EXPECT_TRUE(target.faults.tile_works(once.tiles[i].node));
    differs = differs || once.tiles[i].node != other.tiles[i].node;
  }
  EXPECT_TRUE(differs) << "the seed has no effect";
}

}  // namespace
