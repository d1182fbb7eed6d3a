#include <gtest/gtest.h>

#include <cmath>

#include "foundation/duration.h"
#include "model/network/frozen_network.h"
#include "testbenches/system/chip_bench.h"

namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;

/// Cells that stay as they are and reads without noise, so that two looks at the weights see the same.
std::vector<std::string> still(std::vector<std::string> more = {}) {
  more.insert(more.end(),
              {"capacitor.decay_tau=1000 s", "pcm.drift=0", "pcm.read_noise=0", "capacitor.read_noise=0 uS"});
  return more;
}

void expect_inference_as_the_frozen_copy(const std::vector<std::string>& sets) {
  ChipBench bench{sets};
  const auto data = load_data_set("strokes", {.train = 300, .test = 200});
  bench.map(528, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    bench.set_up(driver, start);
    driver.train(batch_of(memory, data.train));

    model::FrozenNetwork frozen{bench.network, bench.mapping, bench.configuration->periphery,
                                tiles::Detail::physics, bench.services.seed};
    for (std::size_t tile = 0; tile < bench.mapping.tiles.size(); ++tile) {
      frozen.set_tile(tile, driver.peek_tile(bench.mapping.tiles[tile], bench.description.tile.columns));
    }
    auto batch = batch_of(memory, data.test);
    batch.outputs = memory.allocate(2 * data.test.count());
    const auto completion = driver.infer(batch);
    EXPECT_EQ(completion.count, 200U);
    const auto bytes = memory.readable(batch.outputs, 2 * data.test.count());
    std::vector<std::uint16_t> predicted(data.test.count());
    std::memcpy(predicted.data(), bytes.data(), bytes.size());
    std::size_t correct = 0;
    for (std::size_t i = 0; i < predicted.size(); ++i) {
      EXPECT_EQ(predicted[i], frozen.classify(data.test.input(i))) << "example " << i;
      correct += predicted[i] == data.test.labels[i] ? 1 : 0;
    }
    EXPECT_EQ(completion.correct, correct);
  });
}

TEST(PhysicsTraining, InferenceOnTheChipEqualsTheFrozenCopyBitForBit) {
  expect_inference_as_the_frozen_copy(still());
}

TEST(PhysicsTraining, ConvertersWithErrorsAreInTheFrozenCopyToo) {
  expect_inference_as_the_frozen_copy(still({"adc.gain_error=0.05", "adc.offset=3", "adc.inl=6"}));
}

TEST(PhysicsTraining, ReadingWeightsByDescriptorEqualsDebugTransport) {
  ChipBench bench{still({"wires.resistance=0"})};
  bench.map(528, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
  bench.run([&](ChipDriver& driver, MemoryMap& /*memory*/) {
    bench.set_up(driver, start);
    const auto read = driver.read_weights(bench.network, bench.mapping);
    for (const auto& tile : bench.mapping.tiles) {
      const auto peeked = driver.peek_tile(tile, bench.description.tile.columns);
      for (std::size_t i = 0; i < tile.rows(); ++i) {
        for (std::size_t j = 0; j < tile.columns; ++j) {
          const float value = read[tile.layer].at(tile.first_row + i, tile.first_column + j);
          ASSERT_EQ(value, peeked[i * tile.columns + j]);
          // Programmed within tolerance; the capacitor takes most of the rest.
          ASSERT_NEAR(value, start[tile.layer].at(tile.first_row + i, tile.first_column + j), 0.03);
        }
      }
    }
  });
}

TEST(PhysicsTraining, FrozenCopyCostsTheRunNothing) {
  // The host looks at every weight half way: time, activity and the final weights must not notice. One
  // process simulates once, so the run without the look is this one's first half repeated by formula: the
  // ledger must not move while looking.
  ChipBench bench{{}};
  const auto data = load_data_set("strokes", {.train = 50, .test = 1});
  bench.map(528, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    bench.set_up(driver, start);
    driver.train(batch_of(memory, data.train));
    const auto time = sc_core::sc_time_stamp();
    const auto total = bench.ledger.total();
    const auto elapsed = bench.ledger.total_time();
    std::vector<std::vector<float>> first;
    for (const auto& tile : bench.mapping.tiles) {
      first.push_back(driver.peek_tile(tile, bench.description.tile.columns));
    }
    for (std::size_t tile = 0; tile < first.size(); ++tile) {
      EXPECT_EQ(driver.peek_tile(bench.mapping.tiles[tile], bench.description.tile.columns), first[tile]);
    }
    EXPECT_EQ(sc_core::sc_time_stamp(), time);
    EXPECT_EQ(bench.ledger.total_time(), elapsed);
    EXPECT_EQ(bench.ledger.total().row_drives, total.row_drives);
    EXPECT_EQ(bench.ledger.total().bit_hops, total.bit_hops);
    EXPECT_EQ(bench.ledger.counters().dma_bytes, bench.ledger.counters().dma_bytes);
  });
}

