#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "model/chip/output_unit.h"
#include "model/network/frozen_network.h"
#include "testbenches/unit/network_bench.h"
#include "testbenches/unit/plain_chip.h"
#include "testbenches/unit/reference_network.h"

// Whole networks on a chip of plain classes: what was mapped and programmed really computes and learns.
namespace {

using namespace kirchhoff;
using model::Descriptor;
using model::DescriptorOperation;
using tiles::Detail;
using unit::PlainChip;
using unit::ReferenceNetwork;

constexpr std::uint64_t kInputs = 0x1000;
constexpr std::uint64_t kLabels = 0x40000;
constexpr std::uint64_t kOutputs = 0x50000;
constexpr std::uint64_t kWeights = 0x60000;
constexpr double kRate = 0.125;

/// A network on a chip with its examples in host memory.
class Rig {
 public:
  Rig(const unit::RandomCase& drawn, Detail detail, std::uint32_t transfer_interval,
      foundation::RandomSequence& random, std::size_t example_count,
      const periphery::PeripheryParameters& periphery = {})
      : network(drawn.network),
        mapping(map_network(drawn.network, drawn.target)),
        chip(drawn.target.topology, tile_of(drawn, detail, periphery)),
        reference(network, random) {
    const model::ProgramOptions options{.route_entries = kRoutes,
                                        .flow_entries = kFlows,
                                        .learning_rate = kRate,
                                        .transfer_interval = transfer_interval};
    EXPECT_TRUE(chip.write(make_program(network, mapping, options)));
    for (std::size_t i = 0; i < example_count; ++i) {
      auto& input = inputs.emplace_back(network.inputs());
      for (auto& value : input) {
        value = static_cast<std::uint8_t>(random.below(256));
      }
      labels.push_back(
          static_cast<std::uint16_t>(random.below(static_cast<std::uint32_t>(network.classes()))));
      chip.put<std::uint8_t>(kInputs + i * network.inputs(), input);
    }
    chip.put<std::uint16_t>(kLabels, labels);
  }

  void load() {
    for (const auto& tile : mapping.tiles) {
      chip.put<float>(kWeights, reference.part(tile));
      const auto completion = chip.execute(weights_of(tile, DescriptorOperation::program_weights));
      EXPECT_EQ(completion.error, 0U);
    }
  }
  /// Weights of a tile through the chip's own read.
  std::vector<float> read(const model::TileAssignment& tile) {
    EXPECT_EQ(chip.execute(weights_of(tile, DescriptorOperation::read_weights)).error, 0U);
    std::vector<float> values(tile.rows() * tile.columns);
    std::memcpy(values.data(), chip.memory.data() + kWeights, values.size() * sizeof(float));
    return values;
  }
  model::Completion run(DescriptorOperation operation) {
    Descriptor descriptor;
    descriptor.operation = static_cast<std::uint32_t>(operation);
    descriptor.count = static_cast<std::uint32_t>(inputs.size());
    descriptor.input_address = kInputs;
    descriptor.label_address = kLabels;
    descriptor.output_address = kOutputs;
    descriptor.stride = static_cast<std::uint32_t>(network.inputs());
    return chip.execute(descriptor);
  }

  model::NetworkSpec network;
  model::Mapping mapping;
  PlainChip chip;
  ReferenceNetwork reference;
  std::vector<std::vector<std::uint8_t>> inputs;
  std::vector<std::uint16_t> labels;

 private:
  static constexpr std::size_t kRoutes = 8192;
  static constexpr std::size_t kFlows = 2000;

