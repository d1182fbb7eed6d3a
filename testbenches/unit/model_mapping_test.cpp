#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "foundation/error.h"
#include "testbenches/unit/network_bench.h"

namespace {

using namespace kirchhoff;
using model::map_network;
using model::Mapping;
using model::MappingTarget;
using unit::network_of;

constexpr interconnect::Topology kChip{4, 8};

/// Every weight and every bias held exactly once, on tiles of their own, within their shape.
void expect_exact_cover(const model::NetworkSpec& network, const MappingTarget& target) {
  const Mapping mapping = map_network(network, target);
  ASSERT_EQ(mapping.tiles.size(), tiles_needed(network, target));
  ASSERT_EQ(mapping.layers.size(), network.layers.size());
  std::set<interconnect::NodeId> nodes;
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const auto& layer = network.layers[l];
    std::vector<int> covered(layer.rows() * layer.outputs, 0);
    std::vector<int> bias(layer.outputs, 0);
    for (const auto& tile : mapping.tiles) {
      if (tile.layer != l) {
        continue;
      }
      for (std::size_t j = 0; j < tile.columns; ++j) {
        for (std::size_t i = 0; i < tile.input_rows; ++i) {
          ++covered.at((tile.first_row + i) * layer.outputs + tile.first_column + j);
        }
        bias.at(tile.first_column + j) += tile.bias ? 1 : 0;
      }
    }
    for (std::size_t cell = 0; cell < layer.inputs * layer.outputs; ++cell) {
      ASSERT_EQ(covered[cell], 1) << network.name() << " layer " << l << " weight " << cell;
    }
    for (std::size_t cell = layer.inputs * layer.outputs; cell < covered.size(); ++cell) {
      ASSERT_EQ(covered[cell], 0) << "a row beyond the inputs";
    }
    for (const int count : bias) {
      ASSERT_EQ(count, 1) << network.name() << " layer " << l;
    }
  }
  for (std::size_t index = 0; index < mapping.tiles.size(); ++index) {
    const auto& tile = mapping.tiles[index];
    ASSERT_TRUE(nodes.insert(tile.node).second) << "two parts on node " << tile.node;
    ASSERT_LT(tile.node, target.topology.node_count());
    ASSERT_LE(tile.rows(), target.tile_rows);
    ASSERT_LE(tile.columns, target.tile_columns);
    ASSERT_GE(tile.columns, 1U);
    // A tile whose only row is the bias row would wait for inputs for ever.
    ASSERT_GE(tile.input_rows, 1U) << network.name() << " on " << target.tile_rows << " rows, "
                                   << target.row_split;
    ASSERT_EQ(mapping.layers[tile.layer].index(tile.row_split, tile.column_group), index);
    ASSERT_EQ(&mapping.tile(tile.layer, tile.row_split, tile.column_group), &tile);
    ASSERT_EQ(mapping.collector(tile.layer, tile.column_group).row_split, 0U);
  }
}

TEST(Mapping, EveryWeightOnceForRandomNetworks) {
  foundation::RandomSequence random{foundation::RandomStream{111, foundation::Purpose::shuffle}, 0};
  for (int trial = 0; trial < 1000; ++trial) {
    const auto drawn = unit::random_case(random);
    expect_exact_cover(drawn.network, drawn.target);
    if (HasFatalFailure()) {
      return;
    }
  }
}

TEST(Mapping, SmallestTiles) {
  for (const std::string_view split : {"even", "fill"}) {
    for (std::size_t inputs = 1; inputs < 12; ++inputs) {
      for (std::size_t rows = 2; rows < 6; ++rows) {
        expect_exact_cover(network_of({}, inputs, 3),
                           {.topology = {8, 8}, .tile_rows = rows, .tile_columns = 1, .row_split = split});
      }
    }
  }
}

TEST(Mapping, PublishedNetworksFillThe209kChip) {
  for (const std::string_view split : {"even", "fill"}) {
    const MappingTarget target{.topology = kChip, .tile_rows = 131, .tile_columns = 50, .row_split = split};
    const auto images = network_of({250, 125}, 528, 10);
    EXPECT_EQ(tiles_needed(images, target), 32U);
    expect_exact_cover(images, target);
    const Mapping mapping = map_network(images, target);
    EXPECT_EQ(mapping.layers[0].row_splits * mapping.layers[0].column_groups, 25U);
    EXPECT_EQ(mapping.layers[1].row_splits * mapping.layers[1].column_groups, 6U);
    EXPECT_EQ(mapping.layers[2].row_splits * mapping.layers[2].column_groups, 1U);
    const auto features = network_of({}, 2048, 100);
    EXPECT_EQ(tiles_needed(features, target), 32U);
    expect_exact_cover(features, target);
    EXPECT_EQ(map_network(features, target).layers[0].row_splits, 16U);
    EXPECT_EQ(map_network(features, target).layers[0].column_groups, 2U);
  }
}

TEST(Mapping, EvenSplitsDifferByOneRowAtMost) {
  const Mapping mapping =
      map_network(network_of({}, 2048, 100), {.topology = kChip, .tile_rows = 131, .tile_columns = 50});
  for (const auto& tile : mapping.tiles) {
    EXPECT_GE(tile.rows(), 128U);
    EXPECT_LE(tile.rows(), 129U);
    EXPECT_EQ(tile.columns, 50U);
  }
}

