#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "testbenches/system/firmware_bench.h"

// Descriptors as firmware gives them: many at once, in pieces, as lists of registers; and how they end.
namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
namespace mr = model;
using model::Descriptor;
using model::DescriptorOperation;

Descriptor of(DescriptorOperation operation, std::uint32_t flags = 0) {
  Descriptor descriptor;
  descriptor.operation = static_cast<std::uint32_t>(operation) | flags;
  return descriptor;
}

/// 528-250-125-10 on the chip, its weights loaded, and a few examples in memory.
class Descriptors : public testing::Test {
 protected:
  void start(FirmwareBench& bench, FirmwareHost& host, std::size_t train = 8) {
    data = load_data_set("strokes", {.train = train, .test = 1});
    bench.map(528, 10, true);
    weights = initial_weights(bench.widths(), Activation::logistic, 1);
    host.driver.start();
    host.driver.write_registers(bench.program(0.1));
    host.driver.load_weights(bench.mapping, weights);
    batch = batch_of(host.memory, data.train);
    host.make_ring(128);
  }
  [[nodiscard]] Descriptor examples(DescriptorOperation operation, std::uint32_t count,
                                    std::uint32_t flags = 0) const {
    auto descriptor = of(operation, flags);
    descriptor.count = count;
    descriptor.input_address = batch.inputs;
    descriptor.label_address = batch.labels;
    descriptor.stride = batch.stride;
    return descriptor;
  }
  /// A segment list of pieces with these lengths, over data that lie at `address` in one place.
  static std::uint64_t segments_of(FirmwareHost& host, std::uint64_t address,
                                   const std::vector<std::uint32_t>& lengths) {
    std::vector<mr::Segment> list;
    for (const std::uint32_t length : lengths) {
      list.push_back({address, length, 0});
      address += length;
    }
    list.back().flags = mr::segment_last;
    return put(host, list);
  }
  template <typename T>
  static std::uint64_t put(FirmwareHost& host, const std::vector<T>& values) {
    const std::uint64_t address = host.memory.allocate(values.size() * sizeof(T));
    std::memcpy(host.memory.writable(address, values.size() * sizeof(T)).data(), values.data(),
                values.size() * sizeof(T));
    return address;
  }
  void expect_it_trains(FirmwareHost& host) {
    const auto record = host.run_one(examples(DescriptorOperation::train, 8));
    EXPECT_EQ(record.completion.error, 0U);
    EXPECT_EQ(record.completion.count, 8U);
  }

  DataSet data;
  std::vector<Matrix> weights;
  ChipDriver::Batch batch;

  void expect_self_test_leaves_the_node(const std::vector<std::string>& sets, std::size_t table_entries) {
    FirmwareBench bench{sets, tiles::Detail::ideal};
    bench.run([&](FirmwareHost& host) {
      start(bench, host);
      const auto& tile = bench.mapping.tiles[3];
      const auto registers = [&] {
        std::vector<std::uint32_t> all;
        for (std::uint64_t offset = 0; offset < interconnect::node_window_bytes; offset += 4) {
          all.push_back(host.peek32(interconnect::node_register_address(tile.node, offset)).value_or(77));
        }
        return all;
      };
      const auto before = registers();
      const auto cells = bench.weights(host);
      auto test = of(DescriptorOperation::self_test, mr::descriptor_cells);
      test.node = tile.node;
      test.count = 5;
      test.columns = static_cast<std::uint32_t>(tile.columns);
      const auto record = host.run_one(test);
      EXPECT_EQ(record.completion.error, 0U) << std::hex << record.cause << " " << record.error_address;
      // 25 registers, the tables, each cell of the row twice and the row once.
      EXPECT_EQ(record.completion.count, 25 + table_entries + 2 * tile.columns + 1);
      EXPECT_EQ(record.completion.correct, record.completion.count);
      EXPECT_EQ(registers(), before);
      EXPECT_EQ(bench.weights(host), cells);
      // A row that the network does not use is refused, and said so.
      test.count = static_cast<std::uint32_t>(tile.rows());
      if (tile.rows() < bench.description.tile.rows) {
        const auto beyond = host.run_one(test);
        EXPECT_EQ(beyond.cause, static_cast<std::uint32_t>(mr::ErrorCause::weights_refused));
      }
      expect_it_trains(host);
    });
  }
};

