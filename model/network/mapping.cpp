#include "model/network/mapping.h"

#include <algorithm>
#include <utility>

#include "foundation/error.h"
#include "model/network/mesh_paths.h"
#include "model/network/placement.h"

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

}  // namespace

std::vector<interconnect::NodeId> free_tiles(const MappingTarget& target) {
  auto nodes = usable_tiles(target.topology, target.faults, target.virtual_channels);
  std::erase_if(nodes, [&](interconnect::NodeId node) {
    return std::find(target.occupied.begin(), target.occupied.end(), node) != target.occupied.end();
  });
  const auto place = [&](interconnect::NodeId node) {
    return std::pair{target.topology.column_of(node), target.topology.row_of(node)};
  };
  std::sort(nodes.begin(), nodes.end(),
            [&](interconnect::NodeId a, interconnect::NodeId b) { return place(a) < place(b); });
  return nodes;
}

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
  const std::size_t all = target.topology.node_count();
  const auto nodes = free_tiles(target);
  const std::size_t unusable =
      all - usable_tiles(target.topology, target.faults, target.virtual_channels).size();
  // A spare tile takes the place of one that is not usable.
  const std::size_t spare = target.spare_tiles - std::min(unusable, target.spare_tiles);
  const std::size_t usable = nodes.size() - std::min(nodes.size(), spare);
  const std::size_t needed = tiles_needed(network, target);
  if (needed > usable) {
    std::string apart;
    const auto add = [&](std::size_t count, const char* what) {
      if (count > 0) {
        apart += (apart.empty() ? "" : ", ") + std::to_string(count) + what;
      }
    };
    add(spare, " spare");
    add(unusable, " disabled or out of reach");
    add(target.occupied.size(), " taken by other networks");
    throw foundation::InputError(
        "network " + network.name() + " needs " + std::to_string(needed) + " tiles of " +
        std::to_string(target.tile_rows) + " x " + std::to_string(target.tile_columns) +
        " cells, the chip has " + std::to_string(usable) + (apart.empty() ? "" : " (and " + apart + ")") +
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
        mapping.tiles.push_back({.node = nodes[mapping.tiles.size()],
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
  if (target.placement == "hops") {
    improve_placement(network, target, nodes, mapping);
  }
  return mapping;
}

}  // namespace kirchhoff::model
