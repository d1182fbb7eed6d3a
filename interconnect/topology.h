#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "interconnect/packet.h"

namespace kirchhoff::interconnect {

/// The five ports of a router. The sequencer sits at the west edge of node 0, the host interface at
/// its north edge.
enum class Port : std::uint8_t { north, east, south, west, local };

inline constexpr std::array<Port, 5> all_ports{Port::north, Port::east, Port::south, Port::west, Port::local};
inline constexpr std::array<std::string_view, 5> port_names{"north", "east", "south", "west", "local"};

constexpr std::size_t index_of(Port port) {
  return static_cast<std::size_t>(port);
}
constexpr std::uint8_t mask_of(Port port) {
  return static_cast<std::uint8_t>(1U << index_of(port));
}
constexpr Port opposite(Port port) {
  switch (port) {
    case Port::north:
      return Port::south;
    case Port::south:
      return Port::north;
    case Port::east:
      return Port::west;
    case Port::west:
      return Port::east;
    case Port::local:
      break;
  }
  return Port::local;
}

/// A rectangular mesh; node = row x columns + column.
struct Topology {
  std::uint32_t rows = 1;
  std::uint32_t columns = 1;

  [[nodiscard]] std::uint32_t node_count() const { return rows * columns; }
  [[nodiscard]] std::uint32_t row_of(NodeId node) const { return node / columns; }
  [[nodiscard]] std::uint32_t column_of(NodeId node) const { return node % columns; }

  /// Is there a neighbour behind this port?
  [[nodiscard]] bool has_neighbour(NodeId node, Port port) const {
    switch (port) {
      case Port::north:
        return row_of(node) > 0;
      case Port::south:
        return row_of(node) + 1 < rows;
      case Port::west:
        return column_of(node) > 0;
      case Port::east:
        return column_of(node) + 1 < columns;
      case Port::local:
        break;
    }
    return false;
  }

  [[nodiscard]] NodeId neighbour(NodeId node, Port port) const {
    switch (port) {
      case Port::north:
        return node - columns;
      case Port::south:
        return node + columns;
      case Port::west:
        return node - 1;
      case Port::east:
        return node + 1;
      case Port::local:
        break;
    }
    return node;
  }

  /// Dimension order, columns first: free of cycles, hence of deadlock.
  [[nodiscard]] Port next_port_xy(NodeId at, NodeId destination) const {
    if (column_of(at) < column_of(destination)) {
      return Port::east;
    }
    if (column_of(at) > column_of(destination)) {
      return Port::west;
    }
    if (row_of(at) < row_of(destination)) {
      return Port::south;
    }
    return row_of(at) > row_of(destination) ? Port::north : Port::local;
  }

  [[nodiscard]] std::uint32_t hops(NodeId from, NodeId to) const {
    const auto distance = [](std::uint32_t a, std::uint32_t b) { return a > b ? a - b : b - a; };
    return distance(row_of(from), row_of(to)) + distance(column_of(from), column_of(to));
  }
};

/// Where the chip's two masters enter the mesh.
inline constexpr NodeId gateway_node = 0;
inline constexpr Port sequencer_port = Port::west;
inline constexpr Port host_port = Port::north;

}  // namespace kirchhoff::interconnect