TEST_F(Descriptors, SixtyFourOutstanding) {
  FirmwareBench bench{{}};
  bench.run([&](FirmwareHost& host) {
    start(bench, host);
    host.set_host(mr::host_register::interrupt_enable, mr::interrupt_completion);
    host.set_host(mr::host_register::control, 0);  // halted: all 64 wait
    for (std::uint32_t i = 0; i < 64; ++i) {
      auto descriptor = i % 4 == 0   ? examples(DescriptorOperation::train, 1)
                        : i % 4 == 1 ? examples(DescriptorOperation::infer, 2)
                        : i % 4 == 2 ? of(DescriptorOperation::transfer)
                                     : of(DescriptorOperation::nothing);
      descriptor.tag = 1000 + i;
      EXPECT_EQ(host.push(descriptor), i);
    }
    host.ring_doorbell();
    host.sleep(foundation::Duration{100'000'000});
    EXPECT_EQ(host.host(mr::host_register::status),
              mr::status_idle | mr::status_powered | mr::status_halted | 64U << 16);
    EXPECT_EQ(host.record(0).completion.tag, 0U);
    host.set_host(mr::host_register::control, mr::control_run);
    EXPECT_TRUE(host.wait_idle());
    std::uint64_t time = 0;
    for (std::uint32_t i = 0; i < 64; ++i) {
      const auto record = host.record(i).completion;
      EXPECT_EQ(record.tag, 1000 + i);
      EXPECT_EQ(record.error, 0U);
      EXPECT_GE(record.time_ps, time);  // in their order
      time = record.time_ps;
      EXPECT_EQ(record.count, i % 4 == 0 ? 1U : i % 4 == 1 ? 2U : 0U);
    }
    EXPECT_EQ(host.host(mr::host_register::interrupt_status), mr::interrupt_completion);
    EXPECT_TRUE(host.interrupt.read());
    // And what the host puts behind them while they are worked off is done, too: 127 in all.
    for (std::uint32_t i = 0; i < 127; ++i) {
      host.push(i < 2 ? examples(DescriptorOperation::infer, 8) : of(DescriptorOperation::nothing));
    }
    for (const std::uint32_t more : {1U, 63U, 63U}) {
      host.set_sequencer(mr::sequencer_register::doorbell, more);
    }
    EXPECT_TRUE(host.wait_idle());
    EXPECT_EQ(host.host(mr::host_register::error_status), 0U);
    EXPECT_EQ(host.sequencer(mr::sequencer_register::ring_head), (64U + 127U) % 128);
  });
}

TEST_F(Descriptors, InterruptOfOneDescriptor) {
  FirmwareBench bench{{}};
  bench.run([&](FirmwareHost& host) {
    start(bench, host);
    host.set_host(mr::host_register::interrupt_status, ~0U);
    host.set_host(mr::host_register::interrupt_enable, mr::interrupt_descriptor);
    host.push(examples(DescriptorOperation::infer, 1));
    const auto flagged = host.push(examples(DescriptorOperation::infer, 1, mr::descriptor_interrupt));
    const auto last = host.push(examples(DescriptorOperation::infer, 8));
    host.ring_doorbell();
    host.wait_interrupt({});
    EXPECT_EQ(host.host(mr::host_register::interrupt_status), mr::interrupt_descriptor);
    EXPECT_EQ(host.record(flagged).completion.count, 1U);
    EXPECT_EQ(host.sequencer(mr::sequencer_register::ring_head), last);
    EXPECT_TRUE(host.wait_idle());
    EXPECT_EQ(host.host(mr::host_register::interrupt_status),
              mr::interrupt_descriptor | mr::interrupt_completion);
    host.set_host(mr::host_register::interrupt_status, mr::interrupt_descriptor);
    host.sleep(foundation::Duration{1000});
    EXPECT_FALSE(host.interrupt.read());  // RING_EMPTY is not enabled
  });
}

