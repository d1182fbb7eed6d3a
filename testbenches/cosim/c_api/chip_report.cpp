#include "testbenches/cosim/c_api/chip_report.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "testbenches/explore/git_version.h"
#include "testbenches/host/report.h"
#include "testbenches/host/report_cost.h"
#include "testbenches/host/report_json.h"

namespace kirchhoff::testbenches {

namespace {

void describe(const ModelledChip& chip, RunResult& result) {
  const auto& configuration = chip.configuration();
  const auto& shape = configuration.chip;
  result.run.preset = configuration.preset;
  result.run.seed = static_cast<std::uint64_t>(configuration.network.seed);
  result.run.style = chip.options().style;
  result.run.detail = chip.options().detail;
  result.run.technology = configuration.technology.name;
  result.run.git_version = git_version;
  result.chip.tiles = shape.mesh_rows * shape.mesh_columns;
  result.chip.mesh_rows = shape.mesh_rows;
  result.chip.mesh_columns = shape.mesh_columns;
  result.chip.rows = shape.tile_rows;
  result.chip.columns = shape.tile_columns;
  result.chip.cells = result.chip.tiles * shape.tile_rows * shape.tile_columns;
}

/// As far as the chip's network was made here.
void describe_network(const TrainingPlan& plan, RunResult& result) {
  result.chip.network = plan.network.name();
  result.chip.synapses_mapped = static_cast<std::int64_t>(plan.network.synapses());
  result.chip.utilisation =
      static_cast<double>(result.chip.synapses_mapped) / static_cast<double>(result.chip.cells);
  result.chip.tiles_used = static_cast<std::int64_t>(plan.mapping.tiles.size());
  for (const auto& tile : plan.mapping.tiles) {
    result.tiles[tile.node] = {static_cast<std::int64_t>(tile.layer) + 1,
                               static_cast<std::int64_t>(tile.rows()),
                               static_cast<std::int64_t>(tile.columns)};
  }
}

}  // namespace

std::string chip_report(ModelledChip& chip) {
  const auto& configuration = chip.configuration();
  RunResult result;
  describe(chip, result);
  result.tiles.resize(static_cast<std::size_t>(result.chip.tiles));
  if (chip.plan() != nullptr) {
    describe_network(*chip.plan(), result);
  }
  std::vector<int> layer_of_tile;
  for (const RunResult::TileUse& tile : result.tiles) {
    layer_of_tile.push_back(static_cast<int>(tile.layer) - 1);
  }
  price_run({.ledger = chip.ledger(),
             .technology = configuration.technology,
             .chip = model::chip_shape(configuration),
             .energy = model::energy_settings(configuration),
             .convention = foundation::op_convention_from(configuration.chip.op_convention),
             .layer_of_tile = layer_of_tile,
             .update_slots = static_cast<double>(configuration.periphery.update_slots),
             .transfer_interval = static_cast<double>(configuration.network.transfer_interval),
             .transposed_passes = configuration.periphery.adc_two_phase_deltas ? 2.0 : 1.0},
            result);
  add_provenance(configuration.technology, result);
  add_provenance(configuration.table, result);

  auto report = nlohmann::ordered_json::parse(report_json(result));
  for (const char* const unknown : {"accuracy", "power_off", "saturation", "map", "timeline", "checks"}) {
    report.erase(unknown);
  }
  for (const char* const unknown : {"name", "wall_s", "examples_per_wall_s"}) {
    report["run"].erase(unknown);
  }
  return report.dump(2) + "\n";
}

}  // namespace kirchhoff::testbenches
