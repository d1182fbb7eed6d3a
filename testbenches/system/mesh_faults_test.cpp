#include <gtest/gtest.h>

#include <algorithm>

#include "foundation/activity.h"
#include "foundation/error.h"
#include "interconnect/packet_address.h"
#include "interconnect/router_registers.h"
#include "model/chip/address_map.h"
#include "testbenches/host/child.h"
#include "testbenches/system/chip_bench.h"

namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
using foundation::Phase;
using interconnect::NodeId;
using interconnect::RouterRegister;

constexpr double kRate = 0.1;
const std::vector<std::string> kFaults{R"(mesh.disabled_tiles=["0,2", "1,3", "2,0"])",
                                       R"(mesh.disabled_links=["0,0-0,1", "1,4-2,4"])"};

std::uint64_t register_of(NodeId node, RouterRegister address) {
  return interconnect::node_register_address(node, static_cast<std::uint64_t>(address));
}

std::vector<float> all_of(const std::vector<Matrix>& matrices) {
  std::vector<float> all;
  for (const Matrix& matrix : matrices) all.insert(all.end(), matrix.values.begin(), matrix.values.end());
  return all;
}

std::vector<float> train(ChipBench& bench, const Examples& examples) {
  bench.map(cropped_inputs, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 3);
  std::vector<float> weights;
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    bench.set_up(driver, start, kRate);
    const auto completion = driver.train(batch_of(memory, examples));
    EXPECT_EQ(completion.count, examples.count());
    weights = all_of(driver.read_weights(bench.network, bench.mapping));
  });
  return weights;
}

TEST(MeshFaults, SpareTilesTrainAroundDisabledTilesAndLinks) {
  const auto data = load_data_set("strokes", {.train = 300, .test = 1});
  const auto whole = in_child_values<float>([&] {
    ChipBench bench{{}, tiles::Detail::ideal, nullptr, "209k-spare"};
    return train(bench, data.train);
  });
  ChipBench bench{kFaults, tiles::Detail::ideal, nullptr, "209k-spare"};
  EXPECT_EQ(train(bench, data.train), whole);  // where a weight lies does not matter to ideal ones
}

TEST(MeshFaults, WithoutSparesTheSameFaultsAreRefusedWithTheNumbers) {
  ChipBench bench{kFaults, tiles::Detail::ideal};
  try {
    bench.map(cropped_inputs, 10, true);
    FAIL() << "32 tiles on 29";
  } catch (const foundation::InputError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("needs 32 tiles"), std::string::npos) << message;
    EXPECT_NE(message.find("the chip has 29"), std::string::npos) << message;
  }
}

TEST(MeshFaults, TheHostReadsWhatIsBrokenAndIsRefusedBehindIt) {
  ChipBench bench{
      {R"(mesh.disabled_tiles=["2,0"])", R"(mesh.disabled_links=["0,0-0,1"])", "network.image_hidden=[60]"},
      tiles::Detail::ideal};
  const Examples examples = load_data_set("strokes", {.train = 20, .test = 1}).train;
  bench.map(cropped_inputs, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 3);
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    driver.start();
    EXPECT_EQ(driver.read_register(register_of(0, RouterRegister::link_fault)), 0x02U);
    EXPECT_EQ(driver.read_register(register_of(0, RouterRegister::link_enable)), 0x1fU);
    EXPECT_EQ(driver.read_register(register_of(16, RouterRegister::link_fault)), 0x10U);
    // By XY over the broken link: refused until the access tables know the way around.
    EXPECT_THROW(driver.read_register(register_of(3, RouterRegister::link_fault)), foundation::ModelError);
    EXPECT_THROW(driver.read_register(interconnect::node_register_address(16, 0)), foundation::ModelError);
    driver.clear_errors();
    driver.write_registers(bench.program(kRate));
    EXPECT_EQ(driver.read_register(register_of(1, RouterRegister::link_fault)), 0x08U);
    EXPECT_EQ(driver.read_register(register_of(3, RouterRegister::link_fault)), 0U);
    driver.load_weights(bench.mapping, start);
    EXPECT_EQ(driver.train(batch_of(memory, examples)).count, examples.count());
  });
}

