#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>

#include "foundation/error.h"
#include "testbenches/host/report_cost.h"
#include "testbenches/unit/technology_of_node.h"

namespace kirchhoff::testbenches {
namespace {

using foundation::Activity;
using foundation::Ledger;
using foundation::Phase;
using namespace std::chrono_literals;

/// Two tiles of one layer each, one idle; ten examples.
Ledger small_run() {
  Ledger ledger(3);
  ledger.counters().training_examples = 10;
  ledger.counters().transfers = 1;
  ledger.counters().packets = 77;
  for (std::size_t tile = 0; tile < 2; ++tile) {
    for (const Phase phase : {Phase::forward, Phase::backward, Phase::update, Phase::transfer}) {
      Activity& a = ledger.at(tile, phase);
      a.pcm_duty_s = 1e-3;
      a.driver_passes = 1310;
      a.integrator_passes = 500;
      a.update_lines = 1810;
      a.conversions = 500;
      a.row_update_pulses = 100;
      a.multiply_accumulates = phase == Phase::transfer ? 7 : 65500;  // verify reads are no training
      a.update_pulses = 3;
    }
  }
  ledger.at(ledger.host_node(), Phase::forward).stores = 40;
  ledger.at(0, Phase::setup).set_pulses = 1000;
  ledger.at(0, Phase::inference).conversions = 500;
  ledger.elapsed(Phase::setup) = 1us;
  ledger.elapsed(Phase::forward) = 4us;
  ledger.network_elapsed(Phase::forward) = 1us;
  ledger.elapsed(Phase::backward) = 3us;
  ledger.network_elapsed(Phase::backward) = 1us;
  ledger.elapsed(Phase::update) = 2us;
  ledger.elapsed(Phase::transfer) = 1us;
  ledger.elapsed(Phase::inference) = 5us;
  return ledger;
}

constexpr std::array<int, 3> layers{0, 1, -1};

double total(const NamedValues& values) {
  double sum = 0;
  for (const auto& [name, value] : values) sum += value;
  return sum;
}

class PricedRun : public testing::Test {
 protected:
  foundation::Technology technology = unit::technology_of_node("90nm");
  Ledger ledger = small_run();
  CostInputs inputs{
      ledger, technology, {{131, 50, 1, {}}, 3, 3}, {}, foundation::OpConvention::training, layers, 63, 10};
};

TEST_F(PricedRun, EnergyAddsUpAtEveryLevel) {
  RunResult result;
  price_run(inputs, result);
  const RunResult::Energy& energy = result.energy;
  ASSERT_GT(energy.per_example_j, 0);
  EXPECT_NEAR(total(energy.breakdown_j) / energy.per_example_j, 1, 1e-9);
  EXPECT_NEAR(total(energy.by_phase_j) / energy.per_example_j, 1, 1e-9);
  EXPECT_NEAR(total(energy.by_layer_j) / energy.per_example_j, 1, 1e-9);
  double tiles = energy.sequencer_j;
  for (const double tile : energy.by_tile_j) tiles += tile;
  EXPECT_NEAR(tiles / energy.per_example_j, 1, 1e-9);
  EXPECT_NEAR(energy.training_j / (10 * energy.per_example_j), 1, 1e-9);
  EXPECT_NEAR(energy.per_op_j * 786000 / energy.training_j, 1, 1e-9);
  EXPECT_GT(energy.setup_j, 1000 * 1e-11);
  EXPECT_GT(energy.inference_j, 500 * 1.94e-11);
  ASSERT_EQ(energy.by_layer_j.size(), 4U);
  EXPECT_EQ(energy.by_layer_j[1].first, "layer 2");
  EXPECT_DOUBLE_EQ(energy.by_layer_j[2].second, energy.by_tile_j[2]);
  EXPECT_GT(energy.by_layer_j[2].second, 0) << "idle tiles leak";
  EXPECT_NEAR(energy.sequencer_j, 1.1 * 40 * technology.e_store.base / 10, 1e-18);
}

TEST_F(PricedRun, TimeAddsUp) {
  RunResult result;
  price_run(inputs, result);
  EXPECT_NEAR(result.time.per_example_s, 1e-6, 1e-18);
  EXPECT_NEAR(result.time.forward_s, 0.3e-6, 1e-18);
  EXPECT_NEAR(result.time.backward_s, 0.2e-6, 1e-18);
  EXPECT_NEAR(result.time.update_s, 0.2e-6, 1e-18);
  EXPECT_NEAR(result.time.transfer_amortised_s, 0.1e-6, 1e-18);
  EXPECT_NEAR(result.time.network_s, 0.2e-6, 1e-18);
  EXPECT_NEAR(result.time.training_s, 10e-6, 1e-18);
  EXPECT_NEAR(result.run.simulated_s, 16e-6, 1e-18);
}

TEST_F(PricedRun, CountsAndAchievedFiguresAreOfTrainingAlone) {
  RunResult result;
  price_run(inputs, result);
  EXPECT_EQ(result.counts.operations, 2U * 6 * 65500);
  EXPECT_EQ(result.counts.conversions, 4000U);
  EXPECT_EQ(result.counts.set_pulses, 0U);
  EXPECT_EQ(result.counts.packets, 77U);
  EXPECT_EQ(result.run.examples, 10U);
  EXPECT_NEAR(result.efficiency.achieved.tops, 786000 / 10e-6 * 1e-12, 1e-9);
  EXPECT_NEAR(result.efficiency.achieved.tops_per_watt, 1e-12 / result.energy.per_op_j, 1e-9);
  EXPECT_NEAR(result.efficiency.achieved.tops_per_mm2,
              result.efficiency.achieved.tops / result.area.total_mm2, 1e-12);
  EXPECT_NEAR(total(result.area.breakdown_mm2), result.area.total_mm2, 1e-12);
  EXPECT_TRUE(result.warnings.empty());
}

TEST_F(PricedRun, IntervalsAreDrawnOrLeftOutWithAWarning) {
  RunResult result;
  price_run(inputs, result);
  ASSERT_TRUE(result.efficiency.achieved.tops_per_watt_5_95.has_value());
  EXPECT_LT((*result.efficiency.achieved.tops_per_watt_5_95)[0],
            *result.efficiency.achieved.tops_per_watt_median);
  EXPECT_LT(*result.efficiency.achieved.tops_per_watt_median,
            (*result.efficiency.achieved.tops_per_watt_5_95)[1]);
  inputs.draws = 0;
  RunResult without;
  price_run(inputs, without);
  EXPECT_FALSE(without.efficiency.achieved.tops_per_watt_5_95.has_value());
  EXPECT_EQ(without.warnings.size(), 1U);
}

TEST_F(PricedRun, SaysWhatItAssumed) {
  for (const Phase phase : {Phase::backward, Phase::transfer}) {
    for (std::size_t tile = 0; tile < 2; ++tile) ledger.at(tile, phase) = {};
  }
  inputs.draws = 1;
  RunResult result;
  price_run(inputs, result);
  ASSERT_EQ(result.warnings.size(), 2U);
  EXPECT_NE(result.warnings[0].find("transposed read"), std::string::npos);
  EXPECT_NE(result.warnings[1].find("transfer"), std::string::npos);
}

TEST_F(PricedRun, RefusesALedgerOfAnotherChip) {
  inputs.chip.tiles = 4;
  RunResult result;
  EXPECT_THROW(price_run(inputs, result), foundation::ModelError);
}

TEST(Provenance, ListsTechnologyAndConfiguration) {
  RunResult result;
  add_provenance(unit::technology_of_node("90nm"), result);
  ASSERT_EQ(result.provenance.size(), foundation::technology_fields().size());
  const auto adc = std::find_if(result.provenance.begin(), result.provenance.end(),
                                [](const auto& entry) { return entry.parameter == "technology.e_adc"; });
  ASSERT_NE(adc, result.provenance.end());
  EXPECT_EQ(std::get<double>(adc->value), 1.94e-11);
  EXPECT_EQ(adc->mark, "source");
  EXPECT_EQ(*adc->low, 5e-12);
  EXPECT_EQ(*adc->high, 3e-11);
  EXPECT_FALSE(adc->note.empty());

  result.provenance.clear();
  foundation::ParameterTable table;
  double rate = 0.1;
  bool decay = true;
  std::string rounding = "floor";
  table.real("training.learning_rate", rate, "", 0, std::numeric_limits<double>::infinity(),
             foundation::Mark::assumed, "a note");
  table.flag("cell.decay", decay, foundation::Mark::assumed, "");
  table.choice("update.rounding", rounding, {"floor", "nearest"}, foundation::Mark::assumed, "");
  add_provenance(table, result);
  ASSERT_EQ(result.provenance.size(), 3U);
  EXPECT_EQ(std::get<double>(result.provenance[0].value), 0.1);
  EXPECT_EQ(*result.provenance[0].low, 0);
  EXPECT_FALSE(result.provenance[0].high.has_value());
  EXPECT_EQ(result.provenance[0].note, "a note");
  EXPECT_TRUE(std::get<bool>(result.provenance[1].value));
  EXPECT_EQ(std::get<std::string>(result.provenance[2].value), "floor");
}

}  // namespace
}  // namespace kirchhoff::testbenches
