#pragma once

#include <array>

#include "foundation/register_doc.h"
#include "interconnect/packet_address.h"
#include "interconnect/router_registers.h"
#include "model/chip/address_map.h"
#include "tiles/tile_registers.h"

/// The register map of the chip, window by window. Decoding, reset, C header and manual come from here.
namespace kirchhoff::model {

using foundation::RegisterAccess;
using foundation::RegisterDoc;
using foundation::RegisterField;

// ---- host interface ---------------------------------------------------------------------------------

namespace host_fields {
inline constexpr std::array<RegisterField, 2> version{{
    {0, 16, "MINOR", "what was added"},
    {16, 16, "MAJOR", "rises when software must change"},
}};
inline constexpr std::array<RegisterField, 2> shape{{
    {0, 16, "COLUMNS", ""},
    {16, 16, "ROWS", ""},
}};
inline constexpr std::array<RegisterField, 5> capabilities{{
    {0, 1, "IDEAL", "detail ideal: float weights"},
    {capability_virtual_channels_shift, 4, "VIRTUAL_CHANNELS", "of every link"},
    {capability_reductions_shift, 5, "REDUCTIONS",
     "entries of a router's reduction table; 0: routers do not add"},
    {capability_in_flight_shift, 3, "IN_FLIGHT", "most examples under way at a time, less one"},
    {capability_outstanding_shift, 16, "OUTSTANDING", "descriptors that a ring holds at most"},
}};
inline constexpr std::array<RegisterField, 2> table_sizes{{
    {0, 16, "ROUTE_ENTRIES", "of a router"},
    {16, 16, "RECEIVE_ENTRIES", "of a tile"},
}};
inline constexpr std::array<RegisterField, 3> control{{
    {0, 1, "RUN", "0: halts before the next descriptor; 1: goes on"},
    {1, 1, "SOFT_RESET",
     "registers and tables as after power-on, weights stay; a descriptor under way ends at its next example "
     "or row, without record; reads 0, see STATUS"},
    {2, 1, "ABORT",
     "ends the descriptor under way at its next example or row, with error ABORTED, and drops what the ring "
     "holds; reads 0"},
}};
inline constexpr std::array<RegisterField, 7> status{{
    {0, 1, "IDLE", "no descriptor is worked on"},
    {1, 1, "BUSY", "descriptors are worked on"},
    {2, 1, "ERROR", "ERROR_STATUS is not 0"},
    {3, 1, "POWERED", "always 1: without supply no access is answered"},
    {4, 1, "HALTED", "CONTROL.RUN is 0"},
    {5, 1, "RESETTING", "a soft reset waits for the descriptor under way"},
    {status_outstanding_shift, 16, "OUTSTANDING", "descriptors in the ring"},
}};
inline constexpr std::array<RegisterField, 3> interrupts{{
    {0, 1, "RING_EMPTY", "the last descriptor of the ring is done"},
    {1, 1, "ERROR", "a bit of ERROR_STATUS was set"},
    {2, 1, "DESCRIPTOR", "a descriptor with flag INTERRUPT is done"},
}};
inline constexpr std::array<RegisterField, 8> errors{{
    {0, 1, "DESCRIPTOR", "a descriptor that the chip does not take"},
    {1, 1, "DMA", "host memory answered with an error"},
    {2, 1, "NETWORK", "a packet was not delivered, or an example did not complete"},
    {3, 1, "LABEL", "a label beyond the classes"},
    {4, 1, "BUS", "a register access was refused"},
    {5, 1, "RING", "a doorbell or ring setting was refused"},
    {6, 1, "SELF_TEST", "a self-test found something"},
    {7, 1, "ABORTED", "the host ended a descriptor"},
}};
}  // namespace host_fields

constexpr std::uint32_t counter_register(ChipCounter counter) {
  return host_register::counters + 8 * static_cast<std::uint32_t>(counter);
}

namespace register_docs {
constexpr RegisterDoc fixed(std::uint32_t offset, std::string_view name, std::string_view meaning,
                            std::span<const RegisterField> fields = {}) {
  return {offset, name, RegisterAccess::read_only, 0, meaning, fields, true};
}
constexpr RegisterDoc low(ChipCounter counter, std::string_view name, std::string_view meaning) {
  return {counter_register(counter), name, RegisterAccess::read_only, 0, meaning};
}
constexpr RegisterDoc high(ChipCounter counter, std::string_view name) {
  return {counter_register(counter) + 4, name, RegisterAccess::read_only, 0,
          "its upper word when the low one was last read"};
}
}  // namespace register_docs

inline constexpr std::array<RegisterDoc, 28> host_register_docs{{
    {host_register::identification, "ID", RegisterAccess::read_only, identification_value, "\"KRCH\""},
    {host_register::version, "VERSION", RegisterAccess::read_only, register_map_version,
     "of the register map", host_fields::version},
    register_docs::fixed(host_register::mesh_shape, "MESH_SHAPE", "tiles of the mesh", host_fields::shape),
    register_docs::fixed(host_register::tile_shape, "TILE_SHAPE", "cells of a tile", host_fields::shape),
    register_docs::fixed(host_register::capabilities, "CAPABILITIES", "what this chip can do",
                         host_fields::capabilities),
    register_docs::fixed(host_register::table_sizes, "TABLE_SIZES", "entries of the tables in every node",
                         host_fields::table_sizes),
    {host_register::control, "CONTROL", RegisterAccess::read_write, control_run, "", host_fields::control},
    {host_register::status, "STATUS", RegisterAccess::read_only, status_idle | status_powered, "",
     host_fields::status},
    {host_register::interrupt_status, "INTERRUPT_STATUS", RegisterAccess::write_one_to_clear, 0,
     "the line is high while INTERRUPT_STATUS & INTERRUPT_ENABLE is not 0", host_fields::interrupts},
    {host_register::interrupt_enable, "INTERRUPT_ENABLE", RegisterAccess::read_write, 0, "",
     host_fields::interrupts},
    {host_register::error_status, "ERROR_STATUS", RegisterAccess::write_one_to_clear, 0, "",
     host_fields::errors},
    {host_register::error_address_low, "ERROR_ADDRESS_LOW", RegisterAccess::read_only, 0,
     "of the first error since ERROR_STATUS was 0, as its cause says"},
    {host_register::error_address_high, "ERROR_ADDRESS_HIGH", RegisterAccess::read_only, 0, "upper word"},
    {host_register::error_cause, "ERROR_CAUSE", RegisterAccess::read_only, 0,
     "of that error, see the list of causes"},
    {host_register::error_tag, "ERROR_TAG", RegisterAccess::read_only, 0,
     "tag of the descriptor that had that error; 0: none"},
    register_docs::fixed(host_register::cycle_ps, "CYCLE_PS", "length of a cycle of the mesh clock, ps"),
    register_docs::low(ChipCounter::cycles, "CYCLES_LOW", "cycles of the mesh clock; latches the upper word"),
    register_docs::high(ChipCounter::cycles, "CYCLES_HIGH"),
    register_docs::low(ChipCounter::energy_pj, "ENERGY_LOW",
                       "pJ, every booking of the energy model at the technology's base values; latches"),
    register_docs::high(ChipCounter::energy_pj, "ENERGY_HIGH"),
    register_docs::low(ChipCounter::packets, "PACKETS_LOW",
                       "packets sent into the mesh, a multicast once, accesses not counted; latches"),
    register_docs::high(ChipCounter::packets, "PACKETS_HIGH"),
    register_docs::low(ChipCounter::examples, "EXAMPLES_LOW", "trained; latches"),
    register_docs::high(ChipCounter::examples, "EXAMPLES_HIGH"),
    register_docs::low(ChipCounter::inferences, "INFERENCES_LOW", "examples inferred; latches"),
    register_docs::high(ChipCounter::inferences, "INFERENCES_HIGH"),
    register_docs::low(ChipCounter::dma_bytes, "DMA_BYTES_LOW", "between chip and host memory; latches"),
    register_docs::high(ChipCounter::dma_bytes, "DMA_BYTES_HIGH"),
}};

// ---- sequencer --------------------------------------------------------------------------------------

namespace sequencer_fields {
inline constexpr std::array<RegisterField, 3> flow{{
    {0, 16, "ROUTE", ""},
    {16, 2, "KIND", "0 inputs to tiles, 1 outputs from a collector, 2 deltas to tiles"},
    {31, 1, "VALID", ""},
}};
}  // namespace sequencer_fields

inline constexpr std::array<RegisterDoc, 16> sequencer_register_docs{{
    {sequencer_register::ring_base_low, "RING_BASE_LOW", RegisterAccess::read_write, 0,
     "host address of the descriptor ring"},
    {sequencer_register::ring_base_high, "RING_BASE_HIGH", RegisterAccess::read_write, 0, "upper word"},
    {sequencer_register::ring_entries, "RING_ENTRIES", RegisterAccess::read_write, 0,
     "descriptors of 64 bytes, 2 to 1024; 0: no ring. Writing it sets head and tail to 0"},
    {sequencer_register::ring_head, "RING_HEAD", RegisterAccess::read_only, 0,
     "next descriptor to be worked off"},
    {sequencer_register::ring_tail, "RING_TAIL", RegisterAccess::read_write, 0,
     "one past the last descriptor, modulo RING_ENTRIES; writing it rings the doorbell"},
    {sequencer_register::busy, "BUSY", RegisterAccess::read_only, 0, "1 while descriptors are worked on"},
    {sequencer_register::doorbell, "DOORBELL", RegisterAccess::write_only, 0,
     "adds so many descriptors to RING_TAIL"},
    {sequencer_register::inputs, "INPUTS", RegisterAccess::read_write, 0,
     "elements of an example, a byte each"},
    {sequencer_register::classes, "CLASSES", RegisterAccess::read_write, 0, "outputs of the last layer"},
    {sequencer_register::output_lsb, "OUTPUT_LSB", RegisterAccess::read_write, 0,
     "float: z per code of the last layer"},
    {sequencer_register::groups, "GROUPS", RegisterAccess::read_write, 0,
     "column groups in use: DONE packets per example"},
    {sequencer_register::transfer_route, "TRANSFER_ROUTE", RegisterAccess::read_write, 0xffff,
     "route to all tiles in use"},
    {sequencer_register::transfer_interval, "TRANSFER_INTERVAL", RegisterAccess::read_write, 0,
     "examples between transfers; 0: only by descriptor"},
    {sequencer_register::in_flight, "IN_FLIGHT", RegisterAccess::read_write, 1,
     "examples that INFER keeps under way at a time, 1 to CAPABILITIES.IN_FLIGHT + 1; TRAIN has one"},
    {sequencer_register::examples, "EXAMPLES", RegisterAccess::read_only, 0, "trained so far, modulo 2^32"},
    {sequencer_register::transfers, "TRANSFERS", RegisterAccess::read_only, 0, "so far, modulo 2^32"},
}};

inline constexpr std::array<RegisterDoc, 4> flow_entry_docs{{
    {0x0, "ROUTE_AND_KIND", RegisterAccess::read_write, 0, "", sequencer_fields::flow},
    {0x4, "FIRST", RegisterAccess::read_write, 0, "first element of the example or of the outputs"},
    {0x8, "COUNT", RegisterAccess::read_write, 0, "elements"},
    {0xc, "RESERVED", RegisterAccess::read_write, 0, "keeps what is written"},
}};
inline constexpr std::array<foundation::RegisterTable, 1> sequencer_register_tables{{
    {sequencer_register::flow_table, "FLOW", sequencer_flow_bytes, "1664",
     "what a network's inputs, outputs and deltas are", flow_entry_docs},
}};
static_assert(sequencer_flow_entries == 1664);

// ---- all --------------------------------------------------------------------------------------------

inline constexpr std::array<foundation::RegisterWindow, 4> register_map{{
    {"Host interface", "HOST", host_registers_base, 0, host_register_docs, {}},
    {"Sequencer", "SEQ", sequencer_registers_base, 0, sequencer_register_docs, sequencer_register_tables},
    {"Tile", "TILE", interconnect::node_window_base + interconnect::tile_registers_offset,
     interconnect::node_window_bytes, tiles::tile_register_docs, tiles::tile_register_tables},
    {"Router", "ROUTER", interconnect::node_window_base, interconnect::node_window_bytes,
     interconnect::router_register_docs, interconnect::router_register_tables},
}};

/// The register at an offset; null where there is none.
constexpr const RegisterDoc* find_register(std::span<const RegisterDoc> docs, std::uint32_t offset) {
  for (const RegisterDoc& doc : docs) {
    if (doc.offset == offset) {
      return &doc;
    }
  }
  return nullptr;
}

}  // namespace kirchhoff::model
