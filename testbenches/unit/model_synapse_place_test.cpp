#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>

#include "foundation/error.h"
#include "model/network/synapse_place.h"
#include "testbenches/unit/network_bench.h"

namespace {

using namespace kirchhoff;
using model::locate;
using model::SynapseName;

TEST(SynapsePlace, EverySynapseHasACellOfItsOwnWithinTheTile) {
  foundation::RandomSequence random{foundation::RandomStream{5, foundation::Purpose::data_set}, 0};
  for (int i = 0; i < 30; ++i) {
    const auto it = unit::random_case(random);
    const auto mapping = map_network(it.network, it.target);
    std::set<std::tuple<std::size_t, std::size_t, std::size_t>> cells;
    for (std::size_t layer = 0; layer < it.network.layers.size(); ++layer) {
      for (std::size_t row = 0; row < it.network.layers[layer].rows(); ++row) {
        for (std::size_t column = 0; column < it.network.layers[layer].outputs; ++column) {
          const auto place = locate(it.network, mapping, {layer, row, column});
          ASSERT_LT(place.row, it.target.tile_rows);
          ASSERT_LT(place.column, it.target.tile_columns);
          cells.insert({place.node, place.row, place.column});
        }
      }
    }
    ASSERT_EQ(cells.size(), it.network.synapses());
  }
}

TEST(SynapsePlace, TheBiasIsTheLastRowOfTheLastSplit) {
  const auto network = unit::network_of({5}, 20, 3);
  const auto mapping = map_network(
      network,
      {.topology = {2, 4}, .tile_rows = 11, .tile_columns = 5, .spare_tiles = 0, .row_split = "even"});
  const auto& last = mapping.tile(0, mapping.layers[0].row_splits - 1, 0);
  const auto place = locate(network, mapping, {0, 20, 2});
  EXPECT_EQ(place.node, last.node);
  EXPECT_EQ(place.row, last.rows() - 1);
  EXPECT_EQ(place.column, 2U);
}

std::string refusal(const SynapseName& synapse) {
  const auto network = unit::network_of({5}, 20, 3);
  const auto mapping = map_network(
      network,
      {.topology = {2, 4}, .tile_rows = 30, .tile_columns = 20, .spare_tiles = 0, .row_split = "even"});
  try {
    locate(network, mapping, synapse);
  } catch (const foundation::InputError& error) {
    return error.what();
  }
  return "taken";
}

TEST(SynapsePlace, RefusalsNameTheValidRange) {
  EXPECT_EQ(refusal({1, 5, 2}), "taken");
  EXPECT_NE(refusal({2, 0, 0}).find("layers of 20-5-3 are 0 to 1"), std::string::npos) << refusal({2, 0, 0});
  EXPECT_NE(refusal({0, 21, 0}).find("rows of layer 0 are 0 to 20"), std::string::npos)
      << refusal({0, 21, 0});
  EXPECT_NE(refusal({1, 0, 3}).find("columns of layer 1 are 0 to 2"), std::string::npos)
      << refusal({1, 0, 3});
}

}  // namespace