TEST(PhysicsTraining, CountsOfAnExampleAreThoseOfTheNetwork) {
  ChipBench bench{{"training.transfer_interval=0"}};
  const auto data = load_data_set("strokes", {.train = 20, .test = 1});
  bench.map(528, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    bench.set_up(driver, start);
    driver.train(batch_of(memory, data.train));
  });
  using foundation::Phase;
  const auto forward = bench.ledger.total(Phase::forward);
  const auto backward = bench.ledger.total(Phase::backward);
  const auto update = bench.ledger.total(Phase::update);
  constexpr std::uint64_t kExamples = 20;
  constexpr std::uint64_t kSynapses = 529 * 250 + 251 * 125 + 126 * 10;
  EXPECT_EQ(forward.multiply_accumulates, kExamples * kSynapses);
  EXPECT_EQ(update.multiply_accumulates, kExamples * kSynapses);
  EXPECT_EQ(backward.multiply_accumulates, kExamples * (250 * 125 + 125 * 10));
  // 4.40 op per weight for this network, technology.md.
  const double op = 2.0 *
                    static_cast<double>(forward.multiply_accumulates + backward.multiply_accumulates +
                                        update.multiply_accumulates) /
                    static_cast<double>(kExamples * kSynapses);
  EXPECT_NEAR(op, 4.40, 0.01);
  EXPECT_EQ(bench.network.operations_per_example() * kExamples,
            2 * (forward.multiply_accumulates + backward.multiply_accumulates + update.multiply_accumulates));
  // Each tile converts its columns once forward; transposed, each tile above the first layer its rows.
  EXPECT_EQ(forward.conversions, kExamples * (5 * 250 + 2 * 125 + 1 * 10));
  EXPECT_EQ(backward.conversions, kExamples * (3 * 250 + 1 * 125));
  EXPECT_EQ(bench.ledger.counters().training_examples, kExamples);
  EXPECT_EQ(bench.ledger.counters().transfers, 0U);
}

TEST(PhysicsTraining, TransferRunsAtItsInterval) {
  ChipBench bench{{"training.transfer_interval=10"}};
  const auto data = load_data_set("strokes", {.train = 35, .test = 1});
  bench.map(528, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    bench.set_up(driver, start);
    driver.train(batch_of(memory, data.train));
    EXPECT_EQ(bench.ledger.counters().transfers, 3U);
    driver.transfer();
    EXPECT_EQ(bench.ledger.counters().transfers, 4U);
  });
  EXPECT_GT(bench.ledger.total(foundation::Phase::transfer).set_pulses, 0U);
  EXPECT_GT(bench.ledger.elapsed(foundation::Phase::transfer).count(), 0);
}

/// One tile, one layer, nothing in the way: the time of an example worked out by hand.
TEST(PhysicsTraining, TimeOfAnExampleOnOneTile) {
  ChipBench bench{{"chip.mesh_rows=1", "chip.mesh_columns=1", "chip.tile_rows=600", "chip.tile_columns=64",
                   "network.image_hidden=[]", "training.transfer_interval=0"}};
  auto data = load_data_set("strokes", {.train = 1, .test = 1});
  bench.map(528, 10, true);
  ASSERT_EQ(bench.mapping.tiles.size(), 1U);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    bench.set_up(driver, start);
    driver.train(batch_of(memory, data.train));
  });
  const auto cycle = 1000;  // ps, 1 GHz
  // A packet takes: one cycle onto the router, two in it, then its flits of 128 bits.
  const auto packet = [&](int bits) { return cycle * (1 + 2 + (bits + 32 + 127) / 128); };
  const auto read = 128'000 + 207'000;
  // Image and label by DMA: latency and bytes at 4 GB/s each, one after the other.
  const auto dma = 100'000 + 528 * 250 + 100'000 + 2 * 250;
  const auto sums = 10 * 1000;     // digital sums, 1 ns per value
  const auto softmax = 10 * 2000;  // 2 ns per class
  const auto forward = dma + packet(528 * 8) + read + sums + packet(10 * 9) + softmax;
  const auto backward = packet(10 * 9) + packet(0);  // deltas in, completion out: no transposed read
  const auto update = 31 * 5000;
  using foundation::Phase;
  EXPECT_EQ(bench.ledger.elapsed(Phase::forward).count(), forward);
  EXPECT_EQ(bench.ledger.elapsed(Phase::backward).count(), backward);
  EXPECT_EQ(bench.ledger.elapsed(Phase::update).count(), update);
  EXPECT_EQ(bench.ledger.network_elapsed(Phase::forward).count(), dma + packet(528 * 8) + packet(10 * 9));
  EXPECT_EQ(bench.ledger.network_elapsed(Phase::backward).count(), packet(10 * 9) + packet(0));
}

}  // namespace