TEST_F(Descriptors, ARegisterListProgramsTheNetwork) {
  FirmwareBench bench{{}};
  bench.run([&](FirmwareHost& host) {
    data = load_data_set("strokes", {.train = 8, .test = 1});
    bench.map(528, 10, true);
    weights = initial_weights(bench.widths(), Activation::logistic, 1);
    host.driver.start();
    std::vector<mr::RegisterEntry> list;
    for (const auto& write : bench.program(0.1)) {
      list.push_back({static_cast<std::uint32_t>(write.address), write.value});
    }
    ASSERT_GT(list.size(), 1000U);
    host.make_ring(128);
    auto configure = of(DescriptorOperation::configure, mr::descriptor_segments);
    configure.count = static_cast<std::uint32_t>(list.size());
    const auto bytes = static_cast<std::uint32_t>(list.size() * sizeof list[0]);
    configure.input_address = segments_of(host, put(host, list), {12, 1000, bytes - 1012});
    const auto record = host.run_one(configure);
    EXPECT_EQ(record.completion.error, 0U);
    EXPECT_EQ(record.completion.count, list.size());
    for (const auto& entry : list) {
      EXPECT_EQ(host.peek32(entry.address), entry.value) << std::hex << entry.address;
    }
    host.driver.start();
    host.driver.load_weights(bench.mapping, weights);
    batch = batch_of(host.memory, data.train);
    EXPECT_EQ(host.driver.train(batch).count, 8U);
  });
}

TEST_F(Descriptors, RegisterListsReachTheNetworkAndNothingElse) {
  FirmwareBench bench{{}};
  bench.run([&](FirmwareHost& host) {
    start(bench, host);
    for (const std::uint32_t bad :
         {0x18U, 0x24U, 0x1008U, 0x1010U, 0x1018U, 0x100cU, 0x1048U, 0x9000U, 0x01000066U, 0x01200000U,
          static_cast<std::uint32_t>(interconnect::node_register_address(0, 0x3fc))}) {
      auto configure = of(DescriptorOperation::configure);
      configure.count = 2;
      configure.input_address = put(host, std::vector<mr::RegisterEntry>{{0x01000004U, 5}, {bad, 1}});
      const auto record = host.run_one(configure);
      EXPECT_EQ(record.completion.error, mr::error_descriptor) << std::hex << bad;
      EXPECT_EQ(record.completion.count, 1U);
      EXPECT_EQ(record.cause, static_cast<std::uint32_t>(mr::ErrorCause::register_refused));
      EXPECT_EQ(record.error_address, bad);
    }
    expect_it_trains(host);
  });
}

/// Pieces that end in the middle of examples give what one place gives, bit by bit.
TEST_F(Descriptors, SegmentsOfExamples) {
  FirmwareBench bench{{}, tiles::Detail::ideal};
  bench.run([&](FirmwareHost& host) {
    start(bench, host);
    const auto whole = host.run_one(examples(DescriptorOperation::infer, 8));
    auto descriptor = examples(DescriptorOperation::infer, 8, mr::descriptor_segments);
    descriptor.input_address = segments_of(host, batch.inputs, {1, 527, 600, 1000, 8 * 528 - 2128});
    const auto pieces = host.run_one(descriptor);
    EXPECT_EQ(pieces.completion.error, 0U);
    EXPECT_EQ(pieces.completion.loss, whole.completion.loss);
    EXPECT_EQ(pieces.completion.correct, whole.completion.correct);
    // The same in two lists, the second chained to the first.
    const std::uint64_t second =
        put(host, std::vector<mr::Segment>{{batch.inputs + 700, 8 * 528 - 700, mr::segment_last}});
    descriptor.input_address =
        put(host, std::vector<mr::Segment>{{batch.inputs, 700, 0}, {second, 0, mr::segment_chain}});
    const auto chained = host.run_one(descriptor);
    EXPECT_EQ(chained.completion.error, 0U);
    EXPECT_EQ(chained.completion.loss, whole.completion.loss);
    // And the order list goes through them, too.
    descriptor.order_address = put(host, std::vector<std::uint32_t>{7, 6, 5, 4, 3, 2, 1, 0});
    const auto reversed = host.run_one(descriptor);
    EXPECT_EQ(reversed.completion.error, 0U);
    EXPECT_NEAR(reversed.completion.loss, whole.completion.loss, 1e-9);
    EXPECT_EQ(reversed.completion.count, 8U);
  });
}

