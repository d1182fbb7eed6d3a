#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "foundation/error.h"
#include "model/chip/address_map.h"
#include "model/chip/chip_description.h"
#include "model/network/program.h"
#include "testbenches/cosim/image/image_view.h"
#include "testbenches/cosim/image/network_image.h"
#include "testbenches/host/chip_driver.h"
#include "testbenches/unit/data_files.h"

namespace kirchhoff::testbenches {
namespace {

using testing::HasSubstr;
using unit::input_error;

/// What a training of the preset's own data writes, small.
struct Prepared {
  explicit Prepared(const std::vector<std::string>& sets = {}, const std::string& preset = "209k")
      : configuration(model::load_configuration(preset, sets)),
        data(load_data_set("strokes", {.train = 50, .test = 20})),
        plan(plan_training(*configuration, data)) {}

  [[nodiscard]] std::vector<std::byte> image(const ImageLimits& limits = {}) const {
    return make_image(*configuration, plan, data, limits);
  }

  std::unique_ptr<model::Configuration> configuration;
  DataSet data;
  TrainingPlan plan;
};

std::vector<model::RegisterWrite> wide(std::span<const model::RegisterEntry> entries) {
  std::vector<model::RegisterWrite> writes;
  for (const auto& entry : entries) writes.push_back({entry.address, entry.value});
  return writes;
}

/// Takes descriptors as the chip does and remembers which weights it was given.
class Listener final : public HostBus {
 public:
  explicit Listener(MemoryMap& memory) : memory_(memory) {}

  struct Block {
    std::uint32_t rows = 0;
    std::uint32_t columns = 0;
    std::vector<float> weights;
  };
  std::map<std::uint32_t, Block> blocks;

  std::uint32_t read32(std::uint64_t address) override {
    return address == model::host_registers_base + model::host_register::identification
               ? model::identification_value
               : 0;
  }
  void write32(std::uint64_t address, std::uint32_t value) override {
    const std::uint64_t base = model::sequencer_registers_base;
    if (address == base + model::sequencer_register::ring_base_low) ring_ = value;
    if (address == base + model::sequencer_register::ring_entries) entries_ = value;
    if (address == base + model::sequencer_register::ring_tail) {
      for (; head_ != value; head_ = (head_ + 1) % entries_) take(ring_ + head_ * sizeof(model::Descriptor));
    }
  }
  void wait_interrupt(const std::function<void()>& /*idle*/) override {}
  std::size_t peek(std::uint64_t /*address*/, std::span<std::byte> /*bytes*/) override { return 0; }
  void sleep(foundation::Duration /*length*/) override {}

 private:
  void take(std::uint64_t address) {
    model::Descriptor descriptor;
    std::memcpy(&descriptor, memory_.readable(address, sizeof descriptor).data(), sizeof descriptor);
    ASSERT_EQ(descriptor.kind(), model::DescriptorOperation::program_weights);
    Block block{descriptor.count, descriptor.columns, {}};
    for (std::uint32_t row = 0; row < descriptor.count; ++row) {
      const std::size_t bytes = descriptor.columns * sizeof(float);
      const auto line = memory_.readable(descriptor.input_address + row * descriptor.stride, bytes);
      ASSERT_EQ(line.size(), bytes);
      block.weights.resize(block.weights.size() + descriptor.columns);
      std::memcpy(block.weights.data() + row * descriptor.columns, line.data(), bytes);
    }
    EXPECT_TRUE(blocks.emplace(descriptor.node, std::move(block)).second);
  }

