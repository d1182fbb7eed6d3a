#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "foundation/efficiency.h"
#include "foundation/error.h"
#include "foundation/peak.h"
#include "testbenches/unit/technology_of_node.h"

namespace kirchhoff::foundation {
namespace {

TEST(Efficiency, IsOperationsOverEnergyTimeAndArea) {
  const Efficiency e = efficiency(6e12, 2, 3, 4);
  EXPECT_DOUBLE_EQ(e.tops, 2);
  EXPECT_DOUBLE_EQ(e.tops_per_watt, 3);
  EXPECT_DOUBLE_EQ(e.tops_per_mm2, 0.5);
  EXPECT_EQ(efficiency(1, 0, 0, 0).tops_per_watt, 0);
  EXPECT_EQ(efficiency(1, 0, 0, 0).tops_per_mm2, 0);
}

TEST(Efficiency, NamesItsConvention) {
  EXPECT_EQ(op_convention_from("training"), OpConvention::training);
  EXPECT_EQ(op_convention_from("forward"), OpConvention::forward);
  EXPECT_EQ(to_string(OpConvention::forward), "forward");
  EXPECT_THROW(op_convention_from("inference"), InputError);
}

constexpr PeakSettings array_alone{{}, OpConvention::training, 0};

Peak closed_form_peak(const Technology& technology, std::int64_t rows, std::int64_t columns, double slots = 0,
                      const PeakSettings& settings = array_alone) {
  PeakActivity activity = closed_form_activity(technology);
  if (slots > 0) activity.slots = slots;
  return peak(activity, closed_form_geometry({rows, columns, 1, {}}, technology), technology, settings);
}

/// The independent closed-form estimate for a tile of 512 x 512 cells.
struct Estimate {
  const char* node;
  double per_watt;
  double per_mm2;
  double per_watt_with_transfer;
  double per_mm2_with_transfer;

