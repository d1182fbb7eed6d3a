#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "foundation/synapse_listener.h"
#include "testbenches/unit/tile_bench.h"

// Single synapses as a listener sees them.
namespace {

using namespace kirchhoff;
using foundation::Duration;
using foundation::Phase;
using foundation::SynapseChange;
using foundation::SynapseEvent;
using interconnect::VectorFormat;
using unit::small_tile;
using unit::TileBench;

constexpr std::uint32_t kRows = 9;
constexpr std::uint32_t kColumns = 5;
constexpr TileBench::Role kLast{
    .rows = kRows,
    .columns = kColumns,
    .control = tiles::control_collector | tiles::control_bias | tiles::control_last_layer};

/// Watches the first `count` cells of tile 0, row by row, and keeps everything.
class Watcher final : public foundation::SynapseListener {
 public:
  explicit Watcher(std::uint32_t count) : count_(count) {}

  [[nodiscard]] std::vector<Watched> watched(std::uint32_t node) const override {
    std::vector<Watched> cells;
    for (std::uint32_t id = 0; node == 0 && id < count_; ++id) {
      cells.push_back({id / kColumns, id % kColumns, id});
    }
    return cells;
  }
  void changed(std::uint32_t id, const SynapseChange& change) override { lives[id].push_back(change); }

  std::map<std::uint32_t, std::vector<SynapseChange>> lives;

 private:
  std::uint32_t count_;
};

/// Cells whose charge follows from their pulses alone.
tiles::TileParameters exact_cells() {
  auto parameters = small_tile(kRows, kColumns);
  auto& capacitor = parameters.synapse.capacitor;
  capacitor.step_spread = 0;
  capacitor.mismatch = 0;
  capacitor.step_slope = 0;
  capacitor.cycle_noise = 0;
  capacitor.decay_tau_ms = 1e6;
  return parameters;
}

std::vector<std::vector<float>> some_weights() {
  std::vector<std::vector<float>> weights(kRows, std::vector<float>(kColumns));
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j) {
      weights[i][j] = 0.1F * static_cast<float>(static_cast<int>(i) - static_cast<int>(j));
    }
  }
  return weights;
}

void learn(TileBench& bench) {
  const std::vector<float> inputs{255, 100, 0, 30, 200, 60, 255, 0};
  const std::vector<float> deltas{200, -180, 0, 40, -250};
  bench.send(unit::route_in, VectorFormat::u8, inputs, bench.now);
  bench.send(unit::route_delta, VectorFormat::s16, deltas, bench.now, 0, Phase::backward);
}

void transfer(TileBench& bench) {
  bench.send(unit::route_transfer, VectorFormat::none, {}, bench.now, 0, Phase::transfer);
}

TEST(TileProbe, PulsesOfAllCellsAreThoseThatTheTileCounts) {
  Watcher watcher{kRows * kColumns};
  TileBench bench{exact_cells(), &watcher};
  bench.configure(kLast);
  bench.program(some_weights());
  for (int example = 0; example < 10; ++example) {
    learn(bench);
  }
  std::uint64_t pulses = 0;
  for (const auto& [id, life] : watcher.lives) {
    pulses += life.back().state.pulses_up + life.back().state.pulses_down;
  }
  EXPECT_GT(pulses, 100U);
  EXPECT_EQ(pulses, bench.ledger.at(0, Phase::update).update_pulses);
}

TEST(TileProbe, ChargeMovesByTheDifferenceOfThePulses) {
  Watcher watcher{kRows * kColumns};
  TileBench bench{exact_cells(), &watcher};
  bench.configure(kLast);
  bench.program(some_weights());
  for (int round = 0; round < 2; ++round) {  // with both polarities
    std::map<std::uint32_t, SynapseChange> before;
    for (const auto& [id, life] : watcher.lives) {
      before[id] = life.back();
    }
    learn(bench);
    for (const auto& [id, life] : watcher.lives) {
      const auto& from = before[id].state;
      const auto& to = life.back().state;
      const double steps = (static_cast<double>(to.pulses_up) - static_cast<double>(from.pulses_up)) -
                           (static_cast<double>(to.pulses_down) - static_cast<double>(from.pulses_down));
      const double dg = bench.parameters.synapse.capacitor.dg_us();
      EXPECT_NEAR(static_cast<double>(to.g_capacitor_us - from.g_capacitor_us), steps * dg, 1e-3) << id;
      EXPECT_NEAR(static_cast<double>(to.weight - from.weight),
                  to.polarity * steps * dg / bench.parameters.synapse.kappa_us, 1e-4);
    }
    transfer(bench);
    EXPECT_EQ(watcher.lives[0].back().state.polarity, round == 0 ? -1 : 1);
  }
}

