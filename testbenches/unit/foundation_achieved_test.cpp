#include <gtest/gtest.h>

#include "foundation/achieved.h"
#include "foundation/area_model.h"
#include "foundation/energy_table.h"
#include "foundation/phase_sets.h"
#include "testbenches/unit/technology_of_node.h"

namespace kirchhoff::foundation {
namespace {

using namespace std::chrono_literals;

Ledger some_run() {
  Ledger ledger(2);
  for (std::size_t tile = 0; tile < 2; ++tile) {
    for (const Phase phase : {Phase::forward, Phase::backward, Phase::update, Phase::inference}) {
      Activity& a = ledger.at(tile, phase);
      a.pcm_duty_s = 1e-3;
      a.conversions = 50 + tile;
      a.integrator_passes = 50;
      a.multiply_accumulates = 6550;
    }
    ledger.at(tile, Phase::transfer).set_pulses = 10;
    ledger.at(tile, Phase::transfer).multiply_accumulates = 1;  // verify reads are no operations of training
  }
  ledger.elapsed(Phase::forward) = 400ns;
  ledger.network_elapsed(Phase::forward) = 65ns;
  ledger.elapsed(Phase::backward) = 335ns;
  ledger.elapsed(Phase::update) = 315ns;
  ledger.elapsed(Phase::transfer) = 485ns;
  ledger.elapsed(Phase::inference) = 1s;
  return ledger;
}

class AchievedFigures : public testing::Test {
 protected:
  Technology technology = unit::technology_of_node("90nm");
  Ledger ledger = some_run();
  ChipShape chip{{131, 50, 1, {}}, 2, 3};
  Achieved training{ledger, chip, technology, {}, OpConvention::training};
};

TEST_F(AchievedFigures, AreTheRunsOwn) {
  const Achieved::Figures figures = training.under(technology);
  EXPECT_DOUBLE_EQ(figures.operations, 2 * 6 * 6550);
  EXPECT_NEAR(figures.seconds, 1535e-9, 1e-15);
  const EnergyTable table(ledger, EnergyModel(technology, chip.tile));
  EXPECT_NEAR(figures.joules / table.of(training_phases).total(), 1, 1e-9);
  EXPECT_DOUBLE_EQ(figures.area_mm2, chip_area(chip, technology).total_mm2());
  EXPECT_DOUBLE_EQ(figures.efficiency.tops_per_watt, figures.operations / figures.joules * 1e-12);
}

TEST_F(AchievedFigures, TimeScalesWithTheOperationThatFillsThePhase) {
  Technology slower = technology;
  slower.t_int.base *= 2;  // a read takes 463 instead of 335 ns
  EXPECT_NEAR(training.under(slower).seconds, 65e-9 + 463e-9 + 463e-9 + 315e-9 + 613e-9, 1e-15);
  slower = technology;
  slower.t_upd.base *= 3;
  EXPECT_NEAR(training.under(slower).seconds, 1535e-9 + 630e-9, 1e-15);
  slower = technology;
  slower.t_pcm.base += 15e-9;
  EXPECT_NEAR(training.under(slower).seconds, 1550e-9, 1e-15);
}

TEST_F(AchievedFigures, UpdatesThatPulsePcmScaleWithItsPulse) {
  ledger.at(0, Phase::update).set_pulses = 1;
  const Achieved pairs{ledger, chip, technology, {}, OpConvention::training};
  Technology slower = technology;
  slower.t_upd.base *= 3;
  EXPECT_NEAR(pairs.under(slower).seconds, 1535e-9, 1e-15);
  slower = technology;
  slower.t_pcm.base *= 2;  // of the transfer a part
  EXPECT_GT(pairs.under(slower).seconds, 1535e-9 + 315e-9);
}

TEST_F(AchievedFigures, ForwardConventionCountsTheForwardPassAlone) {
  const Achieved forward(ledger, chip, technology, {}, OpConvention::forward);
  const Achieved::Figures figures = forward.under(technology);
  EXPECT_DOUBLE_EQ(figures.operations, 2 * 2 * 6550);
  EXPECT_NEAR(figures.seconds, 400e-9, 1e-15);
}

}  // namespace
}  // namespace kirchhoff::foundation
