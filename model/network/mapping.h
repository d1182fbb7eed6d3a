#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "interconnect/topology.h"
#include "model/network/network.h"
#include "model/network/planned_route.h"

namespace kirchhoff::model {

/// The part of a layer that one tile holds. Rows count the layer's inputs; the bias row is the last row of
/// the last row split.
struct TileAssignment {
  interconnect::NodeId node = 0;
  std::size_t layer = 0;
  std::size_t row_split = 0;
  std::size_t column_group = 0;
  std::size_t first_row = 0;
  std::size_t input_rows = 0;
  bool bias = false;
  std::size_t first_column = 0;
  std::size_t columns = 0;

  [[nodiscard]] std::size_t rows() const { return input_rows + (bias ? 1 : 0); }
};

/// A layer's grid of tiles.
struct LayerMap {
  std::size_t row_splits = 0;
  std::size_t column_groups = 0;
  std::size_t first_tile = 0;  ///< index into Mapping::tiles, column group by column group

  [[nodiscard]] std::size_t index(std::size_t row_split, std::size_t column_group) const {
    return first_tile + column_group * row_splits + row_split;
  }
};

/// Which tile holds what. A layer is split into rows (partial sums are added) and columns.
struct Mapping {
  interconnect::Topology topology;
  std::vector<TileAssignment> tiles;
  std::vector<LayerMap> layers;

  [[nodiscard]] const TileAssignment& tile(std::size_t layer, std::size_t row_split,
                                           std::size_t column_group) const {
    const LayerMap& map = layers[layer];
    return tiles[map.index(row_split, column_group)];
  }
  /// The tile that adds up a column group: that of the first row split.
  [[nodiscard]] const TileAssignment& collector(std::size_t layer, std::size_t column_group) const {
    return tile(layer, 0, column_group);
  }
};

/// What a network is mapped onto.
struct MappingTarget {
  interconnect::Topology topology;
  std::size_t tile_rows = 0;  ///< at least 2
  std::size_t tile_columns = 0;
  std::size_t spare_tiles =
      0;  ///< left free, at the end of the mesh; they stand in for tiles that are not usable
  std::string_view row_split = "even";
  interconnect::MeshFaults faults{};
  std::uint32_t virtual_channels = 2;
  std::vector<interconnect::NodeId> occupied{};  ///< by other networks on the chip
  std::string_view placement = "order";          ///< order, or hops: see improve_placement()
  std::uint64_t placement_seed = 1;
  PacketSizes packets{};
};

/// Tiles that a network needs on tiles of this shape.
std::size_t tiles_needed(const NetworkSpec& network, const MappingTarget& target);

/// Tiles that a network can be mapped onto, in the order in which they are filled: down the columns of the
/// mesh.
std::vector<interconnect::NodeId> free_tiles(const MappingTarget& target);

/// Lays the layers onto tiles one after the other, down the columns of the mesh, the row splits of a column
/// group side by side: their partial sums, deltas and completions are most of the traffic. Tiles that do not
/// work, cannot be reached or are occupied are left out; placement "hops" then moves the parts. Throws
/// InputError with the tiles needed and the tiles there, or where a tile has no row beside the bias row.
Mapping map_network(const NetworkSpec& network, const MappingTarget& target);

}  // namespace kirchhoff::model
