#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "foundation/area_model.h"
#include "foundation/energy_model.h"
#include "foundation/energy_table.h"
#include "foundation/error.h"
#include "interconnect/packet_address.h"
#include "interconnect/router_registers.h"
#include "model/chip/address_map.h"
#include "model/network/reprogram.h"
#include "testbenches/host/child.h"
#include "testbenches/system/both_styles.h"
#include "testbenches/system/chip_bench.h"

// Chips whose routers add partial sums on their way, against those whose collectors do.
namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
using foundation::CodingStyle;
using foundation::Phase;
using interconnect::NodeId;

constexpr auto kLt = CodingStyle::loosely_timed;
constexpr auto kAt = CodingStyle::approximately_timed;
const std::string kRouters = "mesh.reduction=routers";
/// Cells that stay as they are, so that what is learnt does not depend on when.
const std::vector<std::string> kTimeless{"capacitor.decay_tau=1000 s", "pcm.drift=0", "pcm.read_noise=0",
                                         "capacitor.read_noise=0 uS"};

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

struct Outcome {
  double time_ps = 0;
  double loss = 0;
  double packets = 0;
  double flits = 0;
  double router_sums = 0;
  double collector_sums = 0;
  double hops = 0;
  double routing_j = 0;
  double total_j = 0;
  std::vector<double> weights;
};

/// In a process of its own.
Outcome train(const std::vector<std::string>& sets, CodingStyle style, std::size_t examples = 30,
              tiles::Detail detail = tiles::Detail::physics) {
  const auto values = in_child_values<double>([&] {
    ChipBench bench{sets, detail};
    bench.description.style = style;
    const auto data = load_data_set("strokes", {.train = examples, .test = 1});
    bench.map(cropped_inputs, 10, true);
    const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
    std::vector<double> weights;
    double time = 0;
    double loss = 0;
    bench.run([&](ChipDriver& driver, MemoryMap& memory) {
      bench.set_up(driver, start);
      const double begin = static_cast<double>(driver.transfer().time_ps);
      const auto completion = driver.train(batch_of(memory, data.train));
      EXPECT_EQ(completion.count, examples);
      time = static_cast<double>(completion.time_ps) - begin;
      loss = completion.loss;
      for (const auto& tile : bench.mapping.tiles) {
        for (const float weight : driver.peek_tile(tile, bench.description.tile.columns)) {
          weights.push_back(static_cast<double>(weight));
        }
      }
    });
    if (testing::Test::HasFailure()) {
      throw std::runtime_error("the run failed");
    }
    const auto total = bench.ledger.total();
    const foundation::EnergyTable table{
        bench.ledger,
        foundation::EnergyModel{bench.configuration->technology, model::chip_shape(*bench.configuration).tile,
                                model::energy_settings(*bench.configuration)}};
    const auto energy = table.of(foundation::training_phases);
    std::vector<double> result{time,
                               loss,
                               static_cast<double>(bench.ledger.counters().packets),
                               static_cast<double>(total.router_flits),
                               static_cast<double>(total.router_sums),
                               static_cast<double>(total.sums),
                               static_cast<double>(bench.ledger.counters().hops),
                               energy[foundation::Booking::routing],
                               energy.total()};
    result.insert(result.end(), weights.begin(), weights.end());
    return result;
  });
  return {values.at(0), values.at(1), values.at(2), values.at(3), values.at(4),
          values.at(5), values.at(6), values.at(7), values.at(8), {values.begin() + 9, values.end()}};
}

class RowSplits : public testing::TestWithParam<int> {};

// 528-110-60-10: layers of several row splits and column groups, so that partial sums of both directions are
// added on their way where there is more than one to add.
TEST_P(RowSplits, WeightsAreTheSameToTheBitInBothStyles) {
  const std::vector<std::string> chip =
      kTimeless + std::vector<std::string>{"chip.mesh_rows=8", "chip.mesh_columns=8",
                                           "chip.tile_rows=" + std::to_string(GetParam()),
                                           "network.image_hidden=[110, 60]", "training.transfer_interval=10"};
  const Outcome collectors = train(chip, kLt);
  const auto adding = chip + std::vector<std::string>{kRouters, "mesh.reduction_entries=8"};
  for (const CodingStyle style : {kLt, kAt}) {
    const Outcome routers = train(adding, style);
    EXPECT_EQ(routers.weights, collectors.weights);
    EXPECT_EQ(routers.loss, collectors.loss);
    EXPECT_EQ(routers.packets, collectors.packets);
    EXPECT_EQ(collectors.router_sums, 0);
    EXPECT_GT(routers.router_sums, 0);  // at least the transposed sums of layer 2's column groups
    EXPECT_EQ(routers.router_sums + routers.collector_sums, collectors.collector_sums)
        << "the same additions, somewhere";
  }
}