TEST(Mapping, FillTakesFullTilesFirst) {
  const Mapping mapping =
      map_network(network_of({}, 2048, 100),
                  {.topology = kChip, .tile_rows = 131, .tile_columns = 50, .row_split = "fill"});
  for (std::size_t split = 0; split < 15; ++split) {
    EXPECT_EQ(mapping.tile(0, split, 0).rows(), 131U);
  }
  EXPECT_EQ(mapping.tile(0, 15, 0).rows(), 2049U - 15 * 131);
}

TEST(Mapping, SplitsOfAColumnGroupLieSideBySide) {
  const Mapping mapping =
      map_network(network_of({}, 2048, 100), {.topology = kChip, .tile_rows = 131, .tile_columns = 50});
  for (std::size_t group = 0; group < 2; ++group) {
    for (std::size_t split = 0; split < 16; ++split) {
      const auto node = mapping.tile(0, split, group).node;
      EXPECT_EQ(kChip.column_of(node) / 4, group);  // four columns of four rows each
    }
  }
}

std::string refusal(const model::NetworkSpec& network, const MappingTarget& target) {
  try {
    map_network(network, target);
  } catch (const foundation::InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Mapping, WhatDoesNotFitIsRefusedWithTheNumbers) {
  const auto network = network_of({250, 125}, 528, 10);
  const MappingTarget small{.topology = {4, 7}, .tile_rows = 131, .tile_columns = 50};
  const std::string message = refusal(network, small);
  EXPECT_NE(message.find("528-250-125-10"), std::string::npos) << message;
  EXPECT_NE(message.find("needs 32 tiles"), std::string::npos) << message;
  EXPECT_NE(message.find("has 28"), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

TEST(Mapping, SpareTilesAreKeptFree) {
  const auto network = network_of({250, 125}, 528, 10);
  MappingTarget target{.topology = {5, 8}, .tile_rows = 131, .tile_columns = 50, .spare_tiles = 8};
  expect_exact_cover(network, target);
  target.spare_tiles = 9;
  const std::string message = refusal(network, target);
  EXPECT_NE(message.find("has 31"), std::string::npos) << message;
  EXPECT_NE(message.find("9 spare"), std::string::npos) << message;
  target.spare_tiles = 100;
  EXPECT_NE(refusal(network, target).find("has 0"), std::string::npos);
}

MappingTarget with_faults(interconnect::Topology mesh, std::size_t spare) {
  MappingTarget target{.topology = mesh, .tile_rows = 131, .tile_columns = 50, .spare_tiles = spare};
  target.faults = interconnect::MeshFaults{mesh};
  target.faults.disable_tile(2);
  target.faults.disable_tile(mesh.columns + 3);
  target.faults.disable_tile(2 * mesh.columns);
  target.faults.disable_link(0, interconnect::Port::east);
  target.faults.disable_link(mesh.columns + 4, interconnect::Port::south);
  return target;
}

TEST(Mapping, SpareTilesStandInForDisabledOnes) {
  const auto network = network_of({250, 125}, 528, 10);
  const MappingTarget spares = with_faults({5, 8}, 8);
  expect_exact_cover(network, spares);
  const Mapping mapping = map_network(network, spares);
  for (const auto& tile : mapping.tiles) {
    EXPECT_TRUE(spares.faults.tile_works(tile.node)) << tile.node;
  }
  MappingTarget none = with_faults({5, 8}, 8);
  for (interconnect::NodeId node = 30; node < 36; ++node) none.faults.disable_tile(node);  // nine in all
  EXPECT_NE(refusal(network, none).find("has 31 (and 9 disabled or out of reach)"), std::string::npos)
      << refusal(network, none);
}

TEST(Mapping, WithoutSparesDisabledTilesAreCountedInTheRefusal) {
  const std::string message = refusal(network_of({250, 125}, 528, 10), with_faults({4, 8}, 0));
  EXPECT_NE(message.find("needs 32 tiles"), std::string::npos) << message;
  EXPECT_NE(message.find("has 29 (and 3 disabled or out of reach)"), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

TEST(Mapping, ASecondNetworkTakesTheTilesThatAreFree) {
  const auto first = network_of({100}, 200, 10);
  const auto second = network_of({60}, 300, 10);
  MappingTarget target{.topology = kChip, .tile_rows = 131, .tile_columns = 50};
  const Mapping one = map_network(first, target);
  for (const auto& tile : one.tiles) target.occupied.push_back(tile.node);
  expect_exact_cover(second, target);
  const Mapping other = map_network(second, target);
  for (const auto& tile : other.tiles) {
    EXPECT_EQ(std::count(target.occupied.begin(), target.occupied.end(), tile.node), 0) << tile.node;
  }
  const std::string message = refusal(network_of({250, 125}, 528, 10), target);
  EXPECT_NE(message.find(std::to_string(one.tiles.size()) + " taken by other networks"), std::string::npos)
      << message;
}

TEST(Mapping, TilesOfOneRowAreRefused) {
  const std::string message =
      refusal(network_of({}, 3, 2), {.topology = {8, 8}, .tile_rows = 1, .tile_columns = 10});
  EXPECT_NE(message.find("chip.tile_rows"), std::string::npos) << message;
}

}  // namespace