  friend std::ostream& operator<<(std::ostream& out, const Estimate& estimate) {
    return out << estimate.node;
  }
};

class ClosedForm : public testing::TestWithParam<Estimate> {};

TEST_P(ClosedForm, AgreesWithin1Percent) {
  const Estimate& estimate = GetParam();
  const Peak result = closed_form_peak(unit::technology_of_node(estimate.node), 512, 512);
  EXPECT_NEAR(result.excluded.tops_per_watt / estimate.per_watt, 1, 0.01);
  EXPECT_NEAR(result.excluded.tops_per_mm2 / estimate.per_mm2, 1, 0.01);
  EXPECT_NEAR(result.with_transfer.tops_per_watt / estimate.per_watt_with_transfer, 1, 0.01);
  EXPECT_NEAR(result.with_transfer.tops_per_mm2 / estimate.per_mm2_with_transfer, 1, 0.01);
  EXPECT_NEAR(result.forward_s, 335e-9, 1e-15);
  EXPECT_NEAR(result.backward_s, 335e-9, 1e-15);
  EXPECT_NEAR(result.update_s, 155e-9, 1e-15);
}

INSTANTIATE_TEST_SUITE_P(Nodes, ClosedForm,
                         testing::Values(Estimate{"90nm", 18.15, 0.53, 16.08, 0.39},
                                         Estimate{"45nm", 28.62, 1.31, 25.94, 0.95},
                                         Estimate{"14nm", 43.55, 3.20, 39.53, 2.32}),
                         [](const auto& parameter) { return "node_" + std::string(parameter.param.node); });

TEST(ClosedFormVariants, AgreeAt90nm) {
  const Technology technology = unit::technology_of_node("90nm");
  const Peak slots63 = closed_form_peak(technology, 512, 512, 63);
  EXPECT_NEAR(slots63.excluded.tops_per_watt, 16.9, 0.1);
  EXPECT_NEAR(slots63.excluded.tops_per_mm2, 0.45, 0.005);

  PeakSettings paid_in_length = array_alone;
  paid_in_length.energy.f_realisation = FRealisation::pulse_length;
  EXPECT_NEAR(closed_form_peak(technology, 512, 512, 0, paid_in_length).excluded.tops_per_watt, 13.9, 0.1);

  const Peak small = closed_form_peak(technology, 131, 50);
  EXPECT_NEAR(small.excluded.tops_per_watt, 5.5, 0.1);
  EXPECT_NEAR(small.excluded.tops_per_mm2, 0.13, 0.005);
}

TEST(ClosedFormVariants, BreakdownAt90nm) {
  const EnergyBreakdown energy =
      closed_form_peak(unit::technology_of_node("90nm"), 512, 512).energy_with_transfer;
  const double total = energy.total();
  EXPECT_NEAR(total, 97.8e-9, 0.01 * 97.8e-9);
  const auto percent = [&](Booking booking) { return 100 * energy[booking] / total; };
  EXPECT_NEAR(percent(Booking::array_read_forward), 28, 0.5);
  EXPECT_NEAR(percent(Booking::conversion), 20, 0.5);
  EXPECT_NEAR(percent(Booking::array_read_transposed), 14, 0.5);
  EXPECT_NEAR(percent(Booking::transfer), 10, 0.5);
  EXPECT_NEAR(percent(Booking::control), 9, 0.5);
  EXPECT_NEAR(percent(Booking::update), 7, 0.5);
  EXPECT_NEAR(percent(Booking::integrator_bias), 4, 0.5);
}

TEST(ClosedFormVariants, ForwardConventionCountsTheForwardPassAlone) {
  const Technology technology = unit::technology_of_node("90nm");
  PeakSettings forward = array_alone;
  forward.convention = OpConvention::forward;
  const Peak result = closed_form_peak(technology, 512, 512, 0, forward);
  EXPECT_DOUBLE_EQ(result.operations, 2 * 512 * 512);
  EXPECT_EQ(result.update_s, 0);
  EXPECT_EQ(result.energy[Booking::update], 0);
  EXPECT_EQ(result.energy[Booking::array_read_transposed], 0);
  EXPECT_EQ(result.excluded.tops_per_watt, result.with_transfer.tops_per_watt);
  // 2 x 262144 op in 335 ns on 3.575 mm2.
  EXPECT_NEAR(result.excluded.tops_per_mm2, 2 * 262144 / 335e-9 * 1e-12 / result.area_mm2, 1e-9);
}

/// A run on one full tile that did exactly what the closed form assumes: measuring it gives the closed form
/// back.
TEST(MeasuredActivity, RecoversWhatTheRunDid) {
  const Technology technology = unit::technology_of_node("90nm");
  constexpr std::uint64_t n = 8000;
  constexpr std::uint64_t rows = 100;
  constexpr std::uint64_t columns = 50;
  constexpr double weights = rows * columns;
  Ledger ledger(1);
  ledger.counters().training_examples = n;
  ledger.counters().transfers = 1;
  Activity& forward = ledger.at(0, Phase::forward);
  forward.pcm_duty_s = n * weights * 5e-6 * 0.2;
  forward.capacitor_duty_s = n * weights * 12e-6 * 0.2;
  forward.row_drives = n * rows;
  forward.driver_passes = n * rows;
  forward.integrator_passes = n * columns;
  forward.conversions = n * columns;
  forward.stores = n * columns;
  forward.bit_hops = n * columns * 8;
  forward.sums = n * columns * 2;
  forward.functions = n * columns;
  forward.multiply_accumulates = n * rows * columns;
  Activity& backward = ledger.at(0, Phase::backward);
  backward.pcm_duty_s = n * weights * 5e-6 * 0.1;
  backward.capacitor_duty_s = n * weights * 12e-6 * 0.1;
  backward.column_drives = n * columns;
  backward.driver_passes = n * columns;
  backward.integrator_passes = n * rows;
  backward.conversions = n * rows;
  backward.stores = n * rows;
  backward.bit_hops = n * rows * 8;
  backward.sums = n * rows * 2;
  backward.functions = n * rows;
  backward.multiply_accumulates = n * rows * columns;
  Activity& update = ledger.at(0, Phase::update);
  update.row_update_pulses = n * rows * 31 / 5;
  update.column_update_pulses = n * columns * 31 / 10;
  update.update_lines = n * (rows + columns);
  update.multiply_accumulates = n * rows * columns;
  Activity& transfer = ledger.at(0, Phase::transfer);
  transfer.pcm_duty_s = 10 * weights * 5e-6;
  transfer.capacitor_duty_s = 10 * weights * 12e-6;
  transfer.row_drives = 10 * rows;
  transfer.driver_passes = 10 * rows;
  transfer.integrator_passes = 10 * rows * columns;
  transfer.conversions = 10 * rows * columns;
  transfer.set_pulses = 5 * rows * columns;
  transfer.reset_pulses = rows * columns * 4 / 10;

  const MeasuredActivity measured = measured_activity(ledger, technology, 31, 8000);
  EXPECT_TRUE(measured.assumed.empty());
  EXPECT_DOUBLE_EQ(measured.activity.sums, 2);
  EXPECT_DOUBLE_EQ(measured.activity.functions, 1);
  const TileGeometry geometry = closed_form_geometry({100, 50, 0, {}}, technology);
  const Peak from_run = peak(measured.activity, geometry, technology, array_alone);
  PeakActivity closed_form = closed_form_activity(technology);
  closed_form.sums = 2;  // between tiles; none in the closed form of one
  closed_form.functions = 1;
  const Peak assumed = peak(closed_form, geometry, technology, array_alone);
  for (std::size_t i = 0; i < booking_count; ++i) {
    EXPECT_NEAR(from_run.energy_with_transfer.joules[i], assumed.energy_with_transfer.joules[i],
                1e-6 * assumed.energy_with_transfer.total())
        << booking_names[i];
  }
  EXPECT_NEAR(from_run.with_transfer.tops_per_mm2 / assumed.with_transfer.tops_per_mm2, 1, 1e-9);
}

TEST(Peak, DeltasInTwoPhasesReadTwice) {
  const Technology technology = unit::technology_of_node("90nm");
  PeakActivity activity = closed_form_activity(technology);
  const TileGeometry geometry = closed_form_geometry({100, 50, 0, {}}, technology);
  const Peak once = peak(activity, geometry, technology, array_alone);
  // Conversions and passes are those of both phases, and so are the lines driven: each in one of them.
  activity.transposed_passes = 2;
  activity.column_drives /= 2;
  const Peak twice = peak(activity, geometry, technology, array_alone);
  EXPECT_EQ(twice.backward_s, 2 * once.backward_s);
  EXPECT_EQ(twice.forward_s, once.forward_s);
  const auto ratio = [&](Booking booking) {
    return twice.energy.joules[static_cast<std::size_t>(booking)] /
           once.energy.joules[static_cast<std::size_t>(booking)];
  };
  EXPECT_NEAR(ratio(Booking::conversion), (50 + 2 * 100) / 150.0, 1e-9);
  EXPECT_NEAR(ratio(Booking::integrator_bias), (50 + 2 * 100) / 150.0, 1e-9);
  EXPECT_NEAR(ratio(Booking::drivers), (100 + 2 * 50) / 150.0, 1e-9);
  EXPECT_NEAR(ratio(Booking::line_charging), 1, 1e-9);
  EXPECT_NEAR(ratio(Booking::array_read_transposed), 1, 1e-9);
}

TEST(Peak, OverlapTakesTimeAndNoEnergyButStandby) {
  const Technology technology = unit::technology_of_node("90nm");
  const PeakActivity activity = closed_form_activity(technology);
  const TileGeometry geometry = closed_form_geometry({100, 50, 0, {}}, technology);
  const Peak apart = peak(activity, geometry, technology, array_alone);
  PeakSettings settings = array_alone;
  settings.energy.overlap = true;
  const Peak together = peak(activity, geometry, technology, settings);
  EXPECT_NEAR(apart.forward_s, 335e-9, 1e-15);
  EXPECT_NEAR(together.forward_s, 207e-9, 1e-15);
  EXPECT_NEAR(together.backward_s, 207e-9, 1e-15);
  EXPECT_EQ(together.update_s, apart.update_s);
  EXPECT_EQ(together.transfer_s, apart.transfer_s) << "a verify read waits for its code";
  EXPECT_EQ(together.area_mm2, apart.area_mm2);
  for (std::size_t i = 0; i < booking_count; ++i) {
    const auto booking = static_cast<Booking>(i);
    if (booking == Booking::standby || booking == Booking::control) {
      EXPECT_LT(together.energy[booking], apart.energy[booking]);
    } else {
      EXPECT_EQ(together.energy[booking], apart.energy[booking]) << booking_names[i];
    }
  }
}

TEST(Peak, UpdatesThatPulsePcmTakeItsTimeAndEnergy) {
  const Technology technology = unit::technology_of_node("90nm");
  Ledger ledger(1);
  Activity& update = ledger.at(0, Phase::update);
  update.update_lines = 150;
  update.multiply_accumulates = 5000;
  update.set_pulses = 100;
  ledger.at(0, Phase::forward).driver_passes = 100;
  ledger.at(0, Phase::forward).integrator_passes = 50;
  PeakActivity activity = measured_activity(ledger, technology, 4, 0).activity;
  EXPECT_DOUBLE_EQ(activity.update_set_pulses, 0.02);
  const TileGeometry geometry = closed_form_geometry({100, 50, 0, {}}, technology);
  const Peak pairs = peak(activity, geometry, technology, array_alone);
  activity.update_set_pulses = 0;
  const Peak capacitors = peak(activity, geometry, technology, array_alone);
  EXPECT_DOUBLE_EQ(pairs.update_s, 4 * technology.t_pcm.base);
  EXPECT_DOUBLE_EQ(capacitors.update_s, 4 * technology.t_upd.base);
  EXPECT_NEAR(pairs.energy[Booking::update] - capacitors.energy[Booking::update],
              0.02 * 5000 * technology.e_set.base, 1e-9 * pairs.energy.total());
}

TEST(MeasuredActivity, SaysWhatTheRunDidNotDo) {
  const Technology technology = unit::technology_of_node("90nm");
  const MeasuredActivity measured = measured_activity(Ledger(1), technology, 63, 8000);
  EXPECT_EQ(measured.assumed,
            (std::vector<std::string>{"forward read", "transposed read", "update", "transfer"}));
  EXPECT_DOUBLE_EQ(measured.activity.backward_pcm_s, 5e-7);
  EXPECT_DOUBLE_EQ(measured.activity.slots, 63);
}

}  // namespace
}  // namespace kirchhoff::foundation
