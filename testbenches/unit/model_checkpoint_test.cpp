#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "foundation/error.h"
#include "testbenches/unit/network_bench.h"
#include "testbenches/unit/plain_chip.h"
#include "testbenches/unit/reference_network.h"

// A chip of plain classes that is saved within a descriptor and goes on as another object.
namespace {

using namespace kirchhoff;
using foundation::Duration;
using model::Descriptor;
using model::DescriptorOperation;
using unit::PlainChip;

constexpr std::uint64_t kInputs = 0x1000;
constexpr std::uint64_t kLabels = 0x40000;
constexpr std::uint64_t kOrder = 0x50000;
constexpr std::uint64_t kWeights = 0x60000;
constexpr std::uint32_t kExamples = 40;
constexpr std::uint32_t kInterval = 7;

/// Every effect on; chips made twice from the same are alike.
class Rig {
 public:
  Rig(const unit::RandomCase& drawn, const std::string& style, foundation::RandomSequence& random)
      : drawn_(drawn), mapping_(map_network(drawn.network, drawn.target)), reference_(drawn.network, random) {
    tile_.rows = drawn.target.tile_rows;
    tile_.columns = drawn.target.tile_columns;
    tile_.periphery.update_style = style;
    tile_.periphery.adc_integrator_noise = 0.01;
    tile_.periphery.adc_two_phase_deltas = style == "trains";
    tile_.synapse.capacitor.decay_tau_ms = 0.1;
    tile_.synapse.capacitor.decay_ticks = 20;
    tile_.synapse.pcm.early_drift = true;
    tile_.wires = {20, 20};
    tile_.route_entries = 2048;
    tile_.flow_entries = 500;
    for (std::size_t i = 0; i < kExamples * drawn.network.inputs(); ++i) {
      inputs_.push_back(static_cast<std::uint8_t>(random.below(256)));
    }
    for (std::uint32_t i = 0; i < kExamples; ++i) {
      labels_.push_back(
          static_cast<std::uint16_t>(random.below(static_cast<std::uint32_t>(drawn.network.classes()))));
      order_.push_back((i * 7 + 3) % kExamples);
    }
  }

  /// With host memory filled, nothing else.
  [[nodiscard]] std::unique_ptr<PlainChip> make_chip() const {
    auto chip = std::make_unique<PlainChip>(drawn_.target.topology, tile_);
    chip->put<std::uint8_t>(kInputs, inputs_);
    chip->put<std::uint16_t>(kLabels, labels_);
    chip->put<std::uint32_t>(kOrder, order_);
    return chip;
  }
  void program(PlainChip& chip) {
    const model::ProgramOptions options{
        .route_entries = 2048, .flow_entries = 500, .learning_rate = 0.125, .transfer_interval = kInterval};
    ASSERT_TRUE(chip.write(make_program(drawn_.network, mapping_, options)));
    for (const auto& tile : mapping_.tiles) {
      chip.put<float>(kWeights, reference_.part(tile));
      Descriptor descriptor;
      descriptor.operation = static_cast<std::uint32_t>(DescriptorOperation::program_weights);
      descriptor.count = static_cast<std::uint32_t>(tile.rows());
      descriptor.node = tile.node;
      descriptor.columns = static_cast<std::uint32_t>(tile.columns);
      descriptor.stride = static_cast<std::uint32_t>(tile.columns * sizeof(float));
      descriptor.input_address = kWeights;
      ASSERT_EQ(chip.execute(descriptor).error, 0U);
    }
  }
  /// With the inputs in two pieces, cut within an example.
  [[nodiscard]] Descriptor training_in_pieces(PlainChip& chip) const {
    constexpr std::uint64_t list = 0x70000;
    const auto bytes = static_cast<std::uint32_t>(inputs_.size());
    const auto first = static_cast<std::uint32_t>(5 * drawn_.network.inputs() + 1);
    chip.put<model::Segment>(
        list, std::vector<model::Segment>{{kInputs, first, 0},
                                          {kInputs + first, bytes - first, model::segment_last}});
    Descriptor descriptor = training();
    descriptor.operation |= model::descriptor_segments;
    descriptor.input_address = list;
    return descriptor;
  }
  [[nodiscard]] Descriptor training() const {
    Descriptor descriptor;
    descriptor.operation = static_cast<std::uint32_t>(DescriptorOperation::train);
    descriptor.tag = 77;
    descriptor.count = kExamples;
    descriptor.input_address = kInputs;
    descriptor.label_address = kLabels;
    descriptor.order_address = kOrder;
    descriptor.stride = static_cast<std::uint32_t>(drawn_.network.inputs());
    return descriptor;
  }

 private:
  unit::RandomCase drawn_;
  model::Mapping mapping_;
  unit::ReferenceNetwork reference_;
  tiles::TileParameters tile_;
  std::vector<std::uint8_t> inputs_;
  std::vector<std::uint16_t> labels_;
  std::vector<std::uint32_t> order_;
};

TEST(Checkpoint, ChipSavedAtAnyTransferGoesOnWithTheSameBits) {
  foundation::RandomSequence random{foundation::RandomStream{171, foundation::Purpose::data_set}, 0};
  const std::vector<std::string> styles{"trains", "coincidence", "rounding"};
  for (std::size_t trial = 0; trial < styles.size(); ++trial) {
    Rig rig{unit::random_case(random), styles[trial], random};
    SCOPED_TRACE(trial);
    struct Moment {
      std::string state;
      Duration at{0};
    };
    std::vector<Moment> moments;
    const auto whole = rig.make_chip();
    rig.program(*whole);
    whole->rest = [&](Duration at) { moments.push_back({whole->save(), at}); };
    // A resumed descriptor knows its pieces without reading their list again.
    const auto expected = whole->execute(trial == 1 ? rig.training_in_pieces(*whole) : rig.training());
    ASSERT_EQ(expected.error, 0U);
    ASSERT_EQ(moments.size(), kExamples / kInterval);
    for (const Moment& moment : {moments.front(), moments.back()}) {
      const auto chip = rig.make_chip();
      chip->restore(moment.state);
      EXPECT_EQ(chip->save(), moment.state);
      ASSERT_TRUE(chip->sequencer.is_under_way());
      chip->now = moment.at;
      const auto completion = chip->sequencer.resume(chip->now);
      EXPECT_EQ(completion.count, kExamples);
      EXPECT_EQ(completion.tag, 77U);
      EXPECT_EQ(completion.correct, expected.correct);
      EXPECT_EQ(completion.loss, expected.loss);
      EXPECT_EQ(completion.time_ps, expected.time_ps);
      EXPECT_TRUE(chip->save() == whole->save());
      EXPECT_FALSE(chip->sequencer.is_under_way());
    }
  }
}

TEST(Checkpoint, StateOfAnotherChipIsRefused) {
  foundation::RandomSequence random{foundation::RandomStream{172, foundation::Purpose::data_set}, 0};
  const auto drawn = unit::random_case(random);
  Rig rig{drawn, "trains", random};
  const auto chip = rig.make_chip();
  rig.program(*chip);
  const auto state = chip->save();
  auto other = drawn;
  ++other.target.tile_columns;
  EXPECT_THROW((Rig{other, "trains", random}.make_chip()->restore(state)), foundation::InputError);
}

}  // namespace