INSTANTIATE_TEST_SUITE_P(OfTheFirstLayer, RowSplits, testing::Values(600, 300, 200, 131, 80, 60),
                         [](const auto& tested) {
                           return std::to_string((529 + tested.param - 1) / tested.param);
                         });

TEST(Reduction, TheSameWithDeltasInTwoPhasesAndOverlap) {
  const auto chip = kTimeless + std::vector<std::string>{"adc.two_phase_deltas=true", "adc.overlap=true"};
  const Outcome collectors = train(chip, kLt);
  EXPECT_EQ(train(chip + std::vector<std::string>{kRouters}, kLt).weights, collectors.weights);
}

/// Loss and predictions of inference with several examples under way.
std::vector<double> infer(const std::vector<std::string>& sets, CodingStyle style) {
  return in_child_values<double>([&] {
    ChipBench bench{sets};
    bench.description.style = style;
    const auto data = load_data_set("strokes", {.train = 1, .test = 100});
    bench.map(cropped_inputs, 10, true);
    const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
    std::vector<double> result;
    bench.run([&](ChipDriver& driver, MemoryMap& memory) {
      bench.set_up(driver, start);
      auto batch = batch_of(memory, data.test);
      batch.outputs = memory.allocate(2 * data.test.count());
      const auto completion = driver.infer(batch);
      EXPECT_EQ(completion.count, data.test.count());
      result = {completion.loss, static_cast<double>(completion.correct)};
      std::vector<std::uint16_t> predicted(data.test.count());
      const auto bytes = std::as_writable_bytes(std::span{predicted});
      const auto written = memory.readable(batch.outputs, bytes.size());
      std::copy(written.begin(), written.end(), bytes.begin());
      result.insert(result.end(), predicted.begin(), predicted.end());
    });
    if (testing::Test::HasFailure()) {
      throw std::runtime_error("the run failed");
    }
    return result;
  });
}

TEST(Reduction, ExamplesUnderWayAreAddedApart) {
  const std::vector<double> alone = infer(kTimeless, kLt);
  ASSERT_EQ(alone.size(), 102U);
  for (const char* under_way : {"2", "8"}) {
    const auto chip =
        kTimeless + std::vector<std::string>{kRouters, std::string{"chip.examples_in_flight="} + under_way};
    for (const CodingStyle style : {kLt, kAt}) {
      EXPECT_EQ(infer(chip, style), alone) << under_way << " under way";
    }
  }
}

// Floats are added in another order, and so rounded otherwise, but always alike.
TEST(Reduction, IdealWeightsAreTheSameButForRounding) {
  const Outcome collectors = train({}, kLt, 40, tiles::Detail::ideal);
  const Outcome lt = train({kRouters}, kLt, 40, tiles::Detail::ideal);
  const Outcome at = train({kRouters}, kAt, 40, tiles::Detail::ideal);
  EXPECT_EQ(lt.weights, at.weights);
  EXPECT_EQ(lt.time_ps, at.time_ps);
  double largest = 0;
  double difference = 0;
  for (std::size_t i = 0; i < lt.weights.size(); ++i) {
    largest = std::max(largest, std::abs(collectors.weights[i]));
    difference = std::max(difference, std::abs(collectors.weights[i] - lt.weights[i]));
  }
  EXPECT_LT(difference, 1e-5 * largest);
}

// What it saves on the preset's chip; the figures are in the README. Activations of two collectors meet on a
// link there and are served in another order in either style, which moves two tiles of layer 2 by 1 ns: less
// than shows in what they hold.
TEST(Reduction, OnThePresetStylesAgreeAndPacketsAreFewer) {
  const Outcome collectors = train({}, kLt, 60);
  const Outcome lt = train({kRouters}, kLt, 60);
  const Outcome at = train({kRouters}, kAt, 60);
  double moved = 0;
  for (std::size_t i = 0; i < lt.weights.size(); ++i) {
    moved = std::max(moved, std::abs(lt.weights[i] - at.weights[i]));
  }
  EXPECT_LT(moved, 1e-5);
  EXPECT_NEAR(lt.time_ps, at.time_ps, 1e-3 * at.time_ps);
  EXPECT_NEAR(lt.total_j, at.total_j, 1e-6 * at.total_j);
  EXPECT_EQ(lt.hops, at.hops);
  EXPECT_EQ(lt.router_sums, at.router_sums);
  for (const auto& [name, it] : {std::pair{"collector", collectors}, std::pair{"routers", lt}}) {
    std::printf(
        "%-9s  %.3f us, %.2f nJ of which routing %.2f nJ, %.1f links, %.1f flits, %.1f + %.1f additions in "
        "routers and tiles, per example\n",
        name, it.time_ps / 60e6, it.total_j / 60e-9, it.routing_j / 60e-9, it.hops / 60, it.flits / 60,
        it.router_sums / 60, it.collector_sums / 60);
  }
  EXPECT_LT(lt.hops, collectors.hops);
  EXPECT_LT(lt.flits, collectors.flits);
  EXPECT_LT(lt.time_ps, 1.01 * collectors.time_ps);
}

