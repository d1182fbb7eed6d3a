#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>

#include "foundation/energy_model.h"
#include "foundation/error.h"
#include "foundation/phase_sets.h"
#include "foundation/technology.h"

namespace kirchhoff::foundation {
namespace {

/// Round numbers that can be priced by hand. 4 x 8 cells, cell pitch 2 um.
Technology round_numbers() {
  Technology t;
  for (const TechnologyField& field : technology_fields()) (t.*field.member).base = 1;
  t.vdd.base = 2;
  t.v_rail.base = 3;
  t.v_read.base = 0.5;
  t.t_int.base = 100e-9;
  t.t_conv.base = 50e-9;
  t.e_adc.base = 7e-12;
  t.i_amp.base = 1e-6;
  t.e_drv.base = 11e-12;
  t.e_upl.base = 13e-12;
  t.e_store.base = 17e-12;
  t.c_line_um.base = 1e-15;
  t.c_gate.base = 3e-15;
  t.a_cell.base = 4;
  t.a_neu.base = 100;
  t.a_router.base = 60;
  t.a_sram.base = 0.5;
  t.a_dig.base = 7;
  t.a_ovh.base = 0.25;
  t.e_sum.base = 29e-12;
  t.e_act.base = 31e-12;
  t.e_softmax.base = 37e-12;
  t.e_host.base = 3e-12;
  t.e_wire.base = 1e-12;
  t.e_router.base = 2e-12;
  t.link_width.base = 32;
  t.e_buffer.base = 5e-15;
  t.e_reduce.base = 4e-12;
  t.i_leak.base = 1e-9;
  t.e_set.base = 19e-12;
  t.e_reset.base = 23e-12;
  t.ctl.base = 0.1;
  return t;
}

constexpr TileGeometry shape{4, 8, 0, {}};
constexpr TileGeometry wired_shape{4, 8, 0, {}, 16};
constexpr TileGeometry adding_shape{4, 8, 0, {}, 16, 24, 6};

/// Every count is different from zero.
Activity something_of_everything() {
  Activity a;
  a.pcm_duty_s = 3e-6;
  a.capacitor_duty_s = 5e-6;
  a.row_drives = 2;
  a.column_drives = 3;
  a.row_update_pulses = 5;
  a.column_update_pulses = 7;
  a.driver_passes = 11;
  a.integrator_passes = 13;
  a.update_lines = 17;
  a.conversions = 19;
  a.stores = 23;
  a.bit_hops = 29;
  a.router_flits = 31;
  a.router_sums = 71;
  a.pulse_hops = 61;
  a.pulse_buffers = 67;
  a.sums = 43;
  a.functions = 47;
  a.softmax_values = 53;
  a.host_bits = 59;
  a.set_pulses = 37;
  a.reset_pulses = 41;
  return a;
}

void expect_only(const EnergyBreakdown& energy, Booking booking, double joules) {
  for (std::size_t i = 0; i < booking_count; ++i) {
    const auto here = static_cast<Booking>(i);
    double expected = 0;
    if (here == booking) expected = joules;
    if (here == Booking::control) expected = 0.1 * joules;
    EXPECT_NEAR(energy[here], expected, 1e-12 * joules) << booking_names[i];
  }
}

class EnergyByHand : public testing::Test {
 protected:
  Technology technology = round_numbers();
  EnergyModel model{technology, shape};
};

TEST_F(EnergyByHand, ArrayRead) {
  Activity a;
  a.pcm_duty_s = 3e-6;
  a.capacitor_duty_s = 5e-6;
  // 3 V x 0.5 V x 8 uS x 100 ns
  expect_only(model.price(a, Phase::forward), Booking::array_read_forward, 1.2e-12);
  expect_only(model.price(a, Phase::inference), Booking::array_read_forward, 1.2e-12);
  expect_only(model.price(a, Phase::backward), Booking::array_read_transposed, 1.2e-12);
  // F = 3 in the pulse length: 3 x 3 uS + 5 uS.
  const EnergyModel longer(technology, shape, {FRealisation::pulse_length, 3});
  expect_only(longer.price(a, Phase::forward), Booking::array_read_forward, 2.1e-12);
}

TEST_F(EnergyByHand, Lines) {
  // A row line crosses 8 cells of 2 um: 8 x (2 fF + 3 fF) = 40 fF, x 4 V2 = 160 fJ; a column line half of it.
  Activity a;
  a.row_drives = 2;
  expect_only(model.price(a, Phase::forward), Booking::line_charging, 320e-15);
  a = {};
  a.column_drives = 3;
  expect_only(model.price(a, Phase::backward), Booking::line_charging, 240e-15);
  a = {};
  a.row_update_pulses = 5;
  a.column_update_pulses = 7;
  a.update_lines = 17;
  expect_only(model.price(a, Phase::update), Booking::update, 5 * 160e-15 + 7 * 80e-15 + 17 * 13e-12);
}

TEST_F(EnergyByHand, ReferenceLineLengthensTheOthers) {
  const EnergyModel with_reference(technology, {4, 8, 1, {}});
  Activity a;
  a.row_drives = 8;
  expect_only(with_reference.price(a, Phase::forward), Booking::line_charging, 9 * 160e-15);
}

TEST_F(EnergyByHand, PeripheryAndNetwork) {
  Activity a;
  a.conversions = 19;
  expect_only(model.price(a, Phase::forward), Booking::conversion, 19 * 7e-12);
  a = {};
  a.integrator_passes = 13;
  expect_only(model.price(a, Phase::forward), Booking::integrator_bias, 13 * 1e-6 * 2 * 150e-9);
  a = {};
  a.driver_passes = 11;
  expect_only(model.price(a, Phase::forward), Booking::drivers, 121e-12);
  a = {};
  a.stores = 23;
  expect_only(model.price(a, Phase::update), Booking::storage, 23 * 17e-12);
  a = {};
  a.bit_hops = 29;
  // Tile: (32 x 4 + 12 x 100 + 60 + 7 + (4 x 8 + 8 x 33) x 0.5) um2 x 1.25 = 1928.75 um2.
  const double pitch_mm = std::sqrt(1928.75e-6);
  EXPECT_NEAR(model.link_mm(), pitch_mm, 1e-12);
  expect_only(model.price(a, Phase::forward), Booking::routing, 29 * pitch_mm * 1e-12);
  const EnergyModel long_link(technology, {4, 8, 0, 2.0});
  expect_only(long_link.price(a, Phase::forward), Booking::routing, 29 * 2 * 1e-12);
  a = {};
  a.router_flits = 31;
  expect_only(model.price(a, Phase::forward), Booking::routing, 31 * 32 * 2e-12);
}

TEST_F(EnergyByHand, AdditionsInRouters) {
  Activity a;
  a.router_sums = 71;
  expect_only(model.price(a, Phase::forward), Booking::routing, 71 * 4e-12);
  // 24 bits of 0.5 um2 and 6 adders of 1 um2 beside 16 wires: 82 um2 x 1.25 more than without any.
  const EnergyModel larger(technology, adding_shape);
  EXPECT_NEAR(larger.link_mm(), std::sqrt(1928.75e-6 + 82 * 1.25e-6), 1e-12);
}

TEST_F(EnergyByHand, DurationWires) {
  Activity a;
  a.pulse_hops = 61;
  a.pulse_buffers = 67;
  // Both edges of each pulse over the pitch of above, and a buffer's 5 fJ.
  const double wires = 61 * 2 * std::sqrt(1928.75e-6) * 1e-12;
  expect_only(model.price(a, Phase::forward), Booking::duration_wires, wires + 67 * 5e-15);
  // A tile with 16 wires of 1 um2 at each of four edges is larger by 64 um2 x 1.25, and its links longer.
  const EnergyModel larger(technology, wired_shape);
  EXPECT_NEAR(larger.link_mm(), std::sqrt(2008.75e-6), 1e-12);
}

TEST_F(EnergyByHand, DigitalPartsAndHostBus) {
  Activity a;
  a.sums = 43;
  a.functions = 47;
  expect_only(model.price(a, Phase::backward), Booking::digital, 43 * 29e-12 + 47 * 31e-12);
  a = {};
  a.softmax_values = 53;
  expect_only(model.price(a, Phase::forward), Booking::digital, 53 * 37e-12);
  a = {};
  a.host_bits = 59;
  expect_only(model.price(a, Phase::forward), Booking::host_bus, 59 * 3e-12);
}

TEST_F(EnergyByHand, Standby) {
  // 32 cells x 1 nA x 2 V x 1 us
  expect_only(model.standby(1e-6), Booking::standby, 64e-15);
}

TEST_F(EnergyByHand, TransferTakesEverythingOfItsPhase) {
  Activity pulses;
  pulses.set_pulses = 37;
  pulses.reset_pulses = 41;
  expect_only(model.price(pulses, Phase::transfer), Booking::transfer, 37 * 19e-12 + 41 * 23e-12);
  expect_only(model.price(pulses, Phase::setup), Booking::transfer, 37 * 19e-12 + 41 * 23e-12);

  // Where an update pulses PCM, that is what the update costs.
  expect_only(model.price(pulses, Phase::update), Booking::update, 37 * 19e-12 + 41 * 23e-12);

  const Activity all = something_of_everything();
  const EnergyBreakdown elsewhere = model.price(all, Phase::forward);
  expect_only(model.price(all, Phase::transfer), Booking::transfer,
              elsewhere.total() - elsewhere[Booking::control]);
}

TEST_F(EnergyByHand, IsLinearInTheCounts) {
  const Activity one = something_of_everything();
  Activity other = one;
  other += one;
  other.conversions += 5;
  Activity sum = one;
  sum += other;
  for (const Phase phase : all_phases) {
    EnergyBreakdown parts = model.price(one, phase);
    parts += model.price(other, phase);
    const EnergyBreakdown whole = model.price(sum, phase);
    for (std::size_t i = 0; i < booking_count; ++i) {
      EXPECT_NEAR(parts.joules[i], whole.joules[i], 1e-14 * whole.total()) << booking_names[i];
    }
  }
  EXPECT_EQ(model.price({}, Phase::forward).total(), 0);
}

TEST(EnergyModel, OneParameterChangesExactlyTheBookingsThatDependOnIt) {
  using B = Booking;
  using Set = std::set<B>;
  // Beside these, transfer and control follow whatever else happens in a transfer; i_leak and ctl are no part
  // of it.
  const std::map<std::string, Set> dependencies{
      {"v_rail", {B::array_read_forward, B::array_read_transposed, B::transfer}},
      {"v_read", {B::array_read_forward, B::array_read_transposed, B::transfer}},
      {"t_int", {B::array_read_forward, B::array_read_transposed, B::integrator_bias, B::transfer}},
      {"t_conv", {B::integrator_bias, B::transfer}},
      {"vdd", {B::line_charging, B::integrator_bias, B::update, B::standby, B::transfer}},
      {"e_adc", {B::conversion, B::transfer}},
      {"i_amp", {B::integrator_bias, B::transfer}},
      {"e_drv", {B::drivers, B::transfer}},
      {"e_upl", {B::update, B::transfer}},
      {"e_store", {B::storage, B::transfer}},
      {"e_sum", {B::digital, B::transfer}},
      {"e_act", {B::digital, B::transfer}},
      {"e_softmax", {B::digital, B::transfer}},
      {"e_host", {B::host_bus, B::transfer}},
      {"c_line_um", {B::line_charging, B::update, B::transfer}},
      {"c_gate", {B::line_charging, B::update, B::transfer}},
      {"e_wire", {B::routing, B::duration_wires, B::transfer}},
      {"e_router", {B::routing, B::transfer}},
      {"link_width", {B::routing, B::transfer}},
      {"i_leak", {B::standby}},
      {"e_set", {B::transfer}},
      {"e_reset", {B::transfer}},
      {"a_cell", {B::line_charging, B::update, B::routing, B::duration_wires, B::transfer}},
      {"a_neu", {B::routing, B::duration_wires, B::transfer}},
      {"a_router", {B::routing, B::duration_wires, B::transfer}},
      {"a_sram", {B::routing, B::duration_wires, B::transfer}},
      {"a_dig", {B::routing, B::duration_wires, B::transfer}},
      {"a_ovh", {B::routing, B::duration_wires, B::transfer}},
      {"e_buffer", {B::duration_wires, B::transfer}},
      {"a_buffer", {B::routing, B::duration_wires, B::transfer}},
      {"e_reduce", {B::routing, B::transfer}},
      {"a_reduce", {B::routing, B::duration_wires, B::transfer}},
      {"ctl", {}},
  };
  const auto priced = [](const Technology& technology) {
    const EnergyModel model(technology, adding_shape);
    EnergyBreakdown sum = model.standby(1e-6);
    for (const Phase phase : {Phase::forward, Phase::backward, Phase::transfer}) {
      sum += model.price(something_of_everything(), phase);
    }
    return sum;
  };
  const Technology reference = round_numbers();
  const EnergyBreakdown before = priced(reference);
  std::size_t found = 0;
  for (const TechnologyField& field : technology_fields()) {
    Technology changed = reference;
    (changed.*field.member).base *= 1.5;
    const EnergyBreakdown after = priced(changed);
    const auto entry = dependencies.find(std::string(field.name));
    Set expected;
    if (entry != dependencies.end()) {
      ++found;
      expected = entry->second;
      expected.insert(B::control);
    }
    for (std::size_t i = 0; i < booking_count; ++i) {
      const bool depends = expected.count(static_cast<B>(i)) == 1;
      EXPECT_EQ(before.joules[i] != after.joules[i], depends) << field.name << " and " << booking_names[i];
    }
  }
  EXPECT_EQ(found, dependencies.size());
}

TEST(EnergyModel, NamesItsSettings) {
  EXPECT_EQ(f_realisation_from("voltage"), FRealisation::voltage);
  EXPECT_EQ(f_realisation_from("pulse_length"), FRealisation::pulse_length);
  EXPECT_THROW(f_realisation_from("current"), InputError);
}

}  // namespace
}  // namespace kirchhoff::foundation
