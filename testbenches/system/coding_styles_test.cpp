#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "foundation/energy_model.h"
#include "foundation/energy_table.h"
#include "foundation/error.h"
#include "interconnect/packet_address.h"
#include "model/presets/configuration.h"
#include "testbenches/host/child.h"
#include "testbenches/system/both_styles.h"
#include "testbenches/system/chip_bench.h"

// The same training in both coding styles, each in a process of its own.
namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
using foundation::CodingStyle;
using foundation::Phase;

struct Outcome {
  std::vector<double> weights;   ///< of all tiles, as they are at the end
  std::vector<double> energies;  ///< J by node, phase and booking total
  double time_ps = 0;
  double loss = 0;
  double correct = 0;
  double network_ps = 0;
  double latency_ps = 0;  ///< of inference
  double hops = 0;

  [[nodiscard]] double energy_j() const {
    double sum = 0;
    for (const double part : energies) {
      sum += part;
    }
    return sum;
  }
};

struct Scenario {
  std::vector<std::string> sets;
  std::size_t examples = 60;
  std::uint32_t link_bits = 128;
  tiles::Detail detail = tiles::Detail::physics;
};

Outcome train(const Scenario& scenario, CodingStyle style) {
  const auto values = in_child_values<double>([&] {
    ChipBench bench{scenario.sets, scenario.detail};
    bench.description.style = style;
    bench.description.link.width_bits = scenario.link_bits;
    const auto data = load_data_set("strokes", {.train = scenario.examples, .test = 40});
    bench.map(528, 10, true);
    const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
    std::vector<double> result;
    bench.run([&](ChipDriver& driver, MemoryMap& memory) {
      bench.set_up(driver, start);
      const auto trained = driver.train(batch_of(memory, data.train));
      const auto tested = driver.infer(batch_of(memory, data.test));
      result = {static_cast<double>(tested.time_ps), trained.loss + tested.loss,
                static_cast<double>(trained.correct + tested.correct)};
      for (const auto& tile : bench.mapping.tiles) {
        for (const float weight : driver.peek_tile(tile, bench.description.tile.columns)) {
          result.push_back(weight);
        }
      }
    });
    if (testing::Test::HasFailure()) {  // told by the monitors; the parent would not know
      throw std::runtime_error("the run in style " +
                               std::string{style == CodingStyle::loosely_timed ? "lt" : "at"} + " failed");
    }
    std::vector<double> head{static_cast<double>(bench.ledger.counters().hops)};
    double network = 0;
    for (const Phase phase : foundation::training_phases) {
      network += static_cast<double>(bench.ledger.network_elapsed(phase).count());
    }
    head.push_back(network + static_cast<double>(bench.ledger.network_elapsed(Phase::inference).count()));
    head.push_back(static_cast<double>(bench.ledger.counters().inference_latency_ps));
    const foundation::EnergyTable table{
        bench.ledger,
        foundation::EnergyModel{bench.configuration->technology, model::chip_shape(*bench.configuration).tile,
                                model::energy_settings(*bench.configuration)}};
    head.push_back(static_cast<double>(table.nodes() * foundation::phase_count));
    for (std::size_t node = 0; node < table.nodes(); ++node) {
      for (std::size_t phase = 0; phase < foundation::phase_count; ++phase) {
        head.push_back(table.at(node, static_cast<Phase>(phase)).total());
      }
    }
    head.insert(head.end(), result.begin(), result.end());
    return head;
  });
  Outcome outcome;
  std::size_t next = 0;
  const auto take = [&] { return values.at(next++); };
  outcome.hops = take();
  outcome.network_ps = take();
  outcome.latency_ps = take();
  const auto energies = static_cast<std::size_t>(take());
  for (std::size_t i = 0; i < energies; ++i) {
    outcome.energies.push_back(take());
  }
  outcome.time_ps = take();
  outcome.loss = take();
  outcome.correct = take();
  outcome.weights.assign(values.begin() + static_cast<std::ptrdiff_t>(next), values.end());
  return outcome;
}

void expect_same_bits(const Scenario& scenario) {
  const Outcome lt = train(scenario, CodingStyle::loosely_timed);
  const Outcome at = train(scenario, CodingStyle::approximately_timed);
  EXPECT_GT(lt.weights.size(), 1000U);
  EXPECT_EQ(lt.time_ps, at.time_ps);
  EXPECT_EQ(lt.network_ps, at.network_ps);
  EXPECT_EQ(lt.latency_ps, at.latency_ps);
  EXPECT_EQ(lt.hops, at.hops);
  EXPECT_EQ(lt.loss, at.loss);
  EXPECT_EQ(lt.correct, at.correct);
  EXPECT_EQ(lt.energies, at.energies);
  EXPECT_EQ(lt.weights, at.weights);
}

// One tile per layer: packets of a layer have no one to wait for.
TEST(CodingStyles, AgreeToTheBitWithoutContention) {
  expect_same_bits({{"chip.mesh_rows=2", "chip.mesh_columns=2", "chip.tile_rows=600", "chip.tile_columns=64",
                     "network.image_hidden=[40, 20]", "training.transfer_interval=20"}});
}

// The preset's chip: at its collectors packets of several tiles meet, but what is waited for is the last of
// them, and that is the same one.
TEST(CodingStyles, AgreeToTheBitOnThePreset) {
  expect_same_bits({{"training.transfer_interval=40"}});
}

// Inferring, several examples are under way, on tiles and links of their own.
TEST(CodingStyles, AgreeToTheBitWithExamplesUnderWay) {
  expect_same_bits(
      {{"chip.mesh_rows=2", "chip.mesh_columns=2", "chip.tile_rows=600", "chip.tile_columns=64",
        "network.image_hidden=[40, 20]", "training.transfer_interval=20", "chip.examples_in_flight=4"}});
}