TEST(TileProbe, TellsOnlyWhatChanges) {
  Watcher watcher{kRows * kColumns};
  TileBench bench{exact_cells(), &watcher};
  bench.configure(kLast);
  bench.program(some_weights());
  learn(bench);
  learn(bench);
  transfer(bench);
  constexpr std::uint32_t silent = 2 * kColumns;  // its input is 0
  const auto& still = watcher.lives[silent];
  ASSERT_EQ(still.size(), 2U);
  EXPECT_EQ(still[0].event, SynapseEvent::program);
  EXPECT_EQ(still[0].example, 0U);
  EXPECT_EQ(still[1].event, SynapseEvent::transfer);

  const auto& busy = watcher.lives[0];
  ASSERT_EQ(busy.size(), 4U);
  EXPECT_EQ(busy[1].event, SynapseEvent::update);
  EXPECT_GT(busy[1].state.pulses_down, 0U);  // a positive delta makes the weight smaller
  EXPECT_EQ(busy[1].state.pulses_up, 0U);
  EXPECT_GT(busy[2].example, busy[1].example);
  EXPECT_EQ(busy[3].example, busy[2].example);
  for (std::size_t i = 1; i < busy.size(); ++i) {
    EXPECT_GT(busy[i].at, busy[i - 1].at);
    EXPECT_GE(busy[i].state.pulses_down, busy[i - 1].state.pulses_down);
  }
  const auto cell = bench.core.array().cell(0, 0);
  EXPECT_EQ(busy[3].state.weight, cell.weight);
  EXPECT_EQ(busy[3].state.g_plus_us, cell.g_plus_us);
  EXPECT_EQ(busy[3].state.g_minus_us, cell.g_minus_us);
  EXPECT_EQ(busy[3].state.g_capacitor_us, cell.g_capacitor_us);
}

TEST(TileProbe, ChargeThatLeaksIsNoUpdate) {
  Watcher watcher{1};
  auto parameters = exact_cells();
  parameters.synapse.capacitor.decay_tau_ms = 1;
  TileBench bench{parameters, &watcher};
  bench.configure(kLast);
  bench.program(some_weights());
  learn(bench);
  const auto pulses = watcher.lives[0].back().state;
  bench.now += Duration{1'000'000'000};
  transfer(bench);
  const auto& life = watcher.lives[0];
  ASSERT_EQ(life.size(), 4U);
  EXPECT_EQ(life[2].event, SynapseEvent::decay);
  EXPECT_EQ(life[2].state.pulses_down, pulses.pulses_down);
  EXPECT_EQ(life[3].event, SynapseEvent::transfer);
}

TEST(TileProbe, IdealCellsHaveNoPulsesAndNoPolarity) {
  Watcher watcher{1};
  TileBench bench{small_tile(kRows, kColumns, tiles::Detail::ideal), &watcher};
  bench.configure(kLast);
  bench.program(some_weights());
  bench.send(unit::route_in, VectorFormat::f32, std::vector<float>(kRows - 1, 1.0F), bench.now);
  bench.send(unit::route_delta, VectorFormat::f32, std::vector<float>(kColumns, 0.5F), bench.now);
  const auto& life = watcher.lives[0];
  ASSERT_EQ(life.size(), 2U);
  EXPECT_EQ(life[1].event, SynapseEvent::update);
  EXPECT_EQ(life[1].state.polarity, 0);
  EXPECT_EQ(life[1].state.pulses_up + life[1].state.pulses_down, 0U);
}

}  // namespace
