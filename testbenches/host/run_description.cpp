#include "testbenches/host/run_description.h"

#include "model/chip/chip_description.h"

namespace kirchhoff::testbenches {

void describe_chip(const model::Configuration& configuration, RunResult& result) {
  const auto& shape = configuration.chip;
  result.run.preset = configuration.preset;
  result.run.seed = static_cast<std::uint64_t>(configuration.network.seed);
  result.run.technology = configuration.technology.name;
  RunResult::Chip& chip = result.chip;
  chip.tiles = shape.mesh_rows * shape.mesh_columns;
  chip.mesh_rows = shape.mesh_rows;
  chip.mesh_columns = shape.mesh_columns;
  chip.rows = shape.tile_rows;
  chip.columns = shape.tile_columns;
  chip.cells = chip.tiles * shape.tile_rows * shape.tile_columns;
  result.tiles.assign(static_cast<std::size_t>(chip.tiles), {});
}

void describe_network(const model::NetworkSpec& network, const model::Mapping& mapping, RunResult& result) {
  RunResult::Chip& chip = result.chip;
  chip.network = network.name();
  chip.synapses_mapped = static_cast<std::int64_t>(network.synapses());
  chip.utilisation = static_cast<double>(chip.synapses_mapped) / static_cast<double>(chip.cells);
  chip.tiles_used = static_cast<std::int64_t>(mapping.tiles.size());
  for (const auto& tile : mapping.tiles) {
    result.tiles[tile.node] = {static_cast<std::int64_t>(tile.layer) + 1,
                               static_cast<std::int64_t>(tile.rows()),
                               static_cast<std::int64_t>(tile.columns)};
  }
}

std::vector<int> layers_of_tiles(const RunResult& result) {
  std::vector<int> layers;
  for (const RunResult::TileUse& tile : result.tiles) {
    layers.push_back(static_cast<int>(tile.layer) - 1);
  }
  return layers;
}

CostInputs cost_inputs(const model::Configuration& configuration, const foundation::Ledger& ledger,
                       std::span<const int> layer_of_tile) {
  return {.ledger = ledger,
          .technology = configuration.technology,
          .chip = model::chip_shape(configuration),
          .energy = model::energy_settings(configuration),
          .convention = foundation::op_convention_from(configuration.chip.op_convention),
          .layer_of_tile = layer_of_tile,
          .update_slots = static_cast<double>(configuration.periphery.update_slots),
          .transfer_interval = static_cast<double>(configuration.network.transfer_interval),
          .transposed_passes = configuration.periphery.adc_two_phase_deltas ? 2.0 : 1.0};
}

}  // namespace kirchhoff::testbenches