// On the preset's chip, layers share links: a packet of one example meets those of another. Loosely timed,
// the earlier example has the right of way; approximately timed, who comes first. What is computed is the
// same.
TEST(CodingStyles, ComputeTheSameWhereExamplesUnderWayMeet) {
  const Scenario scenario{{"training.transfer_interval=40", "chip.examples_in_flight=4"}};
  const Outcome lt = train(scenario, CodingStyle::loosely_timed);
  const Outcome at = train(scenario, CodingStyle::approximately_timed);
  std::printf("4 examples under way: time AT/LT %.6f, latency %.6f, energy %.6f\n", at.time_ps / lt.time_ps,
              at.latency_ps / lt.latency_ps, at.energy_j() / lt.energy_j());
  EXPECT_EQ(lt.weights, at.weights);
  EXPECT_EQ(lt.hops, at.hops);
  EXPECT_EQ(lt.correct, at.correct);
  EXPECT_EQ(lt.loss, at.loss);
  EXPECT_NEAR(at.time_ps / lt.time_ps, 1, 0.01);
  EXPECT_NEAR(at.latency_ps / lt.latency_ps, 1, 0.02);
  EXPECT_NEAR(at.energy_j() / lt.energy_j(), 1, 0.001);
}

TEST(CodingStyles, AgreeToTheBitOnDurationWires) {
  expect_same_bits({{"chip.mesh_rows=2", "chip.mesh_columns=2", "chip.tile_rows=600", "chip.tile_columns=64",
                     "network.image_hidden=[40, 20]", "training.transfer_interval=20",
                     "chip.examples_in_flight=2", "mesh.transport=circuit"}});
}

// On the preset's chip circuits wait for each other. Loosely timed, a call tree holds its circuits in the
// order of calls, and a later call for an earlier time finds the gap; approximately timed, in the order of
// time.
TEST(CodingStyles, DifferALittleWhereCircuitsWaitForEachOther) {
  const Scenario scenario{{"training.transfer_interval=40", "mesh.transport=circuit"}};
  const Outcome lt = train(scenario, CodingStyle::loosely_timed);
  const Outcome at = train(scenario, CodingStyle::approximately_timed);
  std::printf("circuits: time AT/LT %.6f, energy AT/LT %.6f, correct %g / %g\n", at.time_ps / lt.time_ps,
              at.energy_j() / lt.energy_j(), at.correct, lt.correct);
  EXPECT_NEAR(at.time_ps / lt.time_ps, 1, 0.01);
  EXPECT_NEAR(at.energy_j() / lt.energy_j(), 1, 0.01);
}

TEST(CodingStyles, AgreeToTheBitWithFloatWeights) {
  expect_same_bits({{}, 20, 128, tiles::Detail::ideal});
}

// Links of one bit make the mesh the bottleneck. Loosely timed, each link is a queue of its own and a
// packet that waits holds nothing up; approximately timed, full buffers hold up those behind, and who comes
// first is served first. Times differ, with them charge decay and standby, and through the weights the rest.
TEST(CodingStyles, DifferInTimeEnergyAndWeightsWhenLinksAreTheBottleneck) {
  const Scenario narrow{{"training.transfer_interval=0"}, 60, 1};
  const Outcome lt = train(narrow, CodingStyle::loosely_timed);
  const Outcome at = train(narrow, CodingStyle::approximately_timed);
  double largest = 0;
  for (std::size_t i = 0; i < lt.weights.size(); ++i) {
    largest = std::max(largest, std::abs(lt.weights[i] - at.weights[i]));
  }
  std::printf(
      "training, links of 1 bit: time AT/LT %.6f, energy AT/LT %.6f, correct %g / %g, "
      "weights differ by at most %.2g\n",
      at.time_ps / lt.time_ps, at.energy_j() / lt.energy_j(), at.correct, lt.correct, largest);
  EXPECT_EQ(lt.hops, at.hops);
  EXPECT_NE(lt.time_ps, at.time_ps);
  EXPECT_NEAR(at.time_ps / lt.time_ps, 1, 0.25);
  EXPECT_NEAR(at.energy_j() / lt.energy_j(), 1, 0.1);
}

class LostPacket : public testing::TestWithParam<CodingStyle> {};

// A route that ends in the middle of the mesh: the driver is told so, programs the chip anew and goes on.
TEST_P(LostPacket, IsANetworkErrorAndTheChipGoesOn) {
  ChipBench bench{{}, tiles::Detail::ideal};
  bench.description.style = GetParam();
  const auto data = load_data_set("strokes", {.train = 5, .test = 1});
  bench.map(528, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    driver.start();
    const auto program = bench.program(0.1);
    driver.write_registers(program);
    driver.load_weights(bench.mapping, start);
    const auto is_route = [](const model::RegisterWrite& write) {
      return write.address >= interconnect::node_window_base &&
             write.address % interconnect::node_window_bytes >= interconnect::router_table_offset;
    };
    const auto entry = std::find_if(program.begin(), program.end(), is_route);
    ASSERT_NE(entry, program.end());
    driver.write_registers(std::vector<model::RegisterWrite>{{entry->address, 0}});
    const auto batch = batch_of(memory, data.train);
    EXPECT_THROW(driver.train(batch), foundation::ModelError);
    driver.start();
    driver.write_registers(program);
    EXPECT_EQ(driver.train(batch).count, 5U);
  });
}

INSTANTIATE_TEST_SUITE_P(Styles, LostPacket, both_styles, style_name);

}  // namespace
