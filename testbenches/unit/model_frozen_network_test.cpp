#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "foundation/error.h"
#include "model/network/frozen_network.h"
#include "testbenches/unit/network_bench.h"
#include "testbenches/unit/reference_network.h"

namespace {

using namespace kirchhoff;
using model::FrozenNetwork;
using tiles::Detail;
using unit::ReferenceNetwork;

constexpr std::uint64_t kSeed = 1;

std::vector<std::uint8_t> random_input(std::size_t count, foundation::RandomSequence& random) {
  std::vector<std::uint8_t> input(count);
  for (auto& value : input) {
    value = static_cast<std::uint8_t>(random.below(3) == 0 ? 0 : random.below(256));
  }
  return input;
}

void load(FrozenNetwork& frozen, const model::Mapping& mapping, const ReferenceNetwork& reference) {
  for (std::size_t tile = 0; tile < mapping.tiles.size(); ++tile) {
    frozen.set_tile(tile, reference.part(mapping.tiles[tile]));
  }
}

TEST(FrozenNetwork, IdealIsTheNetworkItself) {
  foundation::RandomSequence random{foundation::RandomStream{151, foundation::Purpose::data_set}, 0};
  for (int trial = 0; trial < 60; ++trial) {
    const auto drawn = unit::random_case(random);
    const auto mapping = map_network(drawn.network, drawn.target);
    ReferenceNetwork reference{drawn.network, random};
    FrozenNetwork frozen{drawn.network, mapping, periphery::PeripheryParameters{}, Detail::ideal, kSeed};
    load(frozen, mapping, reference);
    for (int example = 0; example < 3; ++example) {
      const auto input = random_input(drawn.network.inputs(), random);
      const auto expected = reference.outputs(input);
      const auto z = frozen.outputs(input);
      ASSERT_EQ(z.size(), expected.size());
      for (std::size_t k = 0; k < expected.size(); ++k) {
        ASSERT_NEAR(static_cast<double>(z[k]), expected[k], 2e-5) << drawn.network.name();
      }
    }
  }
}

TEST(FrozenNetwork, ReluNetworks) {
  foundation::RandomSequence random{foundation::RandomStream{152, foundation::Purpose::data_set}, 0};
  const auto network = unit::network_of({20}, 30, 10, "relu");
  const auto mapping = map_network(network, {.topology = {4, 4}, .tile_rows = 16, .tile_columns = 8});
  ReferenceNetwork reference{network, random};
  FrozenNetwork ideal{network, mapping, periphery::PeripheryParameters{}, Detail::ideal, kSeed};
  FrozenNetwork physics{network, mapping, periphery::PeripheryParameters{}, Detail::physics, kSeed};
  load(ideal, mapping, reference);
  load(physics, mapping, reference);
  const auto input = random_input(30, random);
  const auto expected = reference.outputs(input);
  const auto z = ideal.outputs(input);
  for (std::size_t k = 0; k < 10; ++k) {
    EXPECT_NEAR(static_cast<double>(z[k]), expected[k], 1e-5);
  }
  const auto coded = physics.outputs(input);
  for (std::size_t k = 0; k < 10; ++k) {
    EXPECT_NEAR(static_cast<double>(coded[k]), expected[k], 0.25);
  }
}

TEST(FrozenNetwork, QuantisationShrinksWithTheBits) {
  foundation::RandomSequence random{foundation::RandomStream{153, foundation::Purpose::data_set}, 0};
  const auto network = unit::network_of({24}, 40, 10);
  const auto mapping = map_network(network, {.topology = {4, 4}, .tile_rows = 16, .tile_columns = 8});
  ReferenceNetwork reference{network, random};
  double last = 1e9;
  for (const std::int64_t bits : {5, 8, 12}) {
    periphery::PeripheryParameters periphery;
    periphery.adc_bits = bits;
    FrozenNetwork frozen{network, mapping, periphery, Detail::physics, kSeed};
    load(frozen, mapping, reference);
    double error = 0;
    for (int example = 0; example < 30; ++example) {
      const auto input = random_input(40, random);
      const auto expected = reference.outputs(input);
      const auto z = frozen.outputs(input);
      for (std::size_t k = 0; k < expected.size(); ++k) {
        error = std::max(error, std::fabs(static_cast<double>(z[k]) - expected[k]));
      }
    }
    EXPECT_LT(error, last / 2) << bits << " bits";
    last = error;
  }
  EXPECT_LT(last, 0.02);  // 8-bit activations remain
}

TEST(FrozenNetwork, OneLayerByHand) {
  // One tile: the code of z is that of one conversion.
  const auto network = unit::network_of({}, 3, 2);
  const auto mapping = map_network(network, {.topology = {1, 1}, .tile_rows = 4, .tile_columns = 2});
  FrozenNetwork frozen{network, mapping, periphery::PeripheryParameters{}, Detail::physics, kSeed};
  const std::vector<float> weights{1.0F, -1.0F, 0.5F, 2.0F, 0.25F, 0.0F, -0.125F, 3.0F};
  frozen.set_tile(0, weights);
  const auto z = frozen.outputs(std::vector<std::uint8_t>{255, 51, 0});
  const double lsb = 10.0 / 256;
  EXPECT_NEAR(static_cast<double>(z[0]), std::round((1 + 0.1 - 0.125) / lsb) * lsb, 1e-6);
  EXPECT_NEAR(static_cast<double>(z[1]), std::round((-1 + 0.4 + 3) / lsb) * lsb, 1e-6);
  EXPECT_EQ(frozen.classify(std::vector<std::uint8_t>{255, 51, 0}), 1U);
  EXPECT_EQ(frozen.classify(std::vector<std::uint8_t>{255, 0, 0}), 1U);
}

TEST(FrozenNetwork, CoarseDacRoundsItsInputs) {
  const auto network = unit::network_of({}, 1, 2);
  const auto mapping = map_network(network, {.topology = {1, 1}, .tile_rows = 2, .tile_columns = 2});
  periphery::PeripheryParameters periphery;
  periphery.dac_bits = 2;
  FrozenNetwork frozen{network, mapping, periphery, Detail::physics, kSeed};
  frozen.set_tile(0, std::vector<float>{3.0F, 0.0F, 0.0F, 0.0F});
  const double lsb = 10.0 / 256;
  for (const int input : {0, 40, 45, 120, 130, 255}) {
    const double duty = std::round(input / 255.0 * 3) / 3;
    const auto z = frozen.outputs(std::vector<std::uint8_t>{static_cast<std::uint8_t>(input)});
    EXPECT_NEAR(static_cast<double>(z[0]), 3 * duty, lsb / 2 + 1e-5) << input;
  }
}

TEST(FrozenNetwork, WeightsOfAnotherShapeAreOurMistake) {
  const auto network = unit::network_of({}, 3, 2);
  const auto mapping = map_network(network, {.topology = {1, 1}, .tile_rows = 4, .tile_columns = 2});
  FrozenNetwork frozen{network, mapping, periphery::PeripheryParameters{}, Detail::ideal, kSeed};
  EXPECT_THROW(frozen.set_tile(0, std::vector<float>(7)), foundation::ModelError);
}

}  // namespace
