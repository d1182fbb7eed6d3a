#pragma once

#include <cstdint>

#include "interconnect/packet.h"

/// Addresses of what a node shows to the host: its tile's registers, its router's table, its cells.
namespace kirchhoff::interconnect {

// Register window of a node, 64 KiB each, from node_window_base in the chip's address space.
inline constexpr std::uint64_t node_window_base = 0x0100'0000;
inline constexpr std::uint64_t node_window_bytes = 0x1'0000;
inline constexpr std::uint64_t tile_registers_offset = 0x0000;       ///< 32-bit registers, then flow tables
inline constexpr std::uint64_t router_access_table_offset = 0x7000;  ///< see router_registers.h
inline constexpr std::uint64_t router_reduction_table_offset = 0x7800;  ///< see router_registers.h
inline constexpr std::uint64_t router_registers_offset = 0x7f00;        ///< see router_registers.h
inline constexpr std::uint64_t router_table_offset = 0x8000;            ///< one port mask per 32-bit word

inline constexpr std::uint64_t router_table_max_entries = 0x2000;
inline constexpr std::uint64_t router_access_table_bytes = 0x800;    ///< eight nodes a word: 4,096 nodes
inline constexpr std::uint64_t router_reduction_table_bytes = 0x80;  ///< 16 entries of two words

// Cells, 32-bit floats, row by row; beyond 32-bit addresses, for descriptors and debug transport.
inline constexpr std::uint64_t cell_window_base = std::uint64_t{1} << 44;
inline constexpr unsigned cell_node_shift = 32;
inline constexpr unsigned cell_plane_shift = 28;

/// What can be read of a cell; only the weight can be written (and is then programmed).
enum class CellPlane : std::uint8_t { weight, g_plus_us, g_minus_us, g_capacitor_us };

constexpr std::uint64_t node_register_address(NodeId node, std::uint64_t offset) {
  return node_window_base + node * node_window_bytes + offset;
}

constexpr std::uint64_t cell_address(NodeId node, CellPlane plane, std::uint64_t cell) {
  return cell_window_base + (std::uint64_t{node} << cell_node_shift) +
         (static_cast<std::uint64_t>(plane) << cell_plane_shift) + cell * sizeof(float);
}

constexpr bool is_cell_address(std::uint64_t address) {
  return address >= cell_window_base;
}

constexpr NodeId node_of_address(std::uint64_t address) {
  return is_cell_address(address) ? static_cast<NodeId>((address - cell_window_base) >> cell_node_shift)
                                  : static_cast<NodeId>((address - node_window_base) / node_window_bytes);
}

}  // namespace kirchhoff::interconnect