  MemoryMap& memory_;
  std::uint64_t ring_ = 0;
  std::uint32_t entries_ = 0;
  std::uint32_t head_ = 0;
};

TEST(NetworkImage, RegisterWritesAreThoseOfTheProgram) {
  const Prepared prepared;
  const auto bytes = prepared.image();
  const ImageView image{bytes, "it"};
  EXPECT_EQ(wide(image.writes()),
            model::make_program(prepared.plan.network, prepared.plan.mapping,
                                model::program_options(*prepared.configuration,
                                                       prepared.configuration->network.image_learning_rate)));
  EXPECT_EQ(image.header().inputs, 528U);
  EXPECT_EQ(image.header().classes, 10U);
}

TEST(NetworkImage, WeightsAreThoseThatTheHostsDriverLoads) {
  for (const char* preset : {"209k", "tile512"}) {
    const Prepared prepared{{}, preset};
    const auto bytes = prepared.image();
    const ImageView image{bytes, "it"};
    MemoryMap memory;
    Listener listener{memory};
    ChipDriver driver{listener, memory};
    driver.start();
    driver.load_weights(prepared.plan.mapping, prepared.plan.initial_weights);
    ASSERT_EQ(listener.blocks.size(), prepared.plan.mapping.tiles.size());
    ASSERT_EQ(image.tiles().size(), listener.blocks.size());
    for (std::size_t i = 0; i < image.tiles().size(); ++i) {
      const auto& tile = image.tiles()[i];
      EXPECT_EQ(tile.node, prepared.plan.mapping.tiles[i].node) << "the host's order";
      const auto& block = listener.blocks.at(tile.node);
      EXPECT_EQ(tile.rows, block.rows);
      EXPECT_EQ(tile.columns, block.columns);
      const auto weights = image.weights(tile);
      EXPECT_TRUE(std::equal(weights.begin(), weights.end(), block.weights.begin(), block.weights.end()));
    }
  }
}

TEST(NetworkImage, EpochsHaveTheirOrderAndLearningRate) {
  const Prepared prepared{{"training.epochs=3", "training.learning_rate_decay=0.5", "training.seed=9"}};
  const auto bytes = prepared.image();
  const ImageView image{bytes, "it"};
  ASSERT_EQ(image.epochs().size(), 3U);
  double rate = prepared.configuration->network.image_learning_rate;
  for (std::uint32_t epoch = 0; epoch < 3; ++epoch) {
    const auto order = image.order(image.epochs()[epoch]);
    EXPECT_EQ(std::vector<std::uint32_t>(order.begin(), order.end()), epoch_order(50, 9, epoch));
    const auto writes = image.writes(image.epochs()[epoch]);
    if (epoch == 0) {
      EXPECT_TRUE(writes.empty()) << "the program has the first learning rate";
    } else {
      rate *= 0.5;
      EXPECT_EQ(wide(writes), model::learning_rate_program(prepared.plan.mapping, rate));
    }
  }
}

TEST(NetworkImage, ExamplesAreThoseOfTheDataSet) {
  const Prepared prepared;
  const auto bytes = prepared.image();
  const ImageView image{bytes, "it"};
  const auto check = [&](const kirchhoff_image_examples& part, const Examples& examples) {
    const auto inputs = image.inputs(part);
    const auto labels = image.labels(part);
    EXPECT_TRUE(std::equal(inputs.begin(), inputs.end(), examples.inputs.begin(), examples.inputs.end()));
    EXPECT_TRUE(std::equal(labels.begin(), labels.end(), examples.labels.begin(), examples.labels.end()));
  };
  EXPECT_EQ(image.header().stride, 528U);
  check(image.header().train, prepared.data.train);
  check(image.header().test, prepared.data.test);
}

TEST(NetworkImage, PartsNeitherOverlapNorLeaveTheImage) {
  const Prepared prepared{{"training.epochs=2"}};
  const auto bytes = prepared.image();
  const ImageView image{bytes, "it"};
  std::map<std::size_t, std::size_t> parts;  // from, size
  const auto add = [&](const auto& span) {
    if (span.empty()) return;
    const auto from =
        static_cast<std::size_t>(reinterpret_cast<const std::byte*>(span.data()) - bytes.data());
    EXPECT_EQ(from % 64, 0U);
    EXPECT_TRUE(parts.emplace(from, span.size_bytes()).second);
  };
  add(std::span{&image.header(), 1});
  add(image.writes());
  add(image.tiles());
  for (const auto& tile : image.tiles()) add(image.weights(tile));
  add(image.epochs());
  for (const auto& epoch : image.epochs()) {
    add(image.order(epoch));
    add(image.writes(epoch));
  }
  for (const auto& examples : {image.header().train, image.header().test}) {
    add(image.inputs(examples));
    add(image.labels(examples));
  }
  EXPECT_EQ(parts.size(), 3U + image.tiles().size() + 1 + 3 + 4);
  std::size_t end = 0;
  for (const auto& [from, size] : parts) {
    EXPECT_GE(from, end);
    EXPECT_LT(from - end, 64U) << "no room is wasted";
    end = from + size;
  }
  EXPECT_LE(end, bytes.size());
}

TEST(NetworkImage, LimitsTakeTheBeginning) {
  const Prepared prepared;
  const auto bytes = prepared.image({.train = 10, .test = 0, .epochs = 2});
  const ImageView image{bytes, "it"};
  EXPECT_EQ(image.header().train.count, 10U);
  EXPECT_EQ(image.header().test.count, 0U);
  ASSERT_EQ(image.epochs().size(), 2U);
  const auto order = image.order(image.epochs()[1]);
  EXPECT_EQ(std::vector<std::uint32_t>(order.begin(), order.end()), epoch_order(10, 1, 1));
  const auto inputs = image.inputs(image.header().train);
  EXPECT_TRUE(std::equal(inputs.begin(), inputs.end(), prepared.data.train.inputs.begin()));
}

TEST(NetworkImage, RefusesWhatIsNotThereOrDoesNotFit) {
  const Prepared prepared;
  const auto complaint = [&](const ImageLimits& limits) {
    return input_error([&] { static_cast<void>(prepared.image(limits)); });
  };
  EXPECT_EQ(complaint({.train = 51}), "an image with 51 training examples was asked for, but there are 50");
  EXPECT_EQ(complaint({.test = 21}), "an image with 21 test examples was asked for, but there are 20");
  EXPECT_THAT(complaint({.epochs = 1000}), HasSubstr("1000 epochs"));
  const std::size_t size = prepared.image().size();
  EXPECT_EQ(complaint({.bytes = size}), "no error");
  EXPECT_EQ(complaint({.bytes = size - 1}),
            "the image of 528-250-125-10 with 50 training and 20 test examples takes " +
                std::to_string(size) + " bytes, but may take " + std::to_string(size - 1) +
                "; take fewer examples");
}

class ImageFile : public unit::FolderTest {};

TEST_F(ImageFile, HoldsTheImage) {
  const Prepared prepared;
  const auto image = prepared.image({.train = 5, .test = 5, .epochs = 1});
  write_image(folder_ / "a.kimg", image);
  const std::string file = contents(folder_ / "a.kimg");
  EXPECT_EQ(file.substr(0, 4), "KIMG");
  ASSERT_EQ(file.size(), image.size());
  EXPECT_EQ(std::memcmp(file.data(), image.data(), file.size()), 0);
  EXPECT_THAT(input_error([&] { write_image(folder_ / "no/a.kimg", image); }), HasSubstr("cannot write"));
}

TEST(ImageView, RefusesWhatIsNoImage) {
  const Prepared prepared;
  const auto good = prepared.image({.train = 5, .test = 5, .epochs = 2});
  const auto complaint = [](const std::vector<std::byte>& image) {
    return input_error([&] { const ImageView view{image, "a.kimg"}; });
  };
  EXPECT_EQ(complaint(good), "no error");
  auto shorter = good;
  shorter.resize(10);
  EXPECT_EQ(complaint(shorter), "'a.kimg' is no network image: it has 10 bytes, the head of one has 72");
  shorter = good;
  shorter.pop_back();
  EXPECT_THAT(complaint(shorter), HasSubstr("but its head says"));

  struct Damage {
    std::size_t at;  ///< byte
    std::uint32_t value;
    const char* complaint;
  };
  const ImageView view{good, "a.kimg"};
  const std::size_t tile = view.header().tiles_offset;
  const std::size_t epoch = view.header().epochs_offset;
  for (const Damage& damage : {
           Damage{0, 0, "'a.kimg' is no network image: expected it to start with KIMG"},
           Damage{4, 2, "'a.kimg' is a network image of version 2, expected 1"},
           Damage{20, 527, "'a.kimg' has examples every 527 bytes, too close for 528 inputs"},
           Damage{offsetof(kirchhoff_image, writes_offset), 65,
                  "'a.kimg' has register writes at 65, expected a multiple of 64"},
           Damage{offsetof(kirchhoff_image, writes_offset), 0xffff'ffc0,
                  "'a.kimg' has register writes beyond its end"},
           Damage{offsetof(kirchhoff_image, writes_count), 0xffff'ffff,
                  "'a.kimg' has register writes beyond its end"},
           Damage{offsetof(kirchhoff_image, tiles_count), 0x1000'0000, "'a.kimg' has tiles beyond its end"},
           Damage{tile + 4, 0xffff'ffff, "'a.kimg' has weights beyond its end"},
           Damage{epoch, 0xffff'ff80, "'a.kimg' has an epoch's order beyond its end"},
           Damage{epoch + 8, 0x7fff'ffff, "'a.kimg' has an epoch's register writes beyond its end"},
           Damage{view.epochs()[1].order_offset + 4, 5,
                  "'a.kimg' has an epoch with an example beyond the 5 that it has"},
           Damage{view.header().test.offset_labels, 10, "'a.kimg' has a label beyond its 10 classes"},
       }) {
    auto bad = good;
    std::memcpy(bad.data() + damage.at, &damage.value, sizeof damage.value);
    EXPECT_EQ(complaint(bad), damage.complaint);
  }
}

}  // namespace
}  // namespace kirchhoff::testbenches