TEST(Reduction, FewerPacketsComeToTheCollectors) {
  const auto flits_into_collectors = [](const std::vector<std::string>& sets) {
    ChipBench bench{sets};
    bench.map(cropped_inputs, 10, true);
    const auto plan =
        model::plan_network(bench.network, bench.mapping, model::program_options(*bench.configuration, 0.1));
    std::uint64_t packets = 0;
    std::uint64_t flits = 0;
    for (const auto& route : plan.routes) {
      const bool sum = route.kind == interconnect::PacketKind::partial_sum ||
                       route.kind == interconnect::PacketKind::back_partial;
      if (sum && !route.is_reduced) {
        packets += route.destinations.size();
        flits += route.destinations.size() * route.flits;
      }
    }
    std::printf("%llu packets of %llu flits come to the collectors\n",
                static_cast<unsigned long long>(packets), static_cast<unsigned long long>(flits));
    return std::pair{packets, flits};
  };
  // Forward: 5 groups of 5 row splits and 3 of 2; backward: 2 row splits of 3 column groups to 3 collectors
  // each, and 1 tile to 3.
  const auto collector = flits_into_collectors({});
  const auto routers = flits_into_collectors({kRouters});
  EXPECT_EQ(collector.first, 5U * 4 + 3 + 2 * 3 * 3 + 3);
  EXPECT_EQ(routers.first, 5U + 3 + 2 * 3 + 3);
  EXPECT_LT(2 * routers.second, collector.second);
}

TEST(Reduction, ThePlanForetellsWhatTheMeshCountsAroundFaultsToo) {
  ChipBench bench{{R"(mesh.disabled_tiles=["0,2", "1,3", "2,0"])",
                   R"(mesh.disabled_links=["0,0-0,1", "1,4-2,4"])", "training.transfer_interval=0", kRouters},
                  tiles::Detail::physics,
                  nullptr,
                  "209k-spare"};
  const Examples examples = load_data_set("strokes", {.train = 25, .test = 1}).train;
  bench.map(cropped_inputs, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 3);
  const auto plan =
      model::plan_network(bench.network, bench.mapping, model::program_options(*bench.configuration, 0.1));
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    driver.start();
    driver.write_registers(plan.writes);
    driver.load_weights(bench.mapping, start);
    EXPECT_EQ(driver.train(batch_of(memory, examples)).count, examples.count());
  });
  foundation::Activity counted;
  for (const Phase phase : {Phase::forward, Phase::backward, Phase::update}) {
    counted += bench.ledger.total(phase);
  }
  std::uint64_t bits = 0;
  std::uint64_t flits = 0;
  std::uint64_t sums = 0;
  for (const auto& route : plan.routes) {
    const bool to_sequencer = route.destinations.empty();
    const std::uint64_t exits = route.is_reduced ? 0
                                : to_sequencer   ? route.sources.size()
                                                 : route.destinations.size();
    bits += route.bits * (route.hops + (to_sequencer ? exits * route.packets : 0));
    flits += route.flits * (route.hops + exits * route.packets);
    // Of n that are added to one, n - 1 are; each that is reduced is one of them, each sum is one less.
    sums += route.is_reduced ? route.elements : 0;
    sums -= route.summands > 1 ? route.elements : 0;
  }
  EXPECT_EQ(counted.bit_hops, bits * examples.count());
  EXPECT_EQ(counted.router_flits, flits * examples.count());
  EXPECT_EQ(counted.router_sums, sums * examples.count());
}

TEST(Reduction, EnergyIsThatOfItsAdditionsAndAreaThatOfBuffersAndAdders) {
  const auto plain = model::load_configuration("209k", {});
  const auto adding = model::load_configuration("209k", std::vector<std::string>{kRouters});
  const auto& technology = adding->technology;
  foundation::Activity activity;
  activity.router_sums = 1000;
  const foundation::EnergyModel prices{technology, model::chip_shape(*adding).tile};
  const double expected = 1000 * technology.e_reduce.base;
  const auto energy = prices.price(activity, Phase::forward);
  EXPECT_DOUBLE_EQ(energy[foundation::Booking::routing], expected);
  // 4 entries of two buffers for 131 sums of 14 bits, and at 5 inputs 15 adders for a flit's codes of 9 bits.
  const auto shape = model::chip_shape(*adding);
  EXPECT_EQ(shape.tile.reduction_bits, 4 * 2 * 131 * 14);
  EXPECT_EQ(shape.tile.reduction_adders, 5 * 15);
  EXPECT_EQ(model::chip_shape(*plain).tile.reduction_bits, 0);
  const double router_um2 = 4 * 2 * 131 * 14 * technology.a_sram.base + 75 * technology.a_reduce.base;
  EXPECT_NEAR(foundation::chip_area(shape, technology).routers_mm2 -
                  foundation::chip_area(model::chip_shape(*plain), technology).routers_mm2,
              32 * router_um2 * 1e-6, 1e-9);
  std::printf("a router's buffers and adders take %.4f mm2\n", router_um2 * 1e-6);
}

