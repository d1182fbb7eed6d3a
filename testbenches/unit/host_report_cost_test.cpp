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

TEST_F(PricedRun, BookingsAddUpAtEveryLevel) {
  RunResult result;
  inputs.draws = 0;
  price_run(inputs, result);
  const RunResult::Energy& energy = result.energy;
  ASSERT_EQ(energy.bookings_by_phase_j.size(), energy.by_phase_j.size());
  for (std::size_t i = 0; i < energy.by_phase_j.size(); ++i) {
    EXPECT_EQ(energy.bookings_by_phase_j[i].first, energy.by_phase_j[i].first);
    EXPECT_NEAR(total(energy.bookings_by_phase_j[i].second), energy.by_phase_j[i].second,
                1e-9 * energy.by_phase_j[i].second);
  }
  ASSERT_EQ(energy.bookings_by_layer_j.size(), energy.by_layer_j.size());
  for (std::size_t i = 0; i < energy.by_layer_j.size(); ++i) {
    EXPECT_EQ(energy.bookings_by_layer_j[i].first, energy.by_layer_j[i].first);
    EXPECT_NEAR(total(energy.bookings_by_layer_j[i].second), energy.by_layer_j[i].second,
                1e-9 * energy.by_layer_j[i].second);
  }
  ASSERT_EQ(energy.bookings_by_tile_j.size(), energy.by_tile_j.size());
  for (std::size_t i = 0; i < energy.by_tile_j.size(); ++i) {
    EXPECT_NEAR(total(energy.bookings_by_tile_j[i]), energy.by_tile_j[i], 1e-9 * energy.by_tile_j[i]);
  }
}

TEST_F(PricedRun, SaysWhatItHangsOnAndWhatThePublishedFiguresTake) {
  RunResult result;
  price_run(inputs, result);
  const RunResult::Efficiency& e = result.efficiency;
  ASSERT_TRUE(e.uncertainty.has_value());
  EXPECT_EQ(e.uncertainty->draws, 10000U);
  EXPECT_DOUBLE_EQ(e.achieved.pj_per_op, 1 / e.achieved.tops_per_watt);
  // 1/x turns the order around; between two draws the quantiles differ.
  EXPECT_NEAR((*e.achieved.pj_per_op_5_95)[0] * (*e.achieved.tops_per_watt_5_95)[1], 1, 1e-3);
  EXPECT_NEAR((*e.achieved.pj_per_op_5_95)[1] * (*e.achieved.tops_per_watt_5_95)[0], 1, 1e-3);
  ASSERT_FALSE(e.tornado.empty());
  for (std::size_t i = 1; i < e.tornado.size(); ++i)
    EXPECT_GE(e.tornado[i - 1].swing(), e.tornado[i].swing());
  const auto conv = std::find_if(e.tornado.begin(), e.tornado.end(),
                                 [](const auto& bar) { return bar.parameter == "t_conv"; });
  ASSERT_NE(conv, e.tornado.end());
  EXPECT_GT(conv->at_low[1], e.achieved.tops_per_mm2);
  EXPECT_LT(conv->at_high[1], e.achieved.tops_per_mm2);
  ASSERT_TRUE(e.published_reach.has_value());
  EXPECT_DOUBLE_EQ(e.published_reach->answer.at_base[0], e.peak.tops_per_watt);
  EXPECT_DOUBLE_EQ(e.published_reach->answer.at_base[1], e.peak.tops_per_mm2);
  EXPECT_FALSE(e.published_reach->answer.exists) << "tiles this small are all periphery";
}

TEST_F(PricedRun, TellsTheActivityThatPeakRestsOn) {
  inputs.draws = 0;
  Activity& transfer = ledger.at(0, Phase::transfer);
  transfer.capacitor_duty_s = 6e-3;  // with the 2 x 1e-3 of pairs, over 1,000 column reads: 8 uS
  Activity& forward = ledger.at(1, Phase::forward);
  forward.capacitor_duty_s = 0.1;  // with the pairs' 2e-3, over 131,000 weights: 0.779 uS
  RunResult result;
  price_run(inputs, result);
  const auto value = [&](const std::string& name) {
    const auto& all = result.efficiency.activity;
    return std::find_if(all.begin(), all.end(), [&](const auto& entry) { return entry.first == name; })
        ->second;
  };
  EXPECT_NEAR(value("pcm_pair_s"), 2e-6, 1e-15);
  EXPECT_NEAR(value("capacitor_s"), 6e-6, 1e-15);
  EXPECT_NEAR(value("pcm_pair_duty_forward_s") + value("capacitor_duty_forward_s"), 0.102 / 131000, 1e-15);
  EXPECT_NEAR(value("pcm_pair_duty_transposed_s"), 0.002 / 131000, 1e-15);
  EXPECT_EQ(value("update_slots"), 63);
  EXPECT_TRUE(result.efficiency.assumed_activity.empty());
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