  static tiles::TileParameters tile_of(const unit::RandomCase& drawn, Detail detail,
                                       const periphery::PeripheryParameters& periphery) {
    tiles::TileParameters tile;
    tile.rows = drawn.target.tile_rows;
    tile.columns = drawn.target.tile_columns;
    tile.detail = detail;
    tile.periphery = periphery;
    // Nothing moves by itself and no read has noise: answers can be compared bit by bit.
    tile.synapse.capacitor.decay_tau_ms = 1e6;
    tile.synapse.capacitor.read_noise_us = 0;
    tile.synapse.pcm.drift = 0;
    tile.synapse.pcm.read_noise = 0;
    tile.route_entries = kRoutes;
    tile.flow_entries = kFlows;
    return tile;
  }
  static Descriptor weights_of(const model::TileAssignment& tile, DescriptorOperation operation) {
    Descriptor descriptor;
    descriptor.operation = static_cast<std::uint32_t>(operation);
    descriptor.count = static_cast<std::uint32_t>(tile.rows());
    descriptor.node = tile.node;
    descriptor.columns = static_cast<std::uint32_t>(tile.columns);
    descriptor.stride = static_cast<std::uint32_t>(tile.columns * sizeof(float));
    descriptor.input_address = kWeights;
    descriptor.output_address = kWeights;
    return descriptor;
  }
};

TEST(Training, IdealChipFollowsTheReference) {
  foundation::RandomSequence random{foundation::RandomStream{161, foundation::Purpose::data_set}, 0};
  for (int trial = 0; trial < 25; ++trial) {
    const auto drawn = unit::random_case(random);
    Rig rig{drawn, Detail::ideal, trial % 2 == 0 ? 0U : 3U, random, 12};
    SCOPED_TRACE(rig.network.name() + " on " + std::to_string(drawn.target.tile_rows) + " x " +
                 std::to_string(drawn.target.tile_columns));
    rig.load();
    const auto completion = rig.run(DescriptorOperation::train);
    ASSERT_EQ(completion.error, 0U);
    ASSERT_EQ(completion.count, 12U);
    for (std::size_t i = 0; i < rig.inputs.size(); ++i) {
      rig.reference.train(rig.inputs[i], rig.labels[i], kRate);
    }
    for (const auto& tile : rig.mapping.tiles) {
      const auto expected = rig.reference.part(tile);
      const auto weights = rig.read(tile);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(weights[i], expected[i], 1e-4) << "layer " << tile.layer << ", tile " << tile.node;
      }
    }
  }
}

/// Weights as the chip has them now.
void copy_weights(const Rig& rig, std::size_t tile_columns, model::FrozenNetwork& frozen) {
  for (std::size_t t = 0; t < rig.mapping.tiles.size(); ++t) {
    const auto& tile = rig.mapping.tiles[t];
    std::vector<float> weights;
    for (std::size_t i = 0; i < tile.rows(); ++i) {
      for (std::size_t j = 0; j < tile.columns; ++j) {
        weights.push_back(
            *rig.chip.tiles[tile.node]->inspect(interconnect::CellPlane::weight, i * tile_columns + j));
      }
    }
    frozen.set_tile(t, weights);
  }
}

void expect_the_frozen_copys_answers(const unit::RandomCase& drawn,
                                     const periphery::PeripheryParameters& periphery,
                                     foundation::RandomSequence& random) {
  Rig rig{drawn, Detail::physics, 0, random, 10, periphery};
  SCOPED_TRACE(rig.network.name());
  rig.load();
  ASSERT_EQ(rig.run(DescriptorOperation::train).error, 0U);
  model::FrozenNetwork frozen{rig.network, rig.mapping, periphery, Detail::physics, PlainChip::seed};
  copy_weights(rig, drawn.target.tile_columns, frozen);
  const auto completion = rig.run(DescriptorOperation::infer);
  ASSERT_EQ(completion.error, 0U);
  model::OutputUnit output{rig.network.classes()};
  double loss = 0;
  for (std::size_t i = 0; i < rig.inputs.size(); ++i) {
    const auto result = output.compare(frozen.outputs(rig.inputs[i]), rig.labels[i]);
    loss += result.loss;
    std::uint16_t predicted = 0;
    std::memcpy(&predicted, rig.chip.memory.data() + kOutputs + 2 * i, 2);
    ASSERT_EQ(predicted, result.predicted);
  }
  ASSERT_EQ(completion.loss, loss);
}

TEST(Training, PhysicsChipAnswersAsItsFrozenCopy) {
  foundation::RandomSequence random{foundation::RandomStream{162, foundation::Purpose::data_set}, 0};
  for (int trial = 0; trial < 12; ++trial) {
    expect_the_frozen_copys_answers(unit::random_case(random), {}, random);
  }
}

TEST(Training, FrozenCopyHasTheChipsOwnConverters) {
  foundation::RandomSequence random{foundation::RandomStream{165, foundation::Purpose::data_set}, 0};
  periphery::PeripheryParameters periphery;
  periphery.adc_gain_error = 0.05;
  periphery.adc_offset_lsb = 4;
  periphery.adc_inl_lsb = 8;
  for (int trial = 0; trial < 12; ++trial) {
    expect_the_frozen_copys_answers(unit::random_case(random), periphery, random);
  }
  // Another seed is another chip.
  const auto drawn = unit::random_case(random);
  const auto mapping = map_network(drawn.network, drawn.target);
  model::FrozenNetwork one{drawn.network, mapping, periphery, Detail::physics, 1};
  model::FrozenNetwork other{drawn.network, mapping, periphery, Detail::physics, 2};
  const std::vector<std::uint8_t> input(drawn.network.inputs(), 0);
  const auto z = one.outputs(input);
  EXPECT_NE(std::vector<float>(z.begin(), z.end()),
            std::vector<float>(other.outputs(input).begin(), other.outputs(input).end()));
}

