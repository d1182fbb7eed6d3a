#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "foundation/random.h"
#include "model/network/reprogram.h"
#include "testbenches/host/child.h"
#include "testbenches/system/network_on_chip.h"

namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;

/// Feature vectors of 100 classes: a byte pattern of each class, and noise.
Examples feature_examples(std::size_t count) {
  foundation::RandomSequence random{foundation::RandomStream{151, foundation::Purpose::data_set}, 0};
  constexpr std::size_t inputs = 2048;
  std::vector<std::vector<std::uint8_t>> patterns(100, std::vector<std::uint8_t>(inputs));
  for (auto& pattern : patterns) {
    for (auto& byte : pattern) {
      byte = static_cast<std::uint8_t>(random.below(8) == 0 ? 160 : 0);
    }
  }
  Examples examples;
  examples.input_count = inputs;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t label = random.below(100);
    examples.labels.push_back(static_cast<std::uint16_t>(label));
    for (const std::uint8_t byte : patterns[label]) {
      examples.inputs.push_back(static_cast<std::uint8_t>(byte + random.below(60)));
    }
  }
  return examples;
}

/// `programmings`: how often the starting weights are written before training.
std::vector<float> trained_on_a_fresh_chip(tiles::Detail detail, const Examples& images,
                                           const std::vector<std::string>& sets = {}, int programmings = 1) {
  ChipBench bench{sets, detail};
  NetworkOnChip network{bench, cropped_inputs, 10, true};
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    driver.start();
    driver.write_registers(network.plan.writes);
    for (int i = 0; i < programmings; ++i) {
      driver.load_weights(network.mapping, network.start);
    }
    network.train(driver, memory, images);
  });
  return network.weights();
}

/// Trains features, then reprograms the same chip and trains images; returns the images' weights.
std::vector<float> trained_after_features(tiles::Detail detail, const Examples& features,
                                          const Examples& images) {
  ChipBench bench{{}, detail};
  NetworkOnChip first{bench, 2048, 100, false};
  NetworkOnChip second{bench, cropped_inputs, 10, true};
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    driver.start();
    driver.write_registers(first.plan.writes);
    driver.load_weights(first.mapping, first.start);
    first.train(driver, memory, features);
    EXPECT_EQ(first.completion.count, features.count());
    driver.write_registers(model::reprogram(first.plan.writes, second.plan.writes));
    driver.load_weights(second.mapping, second.start);
    second.train(driver, memory, images);
    EXPECT_EQ(second.completion.count, images.count());
  });
  EXPECT_NE(first.trained[0].values, first.start[0].values) << "the first network has not learnt";
  return second.weights();
}

TEST(Reprogramming, ADifferentNetworkTrainsAsOnAFreshChip) {
  const auto data = load_data_set("strokes", {.train = 400, .test = 1});
  const auto fresh =
      in_child_values<float>([&] { return trained_on_a_fresh_chip(tiles::Detail::ideal, data.train); });
  const auto again = trained_after_features(tiles::Detail::ideal, feature_examples(300), data.train);
  ASSERT_EQ(again.size(), fresh.size());
  EXPECT_EQ(again, fresh);  // bit for bit
}

/// Root mean square of the difference, relative to that of `b`.
double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double difference = 0;
  double size = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    difference += std::pow(static_cast<double>(a[i] - b[i]), 2);
    size += std::pow(static_cast<double>(b[i]), 2);
  }
  return std::sqrt(difference / size);
}

TEST(Reprogramming, WithDevicesOnlyTheirHistoryDiffers) {
  // The same devices, but pulsed before and driven by later random numbers: the weights differ from those of
  // a fresh chip (measured: by 0.36 of their size) not much more than if its starting weights had been
  // written twice (0.29).
  const auto data = load_data_set("strokes", {.train = 400, .test = 1});
  const auto fresh =
      in_child_values<float>([&] { return trained_on_a_fresh_chip(tiles::Detail::physics, data.train); });
  const auto twice = in_child_values<float>(
      [&] { return trained_on_a_fresh_chip(tiles::Detail::physics, data.train, {}, 2); });
  const auto again = trained_after_features(tiles::Detail::physics, feature_examples(300), data.train);
  ASSERT_EQ(again.size(), fresh.size());
  ASSERT_EQ(twice.size(), fresh.size());
  const double history = distance(twice, fresh);
  const double reprogrammed = distance(again, fresh);
  EXPECT_GT(reprogrammed, 0);
  EXPECT_LT(reprogrammed, 1.5 * history) << "written twice: " << history;
}

TEST(Reprogramming, AnErasedChipIsAsAfterPowerOn) {
  ChipBench bench{{}, tiles::Detail::ideal};
  NetworkOnChip network{bench, cropped_inputs, 10, true};
  const auto erased = model::erase_program(network.plan.writes);
  bench.run([&](ChipDriver& driver, MemoryMap& /*memory*/) {
    driver.start();
    std::vector<std::uint32_t> before;
    const auto look = [&](std::vector<std::uint32_t>& values) {
      for (const auto& write : erased) values.push_back(driver.read_register(write.address));
    };
    look(before);
    driver.write_registers(network.plan.writes);
    std::vector<std::uint32_t> programmed;
    look(programmed);
    EXPECT_NE(programmed, before);
    driver.write_registers(erased);
    std::vector<std::uint32_t> after;
    look(after);
    EXPECT_EQ(after, before);
  });
}

TEST(Reprogramming, NetworksSideBySideTakeTurnsAndDoNotDisturbEachOther) {
  const auto data = load_data_set("strokes", {.train = 300, .test = 1});
  const std::vector<std::string> sets{"network.image_hidden=[60]"};
  const auto alone =
      in_child_values<float>([&] { return trained_on_a_fresh_chip(tiles::Detail::ideal, data.train, sets); });
  ChipBench bench{sets, tiles::Detail::ideal};
  NetworkOnChip one{bench, cropped_inputs, 10, true};
  std::vector<interconnect::NodeId> occupied;
  for (const auto& tile : one.mapping.tiles) occupied.push_back(tile.node);
  NetworkOnChip other{bench, cropped_inputs, 10, true, occupied, one.plan.end_route};
  const auto activate = [&](ChipDriver& driver, const NetworkOnChip& from, const NetworkOnChip& to) {
    driver.write_registers(
        model::reprogram(model::sequencer_part(from.plan.writes), model::sequencer_part(to.plan.writes)));
  };
  Examples first_half = data.train;
  Examples second_half = data.train;
  const std::size_t half = data.train.count() / 2;
  first_half.labels.resize(half);
  first_half.inputs.resize(half * data.input_count);
  second_half.labels.erase(second_half.labels.begin(),
                           second_half.labels.begin() + static_cast<std::ptrdiff_t>(half));
  second_half.inputs.erase(second_half.inputs.begin(),
                           second_half.inputs.begin() + static_cast<std::ptrdiff_t>(half * data.input_count));
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    driver.start();
    driver.write_registers(one.plan.writes);
    driver.write_registers(
        model::reprogram(model::sequencer_part(one.plan.writes), other.plan.writes));  // both lie there now
    driver.load_weights(one.mapping, one.start);
    driver.load_weights(other.mapping, other.start);
    activate(driver, other, one);
    one.train(driver, memory, first_half);
    activate(driver, one, other);
    other.train(driver, memory, data.train);
    activate(driver, other, one);
    one.train(driver, memory, second_half);
  });
  EXPECT_EQ(one.weights(), alone);
  EXPECT_EQ(other.weights(), alone);
}

}  // namespace
