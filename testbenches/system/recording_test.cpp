#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "foundation/transaction_listener.h"
#include "testbenches/system/chip_bench.h"
#include "traces/vcd_reader.h"
#include "traces/vcd_writer.h"

// What a whole chip tells those who record it.
namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
using foundation::Duration;
using foundation::Phase;
using foundation::Transaction;

/// Adds up what transactions cost, by phase.
class Sums final : public foundation::TransactionListener {
 public:
  struct Sum {
    double bit_hops = 0;
    double router_flits = 0;
    std::size_t packets = 0;
  };

  Transaction::Party party(std::string_view name) override {
    names_.emplace_back(name);
    return static_cast<Transaction::Party>(names_.size() - 1);
  }
  void completed(const Transaction& transaction) override {
    EXPECT_LE(transaction.begin, transaction.end);
    last = transaction;
    if (transaction.phase) {
      Sum& sum = by_phase[*transaction.phase];
      sum.bit_hops += transaction.bit_hops;
      sum.router_flits += transaction.router_flits;
      ++sum.packets;
    } else if (transaction.kind == "DMA") {
      ++bursts;
      burst_bytes += transaction.bytes;
      host_bits += transaction.host_bits;
    } else {
      ++accesses;
    }
  }
  [[nodiscard]] bool wanted() const override { return true; }
  void settle(Duration /*time*/) override { ++settlements; }
  void example_finished() override { ++examples; }

  std::map<Phase, Sum> by_phase;
  Transaction last;
  std::uint64_t bursts = 0;
  std::uint64_t burst_bytes = 0;
  double host_bits = 0;
  std::uint64_t accesses = 0;
  std::uint64_t examples = 0;
  std::uint64_t settlements = 0;

 private:
  std::vector<std::string> names_;
};

TEST(Recording, TransactionsAddUpToTheLedger) {
  Sums sums;
  ChipBench bench{{"training.transfer_interval=10"}};
  bench.services.transactions = &sums;
  const auto data = load_data_set("strokes", {.train = 20, .test = 1});
  bench.map(cropped_inputs, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    bench.set_up(driver, start);
    driver.train(batch_of(memory, data.train));
    driver.transfer();
  });
  EXPECT_EQ(sums.examples, data.train.count());
  EXPECT_GT(sums.settlements, 0U);
  for (const Phase phase : {Phase::setup, Phase::forward, Phase::backward, Phase::update, Phase::transfer}) {
    const auto counted = bench.ledger.total(phase);
    const auto& sum = sums.by_phase[phase];
    EXPECT_GT(sum.packets, 0U);
    EXPECT_NEAR(sum.bit_hops, static_cast<double>(counted.bit_hops), 1e-9 * sum.bit_hops)
        << foundation::phase_names[foundation::index_of(phase)];
    EXPECT_NEAR(sum.router_flits, static_cast<double>(counted.router_flits), 1e-9 * sum.router_flits)
        << foundation::phase_names[foundation::index_of(phase)];
  }
  const auto& counters = bench.ledger.counters();
  EXPECT_EQ(sums.bursts, counters.dma_accesses);
  EXPECT_EQ(sums.burst_bytes, counters.dma_bytes);
  EXPECT_EQ(sums.host_bits, 8.0 * static_cast<double>(counters.dma_bytes));
  EXPECT_GT(sums.accesses, 1000U);  // the register program
}

TEST(Recording, RefusedAccessSaysWhy) {
  Sums sums;
  ChipBench bench{{}};
  bench.services.transactions = &sums;
  bench.run([&](ChipDriver& driver, MemoryMap& /*memory*/) {
    driver.start();
    std::vector<model::RegisterWrite> nowhere{{0x0fff'fff0, 1}};
    EXPECT_THROW(driver.write_registers(nowhere), std::exception);
  });
  EXPECT_EQ(sums.last.response, "ADDRESS_ERROR");
  EXPECT_EQ(sums.last.address, 0x0fff'fff0U);
  EXPECT_EQ(sums.last.kind, "REGISTER");
}

/// Value of a binary vector.
std::uint64_t number(const std::string& bits) {
  return std::stoull(bits, nullptr, 2);
}

TEST(Recording, QueuesRunEmptyAndBusyGoesWithTheState) {
  const auto path =
      std::filesystem::temp_directory_path() / ("kirchhoff_recording_" + std::to_string(::getpid()) + ".vcd");
  traces::VcdWriter writer{path, traces::Recording{}};
  ChipBench bench{{"training.transfer_interval=3"}, tiles::Detail::physics, &writer};
  const auto data = load_data_set("strokes", {.train = 8, .test = 1});
  bench.map(cropped_inputs, 10, true);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 1);
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    bench.set_up(driver, start);
    driver.train(batch_of(memory, data.train));
  });
  writer.close();
  const auto vcd = traces::read_vcd(path);
  std::filesystem::remove(path);
  std::map<std::string, std::uint64_t> deepest;  // by kind of part
  std::size_t parts = 0;
  for (const auto& [name, signal] : vcd.signals) {
    const std::size_t dot = name.rfind('.');
    const std::string part = name.substr(0, dot);
    if (name.substr(dot) == ".queue") {
      EXPECT_EQ(signal.changes.back().value, "0") << name;
      for (const auto& change : signal.changes) {
        const auto depth = number(change.value);
        EXPECT_LT(depth, 1000U) << name;  // below zero it would be huge
        auto& most = deepest[part.substr(0, part.find('_'))];
        most = std::max(most, depth);
      }
    } else if (name.substr(dot) == ".state") {
      ++parts;
      EXPECT_EQ(signal.changes.back().value, "IDLE") << name;
      for (const auto& change : signal.changes) {
        const auto state = vcd.value_at(name, change.time);  // what is at time 0 is behind the initial value
        EXPECT_EQ(vcd.value_at(part + ".busy", change.time), state == "IDLE" ? "0" : "1")
            << name << " at " << change.time.count();
      }
    }
  }
  // 32 tiles; 104 links between routers, 32 to tiles, one to the sequencer; sequencer, DMA, register
  // accesses.
  EXPECT_EQ(parts, 32U + 104 + 32 + 1 + 3);
  EXPECT_GT(deepest.at("chip.tile"), 1U);    // partial sums wait for each other
  EXPECT_GT(deepest.at("chip.router"), 1U);  // packets wait for links
  EXPECT_TRUE(vcd.signals.count("chip.tile_0_0.synapse_r0_c0.weight") > 0);
}

}  // namespace