class MissingReduction : public testing::TestWithParam<CodingStyle> {};

// An entry is lost: what should have been added is not, which somebody on the way does not take. The host is
// told, programs the chip anew, and it goes on.
TEST_P(MissingReduction, IsANetworkErrorAndTheChipGoesOn) {
  ChipBench bench{{kRouters}, tiles::Detail::ideal};
  bench.description.style = GetParam();
  const auto data = load_data_set("strokes", {.train = 5, .test = 1});
  bench.map(cropped_inputs, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    driver.start();
    EXPECT_EQ(driver.read_register(model::host_register::capabilities) >> model::capability_reductions_shift &
                  0x1fU,
              4U);
    const auto program = bench.program(0.1);
    const auto batch = batch_of(memory, data.train);
    std::vector<std::uint64_t> entries;
    for (const auto& write : program) {
      const std::uint64_t offset = write.address % interconnect::node_window_bytes;
      if (write.address >= interconnect::node_window_base &&
          offset >= interconnect::router_reduction_table_offset &&
          offset < interconnect::router_registers_offset &&
          offset % interconnect::reduction_entry_bytes == 0) {
        entries.push_back(write.address);
      }
    }
    ASSERT_GT(entries.size(), 5U);
    for (const std::size_t lost : {std::size_t{0}, entries.size() / 2, entries.size() - 1}) {
      driver.write_registers(program);
      driver.load_weights(bench.mapping, start);
      driver.write_registers(std::vector<model::RegisterWrite>{{entries[lost], 0}});
      try {
        driver.train(batch);
        ADD_FAILURE() << "entry " << lost << " was not missed";
      } catch (const foundation::ModelError& error) {
        EXPECT_NE(std::string{error.what()}.find("error 4"), std::string::npos) << error.what();
      }
      driver.start();
      driver.write_registers(program);
      EXPECT_EQ(driver.train(batch).count, 5U);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Styles, MissingReduction, both_styles, style_name);

TEST(Reduction, ErasingAProgramLeavesNoReduction) {
  ChipBench bench{{kRouters}, tiles::Detail::ideal};
  bench.map(cropped_inputs, 10, true);
  const auto program = bench.program(0.1);
  bench.run([&](ChipDriver& driver, MemoryMap& /*memory*/) {
    driver.start();
    driver.write_registers(program);
    driver.write_registers(model::erase_program(program, {}));
    for (const auto& write : program) {
      const std::uint64_t offset = write.address % interconnect::node_window_bytes;
      if (write.address >= interconnect::node_window_base &&
          offset >= interconnect::router_reduction_table_offset &&
          offset < interconnect::router_registers_offset) {
        EXPECT_EQ(driver.read_register(write.address), 0U);
      }
    }
  });
}

TEST(Reduction, AChipWithoutHasNoTable) {
  ChipBench bench{{}, tiles::Detail::ideal};
  bench.run([&](ChipDriver& driver, MemoryMap& /*memory*/) {
    driver.start();
    EXPECT_EQ(driver.read_register(model::host_register::capabilities) >> model::capability_reductions_shift &
                  0x1fU,
              0U);
    EXPECT_THROW(driver.read_register(
                     interconnect::node_register_address(0, interconnect::router_reduction_table_offset)),
                 foundation::ModelError);
  });
}

TEST(Reduction, IsRefusedWithCircuitTransport) {
  try {
    model::load_configuration("209k", std::vector<std::string>{kRouters, "mesh.transport=circuit"});
    FAIL() << "accepted";
  } catch (const foundation::InputError& error) {
    const std::string message = error.what();
    for (const char* part : {"mesh.reduction", "routers", "mesh.transport", "circuit"}) {
      EXPECT_NE(message.find(part), std::string::npos) << message;
    }
  }
  try {
    model::load_configuration("209k", std::vector<std::string>{"mesh.reduction_entries=6"});
    FAIL() << "accepted";
  } catch (const foundation::InputError& error) {
    EXPECT_NE(std::string{error.what()}.find("mesh.reduction_entries has no effect with mesh.reduction = "
                                             "collector"),
              std::string::npos)
        << error.what();
  }
}

}  // namespace