TEST_F(Descriptors, SegmentsOfWeights) {
  FirmwareBench bench{{}, tiles::Detail::ideal};
  bench.run([&](FirmwareHost& host) {
    start(bench, host);
    const auto& tile = bench.mapping.tiles.front();
    const auto columns = static_cast<std::uint32_t>(tile.columns);
    const auto rows = static_cast<std::uint32_t>(tile.rows());
    std::vector<float> values(rows * columns);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = 0.001F * static_cast<float>(i % 97) - 0.04F;
    }
    const auto bytes = static_cast<std::uint32_t>(values.size() * sizeof(float));
    const std::vector<std::uint32_t> lengths{2, 1000, 4096, bytes - 5098};
    auto program = of(DescriptorOperation::program_weights, mr::descriptor_segments);
    program.node = tile.node;
    program.count = rows;
    program.columns = columns;
    program.stride = columns * 4;
    program.input_address = segments_of(host, put(host, values), lengths);
    EXPECT_EQ(host.run_one(program).completion.error, 0U);
    auto read = program;
    read.operation = static_cast<std::uint32_t>(DescriptorOperation::read_weights) | mr::descriptor_segments;
    const std::uint64_t target = host.memory.allocate(bytes);
    read.output_address = segments_of(host, target, lengths);
    const auto record = host.run_one(read);
    EXPECT_EQ(record.completion.error, 0U);
    EXPECT_EQ(record.completion.count, rows);
    std::vector<float> back(values.size());
    std::memcpy(back.data(), host.memory.readable(target, bytes).data(), bytes);
    EXPECT_EQ(back, values);
  });
}

TEST_F(Descriptors, SelfTestLeavesTheNodeAsItWas) {
  expect_self_test_leaves_the_node({}, 256 + 1024);
}

TEST_F(Descriptors, SelfTestCoversTheReductionTable) {
  expect_self_test_leaves_the_node({"mesh.reduction=routers", "mesh.reduction_entries=12"}, 256 + 1024 + 12);
}

TEST_F(Descriptors, SelfTestFindsCellsThatDoNotWork) {
  FirmwareBench bench{{"faults.pcm_stuck_on=0.3", "faults.pcm_stuck_off=0.3"}};
  bench.run([&](FirmwareHost& host) {
    start(bench, host);
    const auto& tile = bench.mapping.tiles[0];
    auto test = of(DescriptorOperation::self_test, mr::descriptor_cells);
    test.node = tile.node;
    test.columns = static_cast<std::uint32_t>(tile.columns);
    const auto record = host.run_one(test);
    EXPECT_EQ(record.completion.error, mr::error_self_test);
    EXPECT_EQ(record.cause, static_cast<std::uint32_t>(mr::ErrorCause::self_test_weights));
    EXPECT_LT(record.completion.correct, record.completion.count);
    EXPECT_GE(record.error_address, interconnect::cell_window_base);
    EXPECT_EQ(host.host(mr::host_register::error_status), mr::error_self_test);
  });
}

TEST_F(Descriptors, SelfTestOfGoodCellsPassesInPhysics) {
  FirmwareBench bench{{}};
  bench.run([&](FirmwareHost& host) {
    start(bench, host);
    for (const std::size_t number : {0U, 7U, 31U}) {
      const auto& tile = bench.mapping.tiles[number];
      auto test = of(DescriptorOperation::self_test, mr::descriptor_cells);
      test.node = tile.node;
      test.count = 2;
      test.columns = static_cast<std::uint32_t>(tile.columns);
      const auto record = host.run_one(test);
      EXPECT_EQ(record.completion.error, 0U) << record.completion.correct << " of " << record.completion.count
                                             << " at " << std::hex << record.error_address;
    }
    expect_it_trains(host);
  });
}