TEST(Training, NoiseIsTheSameInEveryRun) {
  foundation::RandomSequence random{foundation::RandomStream{166, foundation::Purpose::data_set}, 0};
  periphery::PeripheryParameters periphery;
  unit::RandomCase chosen{unit::network_of({20}, 40, 4), {}};
  chosen.target = {.topology = {4, 4}, .tile_rows = 16, .tile_columns = 12};
  std::vector<double> losses;
  for (const double noise : {0.0, 0.06, 0.06}) {
    auto same = random;
    periphery.adc_integrator_noise = noise;
    Rig rig{chosen, Detail::physics, 0, same, 16, periphery};
    rig.load();
    losses.push_back(rig.run(DescriptorOperation::train).loss);
  }
  EXPECT_NE(losses[0], losses[1]);
  EXPECT_EQ(losses[1], losses[2]);
}

periphery::PeripheryParameters with_style(const char* style) {
  periphery::PeripheryParameters periphery;
  periphery.update_style = style;
  return periphery;
}

class TrainingStyles : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Styles, TrainingStyles, testing::Values("trains", "coincidence", "rounding"),
                         [](const auto& test) { return std::string{test.param}; });

TEST_P(TrainingStyles, PhysicsChipLearns) {
  foundation::RandomSequence random{foundation::RandomStream{163, foundation::Purpose::data_set}, 0};
  unit::RandomCase chosen{unit::network_of({20}, 40, 4), {}};
  chosen.target = {.topology = {4, 4}, .tile_rows = 16, .tile_columns = 12};
  Rig rig{chosen, Detail::physics, 50, random, 16, with_style(GetParam())};
  rig.load();
  const auto before = rig.run(DescriptorOperation::infer);
  for (int epoch = 0; epoch < 60; ++epoch) {
    ASSERT_EQ(rig.run(DescriptorOperation::train).error, 0U);
  }
  const auto after = rig.run(DescriptorOperation::infer);
  EXPECT_LT(after.loss, 0.3 * before.loss);
  EXPECT_GE(after.correct, 15U);
  EXPECT_EQ(rig.chip.ledger.counters().transfers, 60U * 16 / 50);
  EXPECT_EQ(rig.chip.ledger.counters().training_examples, 960U);
}

TEST_P(TrainingStyles, SameSeedSameWeights) {
  std::vector<std::vector<float>> weights;
  for (int run = 0; run < 2; ++run) {
    foundation::RandomSequence random{foundation::RandomStream{165, foundation::Purpose::data_set}, 0};
    unit::RandomCase chosen{unit::network_of({20}, 40, 4), {}};
    chosen.target = {.topology = {4, 4}, .tile_rows = 16, .tile_columns = 12};
    Rig rig{chosen, Detail::physics, 20, random, 16, with_style(GetParam())};
    rig.load();
    ASSERT_EQ(rig.run(DescriptorOperation::train).error, 0U);
    auto& all = weights.emplace_back();
    for (const auto& tile : rig.mapping.tiles) {
      const auto part = rig.read(tile);
      all.insert(all.end(), part.begin(), part.end());
    }
  }
  EXPECT_EQ(weights[0], weights[1]);
}

TEST(Training, IdealAndPhysicsTakeTheSameTime) {
  foundation::RandomSequence random{foundation::RandomStream{164, foundation::Purpose::data_set}, 0};
  unit::RandomCase chosen{unit::network_of({20}, 40, 4), {}};
  chosen.target = {.topology = {4, 4}, .tile_rows = 16, .tile_columns = 12};
  std::vector<foundation::Duration> times;
  for (const Detail detail : {Detail::ideal, Detail::physics}) {
    Rig rig{chosen, detail, 0, random, 16};
    ASSERT_EQ(rig.run(DescriptorOperation::train).error, 0U);
    times.push_back(rig.chip.ledger.training_time());
    EXPECT_EQ(rig.chip.ledger.training_time(), rig.chip.now);
  }
  EXPECT_EQ(times[0], times[1]);
}

}  // namespace
