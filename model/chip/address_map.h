#pragma once

#include <cstdint>

/// The chip as the host sees it: 32-bit registers, little-endian, aligned words only.
///
///   0x0000_0000  host interface
///   0x0000_1000  sequencer: descriptor ring, network settings, flow table
///   0x0100_0000  a window of 64 KiB per node: tile registers, receive table, route table
///   1 << 44      cells, read by debug transport or written by descriptors
///
/// What the registers mean is in register_map.h, as tables.
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
inline constexpr std::uint32_t table_sizes = 0x14;
inline constexpr std::uint32_t control = 0x18;
inline constexpr std::uint32_t status = 0x1c;
inline constexpr std::uint32_t interrupt_status = 0x20;
inline constexpr std::uint32_t interrupt_enable = 0x24;
inline constexpr std::uint32_t error_status = 0x28;
inline constexpr std::uint32_t error_address_low = 0x2c;
inline constexpr std::uint32_t error_address_high = 0x30;
inline constexpr std::uint32_t error_cause = 0x34;
inline constexpr std::uint32_t error_tag = 0x38;
inline constexpr std::uint32_t cycle_ps = 0x3c;
inline constexpr std::uint32_t counters = 0x40;  ///< ChipCounter, low and high word each
}  // namespace host_register

/// 64-bit counters since power-on or soft reset, in the order of their registers.
enum class ChipCounter : std::uint8_t { cycles, energy_pj, packets, examples, inferences, dma_bytes };
inline constexpr std::uint32_t chip_counter_count = 6;
inline constexpr std::uint32_t host_register_words =
    host_register::counters / 4 + 2 * chip_counter_count;  ///< of the window that are in use

inline constexpr std::uint32_t identification_value = 0x4843'524b;  // "KRCH"
/// 1.0: up to ERROR_ADDRESS_HIGH and operation 5. 1.1 only adds, and so does 1.2: reductions in routers,
/// examples under way.
inline constexpr std::uint32_t register_map_version = 0x0001'0002;

enum Control : std::uint32_t {
  control_run = 1U << 0,         ///< descriptors are worked off
  control_soft_reset = 1U << 1,  ///< clears itself
  control_abort = 1U << 2,       ///< clears itself
};

enum Status : std::uint32_t {
  status_idle = 1U << 0,
  status_busy = 1U << 1,
  status_error = 1U << 2,
  status_powered = 1U << 3,
  status_halted = 1U << 4,
  status_resetting = 1U << 5,
};
inline constexpr unsigned status_outstanding_shift = 16;

enum Interrupt : std::uint32_t {
  interrupt_completion = 1U << 0,  ///< the descriptor ring ran empty
  interrupt_error = 1U << 1,       ///< a bit of ERROR_STATUS was set
  interrupt_descriptor = 1U << 2,  ///< a descriptor with flag INTERRUPT is done
};

inline constexpr unsigned capability_virtual_channels_shift = 4;
inline constexpr unsigned capability_reductions_shift = 8;
inline constexpr unsigned capability_in_flight_shift = 13;
inline constexpr unsigned capability_outstanding_shift = 16;
/// Entries of a ring; it holds one descriptor less.
inline constexpr std::uint32_t most_ring_entries = 1024;

namespace sequencer_register {
inline constexpr std::uint32_t ring_base_low = 0x00;
inline constexpr std::uint32_t ring_base_high = 0x04;
inline constexpr std::uint32_t ring_entries = 0x08;
inline constexpr std::uint32_t ring_head = 0x0c;
inline constexpr std::uint32_t ring_tail = 0x10;
inline constexpr std::uint32_t busy = 0x14;
inline constexpr std::uint32_t doorbell = 0x18;
inline constexpr std::uint32_t inputs = 0x20;
inline constexpr std::uint32_t classes = 0x24;
inline constexpr std::uint32_t output_lsb = 0x28;
inline constexpr std::uint32_t groups = 0x2c;
inline constexpr std::uint32_t transfer_route = 0x30;
inline constexpr std::uint32_t transfer_interval = 0x34;
inline constexpr std::uint32_t in_flight = 0x38;
inline constexpr std::uint32_t examples = 0x40;
inline constexpr std::uint32_t transfers = 0x44;
inline constexpr std::uint32_t flow_table = 0x800;
}  // namespace sequencer_register

// Flow table of the sequencer: one entry of four words per flow.
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