/// Inference with examples under way ends where it is told to, or where a result cannot be written: what was
/// counted is written, no more is, and nothing is left on its way to disturb what comes next.
TEST_F(Descriptors, ExamplesUnderWayEndWithTheirDescriptor) {
  constexpr std::uint32_t kCount = 2000;
  FirmwareBench bench{{"chip.quantum=1us", "chip.examples_in_flight=4"}};
  bench.run([&](FirmwareHost& host) {
    start(bench, host, kCount);
    const std::vector<std::uint16_t> nothing(kCount, 0xffff);
    const auto infer = [&](std::uint64_t outputs) {
      auto descriptor = examples(DescriptorOperation::infer, kCount);
      descriptor.output_address = outputs;
      return descriptor;
    };
    const auto written = [&](std::uint64_t outputs) {
      std::vector<std::uint16_t> results(kCount);
      std::memcpy(results.data(), host.memory.readable(outputs, 2 * kCount).data(), 2 * kCount);
      const auto first = std::find(results.begin(), results.end(), 0xffff);
      EXPECT_TRUE(std::all_of(first, results.end(), [](std::uint16_t value) { return value == 0xffff; }));
      return static_cast<std::uint32_t>(first - results.begin());
    };
    const std::uint64_t all = put(host, nothing);
    EXPECT_EQ(host.run_one(infer(all)).completion.count, kCount);
    EXPECT_EQ(written(all), kCount);
    // More packets, with some always under way, than the watchdog allows examples under way to cause.
    constexpr std::uint32_t kAllowed = 2 * 32 * 256 * 4;
    EXPECT_GT(host.host(mr::counter_register(mr::ChipCounter::packets)), kAllowed);

    const std::uint64_t aborted = put(host, nothing);
    const auto place = host.push(infer(aborted));
    host.ring_doorbell();
    host.sleep(foundation::Duration{50'000'000});
    host.set_host(mr::host_register::control, mr::control_run | mr::control_abort);
    EXPECT_TRUE(host.wait_idle());
    EXPECT_EQ(host.record(place).completion.error, mr::error_aborted);
    EXPECT_GT(host.record(place).completion.count, 50U);
    EXPECT_LT(host.record(place).completion.count, 200U);
    EXPECT_EQ(written(aborted), host.record(place).completion.count);
    host.driver.clear_errors();
    host.set_ring();

    const std::uint64_t refused = put(host, nothing);
    host.refused_address = refused + 2 * 33;
    const auto record = host.run_one(infer(refused));
    host.refused_address = ~std::uint64_t{0};
    EXPECT_EQ(record.completion.error, mr::error_dma);
    EXPECT_EQ(record.error_address, refused + 2 * 33);
    EXPECT_EQ(record.completion.count, 33U);
    EXPECT_EQ(written(refused), 33U);
    host.driver.clear_errors();

    const std::uint64_t again = put(host, nothing);
    EXPECT_EQ(host.run_one(infer(again)).completion.count, kCount);
    EXPECT_EQ(written(again), kCount);
    expect_it_trains(host);
  });
}

/// The longest descriptor there is ends when the host wants it to.
TEST_F(Descriptors, AbortEndsADescriptorOfManyExamples) {
  FirmwareBench bench{{"chip.quantum=1us"}};
  bench.run([&](FirmwareHost& host) {
    start(bench, host, 2000);
    const auto place = host.push(examples(DescriptorOperation::train, 2000));
    host.push(of(DescriptorOperation::nothing));
    const auto dropped = host.push(of(DescriptorOperation::transfer));
    host.ring_doorbell();
    host.sleep(foundation::Duration{50'000'000});
    host.set_host(mr::host_register::control, mr::control_run | mr::control_abort);
    EXPECT_TRUE(host.wait_idle());
    const auto record = host.record(place);
    EXPECT_EQ(record.completion.error, mr::error_aborted);
    EXPECT_EQ(record.cause, static_cast<std::uint32_t>(mr::ErrorCause::aborted));
    EXPECT_GT(record.completion.count, 3U);
    EXPECT_LT(record.completion.count, 100U);
    EXPECT_EQ(host.record(dropped).completion.time_ps, 0U);
    EXPECT_EQ(host.host(mr::host_register::error_status), mr::error_aborted);
    EXPECT_EQ(host.sequencer(mr::sequencer_register::ring_head),
              host.sequencer(mr::sequencer_register::ring_tail));
    expect_it_trains(host);
  });
}

}  // namespace
