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
#include "testbenches/host/report_uncertainty.h"

namespace kirchhoff::testbenches {

namespace {

using foundation::Activity;
using foundation::Counters;
using foundation::EnergyBreakdown;
using foundation::EnergyTable;
using foundation::Ledger;
using foundation::Phase;
using foundation::Technology;

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

/// One entry per layer, one for the tiles that hold none, one for the sequencer.
void fill_layers(const CostInputs& inputs, const EnergyTable& table, double examples,
                 RunResult::Energy& energy) {
  int layers = 0;
  for (const int layer : inputs.layer_of_tile) layers = std::max(layers, layer + 1);
  const auto unused = static_cast<std::size_t>(layers);
  std::vector<EnergyBreakdown> sums(unused + 2);
  for (std::size_t node = 0; node < table.nodes(); ++node) {
    const int layer = node < inputs.layer_of_tile.size() ? inputs.layer_of_tile[node] : -1;
    const std::size_t entry = node == inputs.ledger.host_node() ? unused + 1
                              : layer < 0                       ? unused
                                                                : static_cast<std::size_t>(layer);
    sums[entry] += table.of_node(node, foundation::training_phases);
  }
  for (std::size_t entry = 0; entry < sums.size(); ++entry) {
    const std::string name = entry < unused    ? "layer " + std::to_string(entry + 1)
                             : entry == unused ? "unused tiles"
                                               : "sequencer";
    energy.by_layer_j.emplace_back(name, sums[entry].total() / examples);
    energy.bookings_by_layer_j.emplace_back(name, by_booking(sums[entry], examples));
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
  energy.breakdown_j = by_booking(training, examples);
  for (const Phase phase : foundation::training_phases) {
    const std::string_view name = foundation::phase_names[foundation::index_of(phase)];
    const EnergyBreakdown of_phase = table.of_phase(phase);
    energy.by_phase_j.emplace_back(name, of_phase.total() / examples);
    energy.bookings_by_phase_j.emplace_back(name, by_booking(of_phase, examples));
  }
  for (std::size_t node = 0; node < ledger.tiles(); ++node) {
    const EnergyBreakdown of_tile = table.of_node(node, foundation::training_phases);
    energy.by_tile_j.push_back(of_tile.total() / examples);
    energy.bookings_by_tile_j.push_back(by_booking(of_tile, examples));
  }
  energy.sequencer_j = table.of_node(ledger.host_node(), foundation::training_phases).total() / examples;
  fill_layers(inputs, table, examples, energy);
  if (result.counts.operations > 0) {
    energy.per_op_j = energy.training_j / static_cast<double>(result.counts.operations);
  }
}

void fill_area(const CostInputs& inputs, RunResult& result) {
  const foundation::AreaBreakdown area = foundation::chip_area(inputs.chip, inputs.technology);
  result.area.total_mm2 = area.total_mm2();
  result.area.breakdown_mm2 = by_part(area);
}

/// What report.h says of Inference but for in_flight and test_percent, which no ledger knows.
void fill_inference(const CostInputs& inputs, RunResult& result) {
  const Ledger& ledger = inputs.ledger;
  const auto examples = static_cast<double>(ledger.counters().inference_examples);
  if (examples == 0) {
    return;
  }
  const EnergyTable table(ledger,
                          foundation::EnergyModel(inputs.technology, inputs.chip.tile, inputs.energy));
  const EnergyBreakdown energy = table.of_phase(Phase::inference);
  const double operations = 2 * static_cast<double>(ledger.total(Phase::inference).multiply_accumulates);
  RunResult::Inference& inference = result.inference ? *result.inference : result.inference.emplace();
  inference.examples = ledger.counters().inference_examples;
  inference.per_example_s = foundation::to_seconds(ledger.elapsed(Phase::inference)) / examples;
  inference.network_s = foundation::to_seconds(ledger.network_elapsed(Phase::inference)) / examples;
  inference.latency_s = foundation::to_seconds(foundation::Duration{
                            static_cast<std::int64_t>(ledger.counters().inference_latency_ps)}) /
                        examples;
  inference.per_example_j = energy.total() / examples;
  inference.per_op_j = energy.total() / operations;
  inference.tops = operations / foundation::to_seconds(ledger.elapsed(Phase::inference)) * 1e-12;
  inference.tops_per_watt = operations / energy.total() * 1e-12;
  inference.tops_per_mm2 = inference.tops / result.area.total_mm2;
  inference.breakdown_j = by_booking(energy, examples);
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

/// All tiles busy at once.
RunResult::Figures whole_chip(RunResult::Figures tile, std::int64_t tiles) {
  tile.tops *= static_cast<double>(tiles);
  return tile;
}

/// Conductances and their products with duties are means over cells; the conductances are those that the
/// verify reads of a transfer see.
NamedValues activity_of(const foundation::PeakActivity& a) {
  return {{"pcm_pair_s", a.verify_pcm_s},
          {"capacitor_s", a.verify_capacitor_s},
          {"pcm_pair_duty_forward_s", a.forward_pcm_s},
          {"capacitor_duty_forward_s", a.forward_capacitor_s},
          {"pcm_pair_duty_transposed_s", a.backward_pcm_s},
          {"capacitor_duty_transposed_s", a.backward_capacitor_s},
          {"rows_driven", a.row_drives},
          {"columns_driven", a.column_drives},
          {"transposed_passes", a.transposed_passes},
          {"update_slots", a.slots},
          {"row_pulses_per_slot", a.row_pulses_per_slot},
          {"column_pulses_per_slot", a.column_pulses_per_slot},
          {"update_set_pulses_per_weight", a.update_set_pulses},
          {"stores_per_activation", a.stores},
          {"bit_hops_per_activation", a.bit_hops},
          {"flits_per_activation", a.router_flits},
          {"transfer_interval_examples", a.transfer_interval},
          {"verify_iterations_per_row", a.verify_iterations},
          {"set_pulses_per_weight_and_transfer", a.set_pulses},
          {"reset_pulses_per_weight_and_transfer", a.reset_pulses}};
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
  efficiency.achieved = figures_of(achieved.under(technology).efficiency);
  efficiency.peak = whole_chip(figures_of(peak.excluded), inputs.chip.tiles);
  efficiency.peak_with_transfer = whole_chip(figures_of(peak.with_transfer), inputs.chip.tiles);
  efficiency.op_convention = foundation::to_string(inputs.convention);

  efficiency.activity = activity_of(measured.activity);
  efficiency.assumed_activity = measured.assumed;
  for (const std::string& assumed : measured.assumed) {
    result.warnings.push_back("peak efficiency: this run has no " + assumed +
                              " to count; the closed form's assumed activity stands in for it");
  }
  if (inputs.draws == 0) {
    result.warnings.emplace_back("efficiency: intervals over the technology's ranges were not computed");
    return;
  }
  fill_uncertainty(
      technology, inputs.draws,
      {{&efficiency.achieved, [&](const Technology& t) { return achieved.under(t).efficiency; }},
       {&efficiency.peak, [&](const Technology& t) { return peak_under(t).excluded; }},
       {&efficiency.peak_with_transfer, [&](const Technology& t) { return peak_under(t).with_transfer; }}},
      efficiency);
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

NamedValues by_booking(const EnergyBreakdown& energy, double examples) {
  NamedValues values;
  for (std::size_t booking = 0; booking < foundation::booking_count; ++booking) {
    values.emplace_back(foundation::booking_names[booking], energy.joules[booking] / examples);
  }
  return values;
}

NamedValues by_part(const foundation::AreaBreakdown& area) {
  return {{"cells", area.cells_mm2},
          {"periphery", area.periphery_mm2},
          {"routers", area.routers_mm2},
          {"digital", area.digital_mm2},
          {"overhead", area.overhead_mm2}};
}

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
  fill_inference(inputs, result);
  fill_efficiency(inputs, result);
  result.activity = {foundation::measured_duties(inputs.ledger), inputs.technology.duty_x.base,
                     inputs.technology.duty_d.base};
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