TEST(MeshFaults, ALinkSwitchedOffStopsTheExampleAndSwitchedOnAgainTheChipGoesOn) {
  ChipBench bench{{"network.image_hidden=[60]", "training.transfer_interval=0"}, tiles::Detail::ideal};
  const Examples examples = load_data_set("strokes", {.train = 20, .test = 1}).train;
  bench.map(cropped_inputs, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 3);
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    bench.set_up(driver, start, kRate);
    const auto batch = batch_of(memory, examples);
    const auto link_enable = [](std::uint32_t mask) {
      return std::vector<model::RegisterWrite>{{register_of(0, RouterRegister::link_enable), mask}};
    };
    driver.write_registers(link_enable(0x1d));  // not to the east
    try {
      driver.train(batch);
      FAIL() << "packets passed a link that is off";
    } catch (const foundation::ModelError& error) {
      EXPECT_NE(std::string{error.what()}.find("error 4"), std::string::npos)
          << error.what();  // error_network
    }
    EXPECT_THROW(driver.read_register(register_of(1, RouterRegister::link_enable)), foundation::ModelError);
    driver.clear_errors();
    driver.write_registers(link_enable(0x1f));
    // What arrived of the example is lost by enabling the tiles once more.
    driver.write_registers(bench.program(kRate));
    EXPECT_EQ(driver.train(batch).count, examples.count());
  });
}

TEST(MeshFaults, AnAccessTableThatLeadsInACircleIsRefused) {
  ChipBench bench{{}, tiles::Detail::ideal};
  bench.run([&](ChipDriver& driver, MemoryMap& /*memory*/) {
    driver.start();
    const auto table = [](NodeId router, std::uint32_t word) {
      return std::vector<model::RegisterWrite>{
          {interconnect::node_register_address(router, interconnect::router_access_table_offset), word}};
    };
    driver.write_registers(table(1, 0x4000));  // node 3: back to the west
    driver.write_registers(table(0, 0x2000));  // and from there to the east
    EXPECT_THROW(driver.read_register(register_of(3, RouterRegister::link_enable)), foundation::ModelError);
    std::uint32_t word = 0;
    EXPECT_EQ(
        driver.peek(register_of(3, RouterRegister::link_enable), std::as_writable_bytes(std::span{&word, 1})),
        0U);
    driver.write_registers(table(1, 0));
    EXPECT_EQ(driver.read_register(register_of(3, RouterRegister::link_enable)), 0x1fU);
  });
}

TEST(Traffic, ThePlanForetellsWhatTheMeshCounts) {
  // On a chip with detours, so that links are counted as they are taken.
  ChipBench bench{{kFaults[0], kFaults[1], "training.transfer_interval=0"},
                  tiles::Detail::physics,
                  nullptr,
                  "209k-spare"};
  const Examples examples = load_data_set("strokes", {.train = 25, .test = 1}).train;
  bench.map(cropped_inputs, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 3);
  const auto plan =
      model::plan_network(bench.network, bench.mapping, model::program_options(*bench.configuration, kRate));
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    driver.start();
    driver.write_registers(plan.writes);
    driver.load_weights(bench.mapping, start);
    driver.train(batch_of(memory, examples));
  });
  std::uint64_t bit_hops = 0;
  std::uint64_t flits = 0;
  for (NodeId node = 0; node < bench.description.topology.node_count(); ++node) {
    for (const Phase phase : {Phase::forward, Phase::backward, Phase::update}) {
      bit_hops += bench.ledger.at(node, phase).bit_hops;
      flits += bench.ledger.at(node, phase).router_flits;
    }
  }
  std::uint64_t expected_bits = 0;
  std::uint64_t expected_flits = 0;
  for (const auto& route : plan.routes) {
    // Beside the links between routers those to tiles (no distance) or to the sequencer.
    const std::uint64_t exits = route.destinations.empty() ? route.sources.size() : route.destinations.size();
    expected_bits += route.bits * (route.hops + (route.destinations.empty() ? exits * route.packets : 0));
    expected_flits += route.flits * (route.hops + exits * route.packets);
  }
  EXPECT_EQ(bit_hops, expected_bits * examples.count());
  EXPECT_EQ(flits, expected_flits * examples.count());
}

}  // namespace
