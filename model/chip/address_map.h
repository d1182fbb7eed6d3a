#pragma once

#include <array>
#include <cstdint>

#include "model/chip/register_doc.h"

/// The chip as the host sees it: 32-bit registers, little-endian, aligned words only.
///
///   0x0000_0000  host interface
///   0x0000_1000  sequencer: descriptor ring, network settings, flow table
///   0x0100_0000  a window of 64 KiB per node: tile registers, flow table, route table
///   1 << 44      cells, read by debug transport or written by descriptors
namespace kirchhoff::model {

inline constexpr std::uint64_t host_registers_base = 0x0000;
inline constexpr std::uint64_t host_registers_bytes = 0x1000;
inline constexpr std::uint64_t sequencer_registers_base = 0x1000;
inline constexpr std::uint64_t sequencer_registers_bytes = 0x7000;

namespace host_register {
inline constexpr std::uint32_t identification = 0x00;
inline constexpr std::uint32_t version = 0x04;
inline constexpr std::uint32_t mesh_shape = 0x08;
inline constexpr std::uint32_t tile_shape = 0x0c;
inline constexpr std::uint32_t capabilities = 0x10;
inline constexpr std::uint32_t interrupt_status = 0x20;
inline constexpr std::uint32_t interrupt_enable = 0x24;
inline constexpr std::uint32_t error_status = 0x28;
inline constexpr std::uint32_t error_address_low = 0x2c;
inline constexpr std::uint32_t error_address_high = 0x30;
}  // namespace host_register

inline constexpr std::array<RegisterDoc, 10> host_register_docs{{
    {host_register::identification, "ID", RegisterAccess::read_only, "\"KRCH\""},
    {host_register::version, "VERSION", RegisterAccess::read_only,
     "of the register map, major << 16 | minor"},
    {host_register::mesh_shape, "MESH_SHAPE", RegisterAccess::read_only, "rows << 16 | columns of tiles"},
    {host_register::tile_shape, "TILE_SHAPE", RegisterAccess::read_only, "rows << 16 | columns of cells"},
    {host_register::capabilities, "CAPABILITIES", RegisterAccess::read_only,
     "bit 0: detail ideal (float weights)"},
    {host_register::interrupt_status, "INTERRUPT_STATUS", RegisterAccess::write_one_to_clear,
     "bits of Interrupt; the line is high while status & enable"},
    {host_register::interrupt_enable, "INTERRUPT_ENABLE", RegisterAccess::read_write, "bits of Interrupt"},
    {host_register::error_status, "ERROR_STATUS", RegisterAccess::write_one_to_clear, "bits of ChipError"},
    {host_register::error_address_low, "ERROR_ADDRESS_LOW", RegisterAccess::read_only,
     "of the last bus error"},
    {host_register::error_address_high, "ERROR_ADDRESS_HIGH", RegisterAccess::read_only, ""},
}};

inline constexpr std::uint32_t identification_value = 0x4843'524b;  // "KRCH"
inline constexpr std::uint32_t register_map_version = 0x0001'0000;

enum Interrupt : std::uint32_t {
  interrupt_completion = 1U << 0,  ///< the descriptor ring ran empty
  interrupt_error = 1U << 1,       ///< a descriptor ended with an error
};

enum ChipError : std::uint32_t {
  error_descriptor = 1U << 0,  ///< unknown operation or values that do not fit the chip
  error_dma = 1U << 1,         ///< host memory answered with an error
  error_network = 1U << 2,     ///< a packet was not delivered, or an example did not complete
  error_label = 1U << 3,       ///< a label beyond the classes
};

namespace sequencer_register {
inline constexpr std::uint32_t ring_base_low = 0x00;
inline constexpr std::uint32_t ring_base_high = 0x04;
inline constexpr std::uint32_t ring_entries = 0x08;
inline constexpr std::uint32_t ring_head = 0x0c;
inline constexpr std::uint32_t ring_tail = 0x10;
inline constexpr std::uint32_t busy = 0x14;
inline constexpr std::uint32_t inputs = 0x20;
inline constexpr std::uint32_t classes = 0x24;
inline constexpr std::uint32_t output_lsb = 0x28;
inline constexpr std::uint32_t groups = 0x2c;
inline constexpr std::uint32_t transfer_route = 0x30;
inline constexpr std::uint32_t transfer_interval = 0x34;
inline constexpr std::uint32_t examples = 0x40;
inline constexpr std::uint32_t transfers = 0x44;
inline constexpr std::uint32_t flow_table = 0x800;
}  // namespace sequencer_register

inline constexpr std::array<RegisterDoc, 14> sequencer_register_docs{{
    {sequencer_register::ring_base_low, "RING_BASE_LOW", RegisterAccess::read_write,
     "host address of the ring"},
    {sequencer_register::ring_base_high, "RING_BASE_HIGH", RegisterAccess::read_write, ""},
    {sequencer_register::ring_entries, "RING_ENTRIES", RegisterAccess::read_write, "descriptors in the ring"},
    {sequencer_register::ring_head, "RING_HEAD", RegisterAccess::read_only, "next descriptor to be fetched"},
    {sequencer_register::ring_tail, "RING_TAIL", RegisterAccess::read_write,
     "doorbell: one past the last descriptor, modulo the ring"},
    {sequencer_register::busy, "BUSY", RegisterAccess::read_only, "1 while descriptors are worked on"},
    {sequencer_register::inputs, "INPUTS", RegisterAccess::read_write, "elements of an example"},
    {sequencer_register::classes, "CLASSES", RegisterAccess::read_write, "outputs of the last layer"},
    {sequencer_register::output_lsb, "OUTPUT_LSB", RegisterAccess::read_write,
     "float: z per code of the last layer"},
    {sequencer_register::groups, "GROUPS", RegisterAccess::read_write,
     "column groups in use: DONE packets per example"},
    {sequencer_register::transfer_route, "TRANSFER_ROUTE", RegisterAccess::read_write,
     "route to all tiles in use"},
    {sequencer_register::transfer_interval, "TRANSFER_INTERVAL", RegisterAccess::read_write,
     "examples between transfers; 0: only by descriptor"},
    {sequencer_register::examples, "EXAMPLES", RegisterAccess::read_only, "trained so far, modulo 2^32"},
    {sequencer_register::transfers, "TRANSFERS", RegisterAccess::read_only, "so far, modulo 2^32"},
}};

// Flow table of the sequencer: one entry of four words per flow.
//   word 0: route (15:0), kind (17:16), valid (31)      word 1: first element      word 2: count
inline constexpr std::uint32_t sequencer_flow_bytes = 16;
inline constexpr std::uint32_t sequencer_flow_valid = 1U << 31;
inline constexpr std::uint32_t sequencer_flow_entries =
    (sequencer_registers_bytes - sequencer_register::flow_table) / sequencer_flow_bytes;

enum class SequencerFlow : std::uint8_t {
  input,   ///< elements of the example, to the tiles of a row split of the first layer
  output,  ///< z of a column group of the last layer, from its collector
  delta,   ///< deltas of that group, to its tiles
};

}  // namespace kirchhoff::model
