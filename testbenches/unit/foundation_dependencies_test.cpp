#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "foundation/achieved.h"
#include "foundation/phase_sets.h"
#include "testbenches/unit/technology_of_node.h"

namespace kirchhoff::foundation {
namespace {

using namespace std::chrono_literals;
using Names = std::set<std::string>;

/// A run of capacitors in which everything that is counted happened, in every phase.
Ledger busy_run(bool updates_pulse_pcm) {
  Ledger ledger(2);
  std::uint64_t n = 1000;
  for (const Phase phase : training_phases) {
    for (std::size_t node = 0; node < ledger.nodes(); ++node) {
      Activity& a = ledger.at(node, phase);
      a.pcm_duty_s = 1e-3 * static_cast<double>(n++);
      a.capacitor_duty_s = 1e-3 * static_cast<double>(n++);
      for (std::uint64_t* count :
           {&a.row_drives, &a.column_drives, &a.row_update_pulses, &a.column_update_pulses, &a.driver_passes,
            &a.integrator_passes, &a.update_lines, &a.conversions, &a.stores, &a.bit_hops, &a.router_flits,
            &a.router_sums, &a.pulse_hops, &a.pulse_buffers, &a.multiply_accumulates, &a.sums, &a.functions,
            &a.softmax_values, &a.host_bits}) {
        *count = n++;
      }
      if (phase == Phase::transfer || (phase == Phase::update && updates_pulse_pcm)) {
        a.set_pulses = n++;
        a.reset_pulses = n++;
      }
    }
    ledger.elapsed(phase) = std::chrono::microseconds(n++);
    ledger.network_elapsed(phase) = std::chrono::nanoseconds(n++);
  }
  return ledger;
}

std::map<std::string, double> bookings(const Achieved& run, const Technology& technology) {
  const Achieved::Figures figures = run.under(technology);
  std::map<std::string, double> values;
  for (std::size_t i = 0; i < booking_count; ++i) {
    values["energy." + std::string(booking_names[i])] = figures.energy.joules[i];
  }
  for (const Phase phase : training_phases) {
    values["time." + std::string(phase_names[index_of(phase)])] = figures.phase_s[index_of(phase)];
  }
  values["area.cells"] = figures.area.cells_mm2;
  values["area.periphery"] = figures.area.periphery_mm2;
  values["area.routers"] = figures.area.routers_mm2;
  values["area.digital"] = figures.area.digital_mm2;
  values["area.overhead"] = figures.area.overhead_mm2;
  return values;
}

Names operator+(Names a, const Names& b) {
  a.insert(b.begin(), b.end());
  return a;
}

// Control is a share of all energies, and a transfer reads, converts, charges lines and sends.
const Names control{"energy.control"};
const Names reads =
    control + Names{"energy.array_read_forward", "energy.array_read_transposed", "energy.transfer"};
const Names line_charges = control + Names{"energy.line_charging", "energy.update", "energy.transfer"};
const Names links = control + Names{"energy.routing", "energy.transfer"};
const Names wires = control + Names{"energy.duration_wires", "energy.transfer"};
/// A tile that is larger has longer links.
const Names of_tile_area = links + wires + Names{"area.overhead"};
const Names read_times{"time.forward", "time.backward", "time.transfer"};
/// Time is paid for by leakage.
const Names leakage = control + Names{"energy.standby"};
const Names counted;   ///< the run's own counts stand in its place
const Names recorded;  ///< in recorded times, which follow it only in another run

/// What depends on each parameter when what the run did stays as it is.
const std::map<std::string, Names>& expected() {
  static const std::map<std::string, Names> table{
      {"n_row", counted},
      {"n_col", counted},
      {"bits", counted},
      {"duty_x", counted},
      {"duty_d", counted},
      {"g_pcm_pair", counted},
      {"g_cap", counted},
      {"vdd", line_charges + leakage + Names{"energy.integrator_bias"}},
      {"v_read", reads},
      {"v_rail", reads},
      {"t_int", reads + leakage + read_times + Names{"energy.integrator_bias"}},
      {"t_conv", leakage + read_times + Names{"energy.integrator_bias", "energy.transfer"}},
      {"n_upd", counted},
      {"t_upd", leakage + Names{"time.update"}},
      {"k_transfer", counted},
      {"n_clt", counted},
      {"t_pcm", leakage + Names{"time.transfer"}},
      {"n_set", counted},
      {"e_set", control + Names{"energy.transfer"}},
      {"p_reset", counted},
      {"e_reset", control + Names{"energy.transfer"}},
      {"e_adc", control + Names{"energy.conversion", "energy.transfer"}},
      {"i_amp", control + Names{"energy.integrator_bias", "energy.transfer"}},
      {"e_drv", control + Names{"energy.drivers", "energy.transfer"}},
      {"e_upl", control + Names{"energy.update", "energy.transfer"}},
      {"e_store", control + Names{"energy.storage", "energy.transfer"}},
      {"c_line_um", line_charges},
      {"r_line_um", recorded},
      {"c_gate", line_charges},
      {"i_leak", leakage},
      {"ctl", control},
      {"mesh_clock", recorded},
      {"link_width", links},
      {"router_latency", recorded},
      {"e_router", links},
      {"e_wire", links + wires},
      {"route_mm", counted},
      {"t_act", recorded},
      {"t_softmax", recorded},
      {"dma_bandwidth", recorded},
      {"dma_latency", recorded},
      {"t_register", recorded},
      {"a_cell", line_charges + of_tile_area + Names{"area.cells"}},
      {"a_neu", of_tile_area + Names{"area.periphery"}},
      {"a_router", of_tile_area + Names{"area.routers"}},
      {"a_ovh", of_tile_area},
      {"e_sum", control + Names{"energy.digital", "energy.transfer"}},
      {"e_act", control + Names{"energy.digital", "energy.transfer"}},
      {"e_softmax", control + Names{"energy.digital", "energy.transfer"}},
      {"e_host", control + Names{"energy.host_bus", "energy.transfer"}},
      {"a_sram", of_tile_area + Names{"area.digital", "area.routers"}},
      {"a_dig", of_tile_area + Names{"area.digital"}},
      {"t_buffer", recorded},
      {"e_buffer", wires},
      {"a_buffer", of_tile_area + Names{"area.routers"}},
      {"reduce_latency", recorded},
      {"e_reduce", links},
      {"a_reduce", of_tile_area + Names{"area.routers"}},
      {"a_seq", Names{"area.digital", "area.overhead"}},
  };
  return table;
}

class Dependencies : public testing::TestWithParam<std::string> {
 protected:
  /// Bookings that are not what they were, bit for bit.
  static Names changed(const Achieved& run, const Technology& technology, const std::string& parameter) {
    const auto before = bookings(run, technology);
    Technology moved = technology;
    for (const TechnologyField& field : technology_fields()) {
      if (field.name == parameter) (moved.*field.member).base *= 1.25;
    }
    Names names;
    for (const auto& [name, value] : bookings(run, moved)) {
      if (value != before.at(name)) names.insert(name);
    }
    return names;
  }
};

TEST_P(Dependencies, ExactlyTheBookingsThatDependOnTheParameterChange) {
  const std::string& name = GetParam();
  ASSERT_EQ(expected().count(name), 1U) << "a new parameter: say in the table what depends on it";
  const Technology technology = unit::technology_of_node("90nm");
  const ChipShape chip{{131, 50, 1, {}, 131, 14000, 75}, 2, 2, 1};

  const Achieved capacitors(busy_run(false), chip, technology, {}, OpConvention::training);
  EXPECT_EQ(changed(capacitors, technology, name), expected().at(name));

  // Where updates pulse PCM, they take its time and energy instead.
  const Achieved pairs(busy_run(true), chip, technology, {}, OpConvention::training);
  Names of_pairs = expected().at(name);
  if (name == "t_upd") of_pairs = {};
  if (name == "t_pcm") of_pairs = of_pairs + Names{"time.update"};
  if (name == "e_set" || name == "e_reset") of_pairs = of_pairs + Names{"energy.update"};
  EXPECT_EQ(changed(pairs, technology, name), of_pairs);
}

std::vector<std::string> all_parameters() {
  std::vector<std::string> names;
  for (const TechnologyField& field : technology_fields()) names.emplace_back(field.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(AllParameters, Dependencies, testing::ValuesIn(all_parameters()),
                         [](const auto& parameter) { return parameter.param; });

TEST(DependenciesTable, NamesNothingThatIsNot) {
  EXPECT_EQ(expected().size(), technology_fields().size());
  const Technology technology = unit::technology_of_node("90nm");
  const Achieved run(busy_run(false), {{131, 50, 1, {}}, 2, 2}, technology, {}, OpConvention::training);
  const auto all = bookings(run, technology);
  for (const auto& [name, value] : all) EXPECT_GT(value, 0) << name << ": its changes would go unseen";
  for (const auto& [parameter, names] : expected()) {
    for (const std::string& name : names) EXPECT_EQ(all.count(name), 1U) << parameter << ": " << name;
  }
}

}  // namespace
}  // namespace kirchhoff::foundation
