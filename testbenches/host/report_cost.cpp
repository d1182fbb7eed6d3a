#include "testbenches/host/report_cost.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include "foundation/achieved.h"
#include "foundation/area_model.h"
#include "foundation/energy_table.h"
#include "foundation/error.h"
#include "foundation/peak.h"
#include "foundation/phase_sets.h"
#include "foundation/uncertainty.h"

namespace kirchhoff::testbenches {

namespace {

using foundation::Activity;
using foundation::Counters;
using foundation::EnergyBreakdown;
using foundation::EnergyTable;
using foundation::Ledger;
using foundation::Phase;
using foundation::Technology;

constexpr std::uint64_t draw_seed = 1;

void fill_time(const Ledger& ledger, double examples, RunResult& result) {
  RunResult::Time& time = result.time;
  double network_s = 0;
  const auto compute_per_example = [&](Phase phase) {
    const double phase_network_s = foundation::to_seconds(ledger.network_elapsed(phase));
    network_s += phase_network_s;
    return (foundation::to_seconds(ledger.elapsed(phase)) - phase_network_s) / examples;
  };
  time.forward_s = compute_per_example(Phase::forward);
  time.backward_s = compute_per_example(Phase::backward);
  time.update_s = compute_per_example(Phase::update);
  time.transfer_amortised_s = compute_per_example(Phase::transfer);
  time.network_s = network_s / examples;
  time.training_s = foundation::to_seconds(ledger.training_time());
  time.per_example_s = time.training_s / examples;
  time.setup_s = foundation::to_seconds(ledger.elapsed(Phase::setup));
  time.inference_s = foundation::to_seconds(ledger.elapsed(Phase::inference));
  result.run.simulated_s = foundation::to_seconds(ledger.total_time());
}

void fill_layers(const CostInputs& inputs, RunResult::Energy& energy) {
  int layers = 0;
  for (const int layer : inputs.layer_of_tile) layers = std::max(layers, layer + 1);
  for (int layer = 1; layer <= layers; ++layer)
    energy.by_layer_j.emplace_back("layer " + std::to_string(layer), 0.0);
  energy.by_layer_j.emplace_back("unused tiles", 0.0);
  energy.by_layer_j.emplace_back("sequencer", energy.sequencer_j);
  for (std::size_t tile = 0; tile < energy.by_tile_j.size(); ++tile) {
    const int layer = tile < inputs.layer_of_tile.size() ? inputs.layer_of_tile[tile] : -1;
    energy.by_layer_j[static_cast<std::size_t>(layer < 0 ? layers : layer)].second += energy.by_tile_j[tile];
  }
}

void fill_energy(const CostInputs& inputs, double examples, RunResult& result) {
  const Ledger& ledger = inputs.ledger;
  const EnergyTable table(ledger,
                          foundation::EnergyModel(inputs.technology, inputs.chip.tile, inputs.energy));
  const EnergyBreakdown training = table.of(foundation::training_phases);

  RunResult::Energy& energy = result.energy;
  energy = {};
  energy.training_j = training.total();
  energy.per_example_j = energy.training_j / examples;
  energy.setup_j = table.of_phase(Phase::setup).total();
  energy.inference_j = table.of_phase(Phase::inference).total();
  for (std::size_t booking = 0; booking < foundation::booking_count; ++booking) {
    energy.breakdown_j.emplace_back(foundation::booking_names[booking], training.joules[booking] / examples);
  }
  for (const Phase phase : foundation::training_phases) {
    energy.by_phase_j.emplace_back(foundation::phase_names[foundation::index_of(phase)],
                                   table.of_phase(phase).total() / examples);
  }
  for (std::size_t node = 0; node < ledger.tiles(); ++node) {
    energy.by_tile_j.push_back(table.of_node(node, foundation::training_phases).total() / examples);
  }
  energy.sequencer_j = table.of_node(ledger.host_node(), foundation::training_phases).total() / examples;
  fill_layers(inputs, energy);
  if (result.counts.operations > 0) {
    energy.per_op_j = energy.training_j / static_cast<double>(result.counts.operations);
  }
}

void fill_area(const CostInputs& inputs, RunResult& result) {
  const foundation::AreaBreakdown area = foundation::chip_area(inputs.chip, inputs.technology);
  result.area.total_mm2 = area.total_mm2();
  result.area.breakdown_mm2 = {{"cells", area.cells_mm2},
                               {"periphery", area.periphery_mm2},
                               {"routers", area.routers_mm2},
                               {"digital", area.digital_mm2},
                               {"overhead", area.overhead_mm2}};
}

void fill_counts(const Ledger& ledger, RunResult& result) {
  Activity training;
  for (const Phase phase : foundation::training_phases) training += ledger.total(phase);
  const Activity transfer = ledger.total(Phase::transfer);
  const Counters& counters = ledger.counters();
  RunResult::Counts& counts = result.counts;
  counts.update_pulses = training.update_pulses;
  counts.clipped_pulses = training.clipped_pulses;
  counts.saturated_capacitors = counters.saturated_capacitors;
  counts.clipped_targets = counters.clipped_targets;
  counts.set_pulses = training.set_pulses;
  counts.reset_pulses = training.reset_pulses;
  counts.verify_reads = training.verify_reads;
  counts.transfers = counters.transfers;
  counts.transfers_unconverged = counters.transfers_unconverged;
  counts.adc_overloads = training.adc_overloads;
  counts.packets = counters.packets;
  counts.hops = counters.hops;
  counts.dma_bytes = counters.dma_bytes;
  counts.out_of_order_reservations = counters.out_of_order_reservations;
  counts.operations = 2 * (training.multiply_accumulates - transfer.multiply_accumulates);
  counts.conversions = training.conversions;
  result.run.examples = counters.training_examples;
}

RunResult::Figures figures(const foundation::Efficiency& efficiency) {
  RunResult::Figures result;
  result.tops = efficiency.tops;
  result.tops_per_watt = efficiency.tops_per_watt;
  result.tops_per_mm2 = efficiency.tops_per_mm2;
  return result;
}

void set_intervals(const foundation::Interval& per_watt, const foundation::Interval& per_mm2,
                   RunResult::Figures& figures) {
  figures.tops_per_watt_5_95 = {per_watt.p5, per_watt.p95};
  figures.tops_per_watt_median = per_watt.median;
  figures.tops_per_mm2_5_95 = {per_mm2.p5, per_mm2.p95};
  figures.tops_per_mm2_median = per_mm2.median;
}

/// All tiles busy at once.
RunResult::Figures whole_chip(RunResult::Figures tile, std::int64_t tiles) {
  tile.tops *= static_cast<double>(tiles);
  return tile;
}

void fill_efficiency(const CostInputs& inputs, RunResult& result) {
  const Technology& technology = inputs.technology;
  const foundation::Achieved achieved(inputs.ledger, inputs.chip, technology, inputs.energy,
                                      inputs.convention);
  const foundation::MeasuredActivity measured = foundation::measured_activity(
      inputs.ledger, technology, inputs.update_slots, inputs.transfer_interval, inputs.transposed_passes);
  foundation::PeakSettings settings{inputs.energy, inputs.convention};
  const auto peak_under = [&](const Technology& drawn) {
    return foundation::peak(measured.activity, inputs.chip.tile, drawn, settings);
  };

  RunResult::Efficiency& efficiency = result.efficiency;
  const foundation::Peak peak = peak_under(technology);
  efficiency.achieved = figures(achieved.under(technology).efficiency);
  efficiency.peak = whole_chip(figures(peak.excluded), inputs.chip.tiles);
  efficiency.peak_with_transfer = whole_chip(figures(peak.with_transfer), inputs.chip.tiles);
  efficiency.op_convention = foundation::to_string(inputs.convention);

  for (const std::string& assumed : measured.assumed) {
    result.warnings.push_back("peak efficiency: this run has no " + assumed +
                              " to count; the closed form's assumed activity stands in for it");
  }
  if (inputs.draws == 0) {
    result.warnings.emplace_back("efficiency: intervals over the technology's ranges were not computed");
    return;
  }
  const std::vector<foundation::Interval> intervals =
      foundation::monte_carlo(technology, inputs.draws, draw_seed, [&](const Technology& drawn) {
        const foundation::Efficiency a = achieved.under(drawn).efficiency;
        const foundation::Peak p = peak_under(drawn);
        return std::vector<double>{a.tops_per_watt,
                                   a.tops_per_mm2,
                                   p.excluded.tops_per_watt,
                                   p.excluded.tops_per_mm2,
                                   p.with_transfer.tops_per_watt,
                                   p.with_transfer.tops_per_mm2};
      });
  set_intervals(intervals[0], intervals[1], efficiency.achieved);
  set_intervals(intervals[2], intervals[3], efficiency.peak);
  set_intervals(intervals[4], intervals[5], efficiency.peak_with_transfer);
}

/// A number, a flag or text, as the parameter table shows it.
std::variant<double, bool, std::string> parsed(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && rest == end) return number;
  return text;
}

}  // namespace

