#include "model/presets/consistency.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "model/chip/mesh_places.h"
#include "periphery/adc_bank.h"

namespace kirchhoff::model {
namespace {

class Checker {
 public:
  explicit Checker(const Configuration& configuration) : table_(configuration.table) {}

  /// `good` is what must hold between the values of `keys`; `rule` says it in words.
  void demand(bool good, std::string_view rule, std::initializer_list<std::string_view> keys) {
    if (good) {
      return;
    }
    std::string values;
    for (const std::string_view key : keys) {
      const auto* entry = table_.find(key);
      values += (values.empty() ? "" : ", ") + std::string(key) + " = " + entry->text();
      if (!entry->origin.place.empty()) {
        values += " (" + entry->origin.place + ")";
      }
    }
    found_.push_back(std::string(rule) + ", but " + values);
  }

  /// Values of the user's that begin with one of these names and mean nothing to a chip with `reason`.
  void refuse(std::string_view reason, std::initializer_list<std::string_view> names) {
    for (const auto& entry : table_.entries()) {
      const auto meant = [&](std::string_view name) { return entry.key.starts_with(name); };
      if (entry.origin.mark == foundation::Mark::user && std::any_of(names.begin(), names.end(), meant)) {
        found_.push_back((entry.origin.place.empty() ? "" : entry.origin.place + ": ") + entry.key +
                         " has no effect with " + std::string(reason) + "; leave it out");
      }
    }
  }

  void add(std::string problem) { found_.push_back(std::move(problem)); }

  std::vector<std::string> found() && { return std::move(found_); }

 private:
  const foundation::ParameterTable& table_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> contradictions(const Configuration& configuration) {
  Checker check(configuration);
  const auto& capacitor = configuration.synapse.capacitor;
  check.demand(capacitor.g_min_us < capacitor.g_ref_us && capacitor.g_ref_us < capacitor.g_max_us,
               "capacitor.g_ref must lie between g_min and g_max",
               {"capacitor.g_min", "capacitor.g_ref", "capacitor.g_max"});
  const auto& pcm = configuration.synapse.pcm;
  check.demand(pcm.offset_us < pcm.g_max_us, "pcm.offset must be below pcm.g_max",
               {"pcm.offset", "pcm.g_max"});
  check.demand(pcm.reset_to_us < pcm.g_max_us, "pcm.reset_to must be below pcm.g_max",
               {"pcm.reset_to", "pcm.g_max"});
  const auto& converters = configuration.periphery;
  check.demand(converters.adc_inl_lsb <= periphery::largest_monotonic_inl_lsb(converters.adc_bits),
               "adc.inl must be at most (2^(adc.bits - 1) - 1) / 5.2 LSB, or converters step back",
               {"adc.inl", "adc.bits"});
  const std::int64_t share = converters.adc_columns_per_converter;
  check.demand(share == 1 || share == 2 || share == 4 || share == 8,
               "adc.columns_per_converter must be 1, 2, 4 or 8", {"adc.columns_per_converter"});
  check.demand(converters.adc_model != "cco" || share == 1,
               "adc.model cco counts while its line integrates and cannot be shared",
               {"adc.model", "adc.columns_per_converter"});
  const tiles::SynapseParameters& synapse = configuration.synapse;
  if (!synapse.has_capacitor()) {
    check.refuse("synapse.kind = pcm_pair, whose cells have no capacitor",
                 {"capacitor.", "faults.capacitor", "transfer.residual", "transfer.polarity_inversion"});
  }
  if (!synapse.has_pair()) {
    check.refuse("synapse.kind = capacitor, whose cells have no PCM",
                 {"pcm.", "faults.pcm", "transfer.", "synapse.f_gain"});
    check.demand(configuration.network.transfer_interval == 0,
                 "training.transfer_interval must be 0 where there is no PCM to transfer to",
                 {"training.transfer_interval", "synapse.kind"});
  }
  const ChipParameters& chip = configuration.chip;
  if (chip.transport != "circuit") {
    check.refuse("mesh.transport = " + chip.transport, {"mesh.duration_jitter"});
  }
  if (chip.reduction != "routers") {
    check.refuse("mesh.reduction = " + chip.reduction, {"mesh.reduction_entries"});
  }
  check.demand(chip.reduction != "routers" || chip.transport == "packet",
               "mesh.reduction routers is modelled with mesh.transport packet only",
               {"mesh.reduction", "mesh.transport"});
  const std::int64_t tiles = chip.mesh_rows * chip.mesh_columns;
  check.demand(chip.spare_tiles < tiles, "chip.spare_tiles must leave a tile of the mesh for the network",
               {"chip.spare_tiles", "chip.mesh_rows", "chip.mesh_columns"});
  check.demand(chip.trace_tile < tiles, "trace.tile must be a tile of the mesh, counted from 0",
               {"trace.tile", "chip.mesh_rows", "chip.mesh_columns"});
  check.demand(chip.trace_row < chip.tile_rows, "trace.row must be a row of a tile, counted from 0",
               {"trace.row", "chip.tile_rows"});
  check.demand(chip.trace_column < chip.tile_columns,
               "trace.column must be a column of a tile, counted from 0",
               {"trace.column", "chip.tile_columns"});
  for (std::string& problem : mesh_fault_problems(chip)) {
    check.add(std::move(problem));
  }
  return std::move(check).found();
}

}  // namespace kirchhoff::model
