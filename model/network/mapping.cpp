#include "model/network/mapping.h"

#include <algorithm>

#include "foundation/error.h"

namespace kirchhoff::model {
namespace {

struct Part {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// Cuts `total` into parts of at most `most`: equal ones, or full ones first.
std::vector<Part> cut(std::size_t total, std::size_t most, bool even) {
  const std::size_t parts = (total + most - 1) / most;
  std::vector<Part> result;
  std::size_t first = 0;
  for (std::size_t p = 0; p < parts; ++p) {
    const std::size_t count =
        even ? total / parts + (p < total % parts ? 1 : 0) : std::min(most, total - first);
    result.push_back({first, count});
    first += count;
  }
  return result;
}

/// The same for rows: the last part holds the bias row, and at least one input beside it.
std::vector<Part> cut_rows(std::size_t total, std::size_t most, bool even) {
  auto parts = cut(total, most, even);
  if (parts.size() > 1 && parts.back().count == 1) {
    --parts[parts.size() - 2].count;
    parts.back() = {total - 2, 2};
  }
  return parts;
}

/// Nodes in the order in which they are filled: down the columns of the mesh.
interconnect::NodeId node_at(const interconnect::Topology& topology, std::size_t place) {
  const auto row = static_cast<std::uint32_t>(place % topology.rows);
  const auto column = static_cast<std::uint32_t>(place / topology.rows);
  return row * topology.columns + column;
}

}  // namespace

std::size_t tiles_needed(const NetworkSpec& network, const MappingTarget& target) {
  std::size_t sum = 0;
  for (const auto& layer : network.layers) {
    sum += ((layer.rows() + target.tile_rows - 1) / target.tile_rows) *
           ((layer.outputs + target.tile_columns - 1) / target.tile_columns);
  }
  return sum;
}

Mapping map_network(const NetworkSpec& network, const MappingTarget& target) {
  if (target.tile_rows < 2) {
    throw foundation::InputError("chip.tile_rows = " + std::to_string(target.tile_rows) +
                                 " leaves no room for an input beside the bias row; take at least 2");
  }
  const std::size_t there = target.topology.node_count();
  const std::size_t usable = there - std::min(there, target.spare_tiles);
  const std::size_t needed = tiles_needed(network, target);
  if (needed > usable) {
    throw foundation::InputError(
        "network " + network.name() + " needs " + std::to_string(needed) + " tiles of " +
        std::to_string(target.tile_rows) + " x " + std::to_string(target.tile_columns) +
        " cells, the chip has " + std::to_string(usable) +
        (target.spare_tiles > 0 ? " (and " + std::to_string(target.spare_tiles) + " spare)" : std::string{}) +
        "; take a larger mesh (chip.mesh_rows, chip.mesh_columns), larger tiles or a smaller network");
  }
  const bool even = target.row_split == "even";
  Mapping mapping;
  mapping.topology = target.topology;
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const auto& layer = network.layers[l];
    const auto row_parts = cut_rows(layer.rows(), target.tile_rows, even);
    const auto column_parts = cut(layer.outputs, target.tile_columns, even);
    mapping.layers.push_back({row_parts.size(), column_parts.size(), mapping.tiles.size()});
    for (std::size_t c = 0; c < column_parts.size(); ++c) {
      for (std::size_t r = 0; r < row_parts.size(); ++r) {
        const bool bias = r + 1 == row_parts.size();
        mapping.tiles.push_back({.node = node_at(mapping.topology, mapping.tiles.size()),
                                 .layer = l,
                                 .row_split = r,
                                 .column_group = c,
                                 .first_row = row_parts[r].first,
                                 .input_rows = row_parts[r].count - (bias ? 1 : 0),
                                 .bias = bias,
                                 .first_column = column_parts[c].first,
                                 .columns = column_parts[c].count});
      }
    }
  }
  return mapping;
}

}  // namespace kirchhoff::model