void price_run(const CostInputs& inputs, RunResult& result) {
  if (static_cast<std::size_t>(inputs.chip.tiles) != inputs.ledger.tiles()) {
    throw foundation::ModelError("price_run: the chip has " + std::to_string(inputs.chip.tiles) +
                                 " tiles, its ledger " + std::to_string(inputs.ledger.tiles()));
  }
  const double examples = std::max(1.0, static_cast<double>(inputs.ledger.counters().training_examples));
  fill_counts(inputs.ledger, result);
  fill_time(inputs.ledger, examples, result);
  fill_energy(inputs, examples, result);
  fill_area(inputs, result);
  fill_efficiency(inputs, result);
}

void add_provenance(const Technology& technology, RunResult& result) {
  for (const foundation::TechnologyField& field : foundation::technology_fields()) {
    const foundation::Quantity& quantity = technology.*field.member;
    RunResult::Provenance entry;
    entry.parameter = "technology." + std::string(field.name);
    entry.value = quantity.base;
    entry.unit = quantity.unit;
    entry.low = quantity.low;
    entry.high = quantity.high;
    entry.mark = foundation::to_string(quantity.mark);
    entry.note = quantity.note;
    entry.place = quantity.place;
    result.provenance.push_back(std::move(entry));
  }
}

void add_provenance(const foundation::ParameterTable& table, RunResult& result) {
  for (const foundation::ParameterTable::Entry& parameter : table.entries()) {
    RunResult::Provenance entry;
    entry.parameter = parameter.key;
    entry.value = parsed(parameter.value());
    entry.unit = parameter.unit;
    if (parameter.low < parameter.high) {
      if (std::isfinite(parameter.low)) entry.low = parameter.low;
      if (std::isfinite(parameter.high)) entry.high = parameter.high;
    }
    entry.mark = foundation::to_string(parameter.origin.mark);
    entry.note = parameter.origin.note;
    entry.place = parameter.origin.place;
    result.provenance.push_back(std::move(entry));
  }
}

}  // namespace kirchhoff::testbenches
