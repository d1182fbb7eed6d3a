#include "testbenches/host/report_json.h"

#include <nlohmann/json.hpp>

#include "foundation/atomic_file.h"
#include "foundation/published.h"
#include "testbenches/host/efficiency_json.h"
#include "testbenches/host/map_report.h"

namespace kirchhoff::testbenches {

namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json bookings_of(const std::vector<NamedBreakdown>& breakdowns) {
  Json group = Json::object();
  for (const auto& [name, values] : breakdowns) group[name] = values_json(values);
  return group;
}

Json bookings_of(const std::vector<NamedValues>& breakdowns) {
  Json group = Json::array();
  for (const NamedValues& values : breakdowns) group.push_back(values_json(values));
  return group;
}

Json run_group(const RunResult::Run& run) {
  return {{"name", run.name},
          {"preset", run.preset},
          {"seed", run.seed},
          {"style", run.style},
          {"detail", run.detail},
          {"technology", run.technology},
          {"git_version", run.git_version},
          {"simulated_s", run.simulated_s},
          {"wall_s", run.wall_s},
          {"examples", run.examples},
          {"examples_per_wall_s", run.examples_per_wall_s}};
}

Json tiles_group(const std::vector<RunResult::TileUse>& tiles, const RunResult::Chip& chip) {
  const double cells = static_cast<double>(chip.rows) * static_cast<double>(chip.columns);
  Json group = Json::array();
  for (const RunResult::TileUse& tile : tiles) {
    group.push_back({{"layer", tile.layer},
                     {"rows_used", tile.rows},
                     {"columns_used", tile.columns},
                     {"utilisation", static_cast<double>(tile.rows * tile.columns) / cells}});
  }
  return group;
}

Json chip_group(const RunResult::Chip& chip, const std::vector<RunResult::TileUse>& tiles) {
  return {{"tiles", chip.tiles},
          {"rows", chip.rows},
          {"columns", chip.columns},
          {"cells", chip.cells},
          {"synapses_mapped", chip.synapses_mapped},
          {"utilisation", chip.utilisation},
          {"mesh_rows", chip.mesh_rows},
          {"mesh_columns", chip.mesh_columns},
          {"tiles_used", chip.tiles_used},
          {"network", chip.network},
          {"by_tile", tiles_group(tiles, chip)}};
}

Json accuracy_group(const RunResult::Accuracy& accuracy) {
  Json epochs = Json::array();
  for (const RunResult::Epoch& epoch : accuracy.per_epoch) {
    epochs.push_back({{"epoch", epoch.epoch},
                      {"test_percent", epoch.test_percent},
                      {"software_test_percent", or_null(epoch.software_test_percent)},
                      {"simulated_s", epoch.simulated_s}});
  }
  return {{"dataset", accuracy.dataset},
          {"train_examples", accuracy.train_examples},
          {"test_examples", accuracy.test_examples},
          {"epochs", accuracy.epochs},
          {"test_percent", accuracy.test_percent},
          {"software_test_percent", or_null(accuracy.software_test_percent)},
          {"linear_test_percent", or_null(accuracy.linear_test_percent)},
          {"per_epoch", epochs}};
}

Json power_off_group(const std::vector<RunResult::PowerOff>& power_offs) {
  Json group = Json::array();
  for (const RunResult::PowerOff& off : power_offs) {
    group.push_back({{"example", off.example},
                     {"when", off.before_transfer ? "before_transfer" : "after_transfer"},
                     {"duration_s", off.duration_s},
                     {"test_percent_before", off.before_percent},
                     {"test_percent_after", off.after_percent},
                     {"lost_points", off.before_percent - off.after_percent},
                     {"setup_s", off.setup_s},
                     {"register_writes", off.register_writes}});
  }
  return group;
}

Json time_group(const RunResult::Time& time) {
  return {{"per_example_s", time.per_example_s},
          {"forward_s", time.forward_s},
          {"backward_s", time.backward_s},
          {"update_s", time.update_s},
          {"transfer_amortised_s", time.transfer_amortised_s},
          {"network_s", time.network_s},
          {"training_s", time.training_s},
          {"setup_s", time.setup_s},
          {"inference_s", time.inference_s}};
}

Json energy_group(const RunResult::Energy& energy) {
  return {{"per_example_j", energy.per_example_j},
          {"per_op_j", energy.per_op_j},
          {"breakdown_j", values_json(energy.breakdown_j)},
          {"by_phase_j", values_json(energy.by_phase_j)},
          {"by_layer_j", values_json(energy.by_layer_j)},
          {"by_tile_j", energy.by_tile_j},
          {"bookings_by_phase_j", bookings_of(energy.bookings_by_phase_j)},
          {"bookings_by_layer_j", bookings_of(energy.bookings_by_layer_j)},
          {"bookings_by_tile_j", bookings_of(energy.bookings_by_tile_j)},
          {"sequencer_j", energy.sequencer_j},
          {"training_j", energy.training_j},
          {"setup_j", energy.setup_j},
          {"inference_j", energy.inference_j}};
}

Json inference_group(const std::optional<RunResult::Inference>& inference) {
  if (!inference) {
    return nullptr;
  }
  return {{"examples", inference->examples},
          {"in_flight", inference->in_flight},
          {"test_percent", inference->test_percent},
          {"per_example_s", inference->per_example_s},
          {"latency_s", inference->latency_s},
          {"network_s", inference->network_s},
          {"per_example_j", inference->per_example_j},
          {"per_op_j", inference->per_op_j},
          {"tops", inference->tops},
          {"tops_per_watt", inference->tops_per_watt},
          {"tops_per_mm2", inference->tops_per_mm2},
          {"breakdown_j", values_json(inference->breakdown_j)}};
}

Json efficiency_group(const RunResult::Efficiency& efficiency) {
  Json group{{"achieved", figures_json(efficiency.achieved)},
             {"peak", figures_json(efficiency.peak)},
             {"peak_with_transfer", figures_json(efficiency.peak_with_transfer)},
             {"published", published_json(foundation::published_chip)},
             {"gpu_v100_fp16", published_json(foundation::v100_fp16)},
             {"op_convention", efficiency.op_convention},
             {"activity", values_json(efficiency.activity)},
             {"assumed_activity", efficiency.assumed_activity}};
  if (efficiency.uncertainty) {
    group["uncertainty"] = uncertainty_json(*efficiency.uncertainty);
    group["tornado"] = tornado_json(efficiency.tornado);
    group["tornado_peak"] = tornado_json(efficiency.tornado_peak);
  }
  if (efficiency.published_reach) group["what_would_it_take"] = reach_json(*efficiency.published_reach);
  return group;
}

Json counts_group(const RunResult::Counts& counts) {
  return {{"update_pulses", counts.update_pulses},
          {"clipped_pulses", counts.clipped_pulses},
          {"saturated_capacitors", counts.saturated_capacitors},
          {"clipped_targets", counts.clipped_targets},
          {"set_pulses", counts.set_pulses},
          {"reset_pulses", counts.reset_pulses},
          {"verify_reads", counts.verify_reads},
          {"transfers", counts.transfers},
          {"transfers_unconverged", counts.transfers_unconverged},
          {"adc_overloads", counts.adc_overloads},
          {"packets", counts.packets},
          {"hops", counts.hops},
          {"dma_bytes", counts.dma_bytes},
          {"out_of_order_reservations", counts.out_of_order_reservations},
          {"operations", counts.operations},
          {"conversions", counts.conversions}};
}

Json saturation_group(const std::vector<RunResult::Saturation>& layers) {
  Json group = Json::array();
  for (const RunResult::Saturation& layer : layers) {
    group.push_back({{"cells", layer.cells}, {"capacitors", layer.capacitors}, {"weights", layer.weights}});
  }
  return group;
}

Json timeline_group(const RunResult::Timeline& timeline) {
  Json tracks = Json::array();
  for (const RunResult::Timeline::Track& track : timeline.tracks) {
    Json spans = Json::array();
    for (const RunResult::Timeline::Span& span : track.spans) {
      spans.push_back({{"what", span.what}, {"begin_s", span.begin_s}, {"end_s", span.end_s}});
    }
    tracks.push_back({{"part", track.part}, {"spans", spans}});
  }
  return {{"example", timeline.example}, {"duration_s", timeline.duration_s}, {"tracks", tracks}};
}

Json checks_group(const std::vector<RunResult::SelfCheck>& checks) {
  Json group = Json::array();
  for (const RunResult::SelfCheck& check : checks) {
    group.push_back(
        {{"name", check.name}, {"value", check.value}, {"limit", check.limit}, {"pass", check.pass}});
  }
  return group;
}

Json provenance_group(const std::vector<RunResult::Provenance>& provenance) {
  Json group = Json::object();
  for (const RunResult::Provenance& entry : provenance) {
    Json value;
    std::visit([&value](const auto& held) { value = held; }, entry.value);
    group[entry.parameter] = {{"value", value},
                              {"unit", entry.unit},
                              {"low", or_null(entry.low)},
                              {"high", or_null(entry.high)},
                              {"mark", entry.mark},
                              {"note", entry.note},
                              {"place", entry.place}};
  }
  return group;
}

Json duties_json(const std::optional<foundation::LineDuties>& lines) {
  if (!lines) {
    return nullptr;
  }
  return {{"duty", lines->duty}, {"pair_s", lines->pair_s}, {"capacitor_s", lines->capacitor_s}};
}

/// Null where there was no such read.
Json activity_group(const RunResult::Activity& activity) {
  return {{"rows", duties_json(activity.measured.rows)},
          {"columns", duties_json(activity.measured.columns)},
          {"assumed_row_duty", activity.assumed_row_duty},
          {"assumed_column_duty", activity.assumed_column_duty}};
}

}  // namespace

std::string report_json(const RunResult& result) {
  const Json report{
      {"schema", "kirchhoff.report/1"},
      {"run", run_group(result.run)},
      {"chip", chip_group(result.chip, result.tiles)},
      {"accuracy", accuracy_group(result.accuracy)},
      {"power_off", power_off_group(result.power_offs)},
      {"time", time_group(result.time)},
      {"energy", energy_group(result.energy)},
      {"inference", inference_group(result.inference)},
      {"area",
       {{"total_mm2", result.area.total_mm2}, {"breakdown_mm2", values_json(result.area.breakdown_mm2)}}},
      {"efficiency", efficiency_group(result.efficiency)},
      {"activity", activity_group(result.activity)},
      {"counts", counts_group(result.counts)},
      {"saturation", saturation_group(result.saturation)},
      {"map", map_json(result.map)},
      {"timeline", timeline_group(result.timeline)},
      {"checks", checks_group(result.checks)},
      {"warnings", result.warnings},
      {"provenance", provenance_group(result.provenance)}};
  // Names may come from the file system in any encoding: replace what is not UTF-8.
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_report_json(const std::filesystem::path& path, const RunResult& result) {
  foundation::write_file_atomically(path, report_json(result));
}

}  // namespace kirchhoff::testbenches
