#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "interconnect/packet_address.h"

/// Registers of a tile as the host programs them, 32-bit words at these byte offsets of the node window.
namespace kirchhoff::tiles {

enum class TileRegister : std::uint32_t {
  control = 0x00,
  layer = 0x04,
  rows = 0x08,
  columns = 0x0c,
  activation = 0x10,
  forward_full_scale = 0x14,
  backward_full_scale = 0x18,
  input_scale = 0x1c,
  output_scale = 0x20,
  learning_rate = 0x24,
  partials = 0x28,
  partial_slot = 0x2c,
  back_partials = 0x30,
  back_slots = 0x34,
  exponent_reports = 0x38,
  row_generator = 0x3c,
  transmit_partial = 0x40,
  transmit_output = 0x44,
  transmit_back = 0x48,
  transmit_report = 0x4c,
  transmit_exponent = 0x50,
  transmit_delta = 0x54,
  transmit_done = 0x58,
  column_generator = 0x5c,
  status = 0x60,
};

struct TileRegisterDoc {
  TileRegister address;
  std::string_view name;
  bool writable;
  std::string_view meaning;
};

inline constexpr std::array<TileRegisterDoc, 25> tile_register_docs{{
    {TileRegister::control, "CONTROL", true,
     "role of the tile, bits of TileControl; writing ENABLE takes the settings over"},
    {TileRegister::layer, "LAYER", true, "index of the layer, for reports"},
    {TileRegister::rows, "ROWS", true, "rows in use, the bias row included"},
    {TileRegister::columns, "COLUMNS", true, "columns in use"},
    {TileRegister::activation, "ACTIVATION", true, "0 linear, 1 logistic, 2 ReLU"},
    {TileRegister::forward_full_scale, "FORWARD_FULL_SCALE", true, "float: ADC range +- of z"},
    {TileRegister::backward_full_scale, "BACKWARD_FULL_SCALE", true,
     "float: ADC range +- of w x scaled delta"},
    {TileRegister::input_scale, "INPUT_SCALE", true, "float: value of a full input pulse"},
    {TileRegister::output_scale, "OUTPUT_SCALE", true, "float: value of a full output code"},
    {TileRegister::learning_rate, "LEARNING_RATE", true, "float"},
    {TileRegister::partials, "PARTIALS", true,
     "partial sums, and transfers done, that a collector waits for, its own included"},
    {TileRegister::partial_slot, "PARTIAL_SLOT", true,
     "slot of the tile's own partial sum when it is the collector"},
    {TileRegister::back_partials, "BACK_PARTIALS", true, "transposed partial sums a collector waits for"},
    {TileRegister::back_slots, "BACK_SLOTS", true, "column groups of the next layer"},
    {TileRegister::exponent_reports, "EXPONENT_REPORTS", true,
     "reports a leader waits for, its own included"},
    {TileRegister::row_generator, "ROW_GENERATOR", true,
     "seed of the row pulse generators: tiles with the same one send the same trains"},
    {TileRegister::transmit_partial, "TRANSMIT_PARTIAL", true, "route, 0xffff: to itself"},
    {TileRegister::transmit_output, "TRANSMIT_OUTPUT", true, "route of activations or of the last layer's z"},
    {TileRegister::transmit_back, "TRANSMIT_BACK", true, "route of transposed partial sums"},
    {TileRegister::transmit_report, "TRANSMIT_REPORT", true, "route to the leader, 0xffff: is the leader"},
    {TileRegister::transmit_exponent, "TRANSMIT_EXPONENT", true, "route from the leader, 0xffff: alone"},
    {TileRegister::transmit_delta, "TRANSMIT_DELTA", true, "route of a collector's deltas"},
    {TileRegister::transmit_done, "TRANSMIT_DONE", true,
     "route to the collector (transfers), or from it to the sequencer (updates, too)"},
    {TileRegister::column_generator, "COLUMN_GENERATOR", true, "the same for the columns"},
    {TileRegister::status, "STATUS", true, "bits of TileStatus, write one to clear"},
}};

/// Bits of CONTROL.
enum TileControl : std::uint32_t {
  control_enable = 1U << 0,
  control_first_layer = 1U << 1,         ///< no transposed read
  control_last_layer = 1U << 2,          ///< the collector sends z to the sequencer
  control_collector = 1U << 3,           ///< adds the partial sums of its column group
  control_bias = 1U << 4,                ///< the last row in use is the bias row, always driven
  control_overlap_forward = 1U << 5,     ///< the next layer integrates while this tile converts
  control_overlap_transposed = 1U << 6,  ///< the same, transposed
};

/// Bits of STATUS.
enum TileStatus : std::uint32_t {
  status_bad_setting = 1U << 0,   ///< ENABLE with settings that do not fit the tile
  status_unknown_flow = 1U << 1,  ///< a packet that no receive entry names
  status_bad_packet = 1U << 2,    ///< a packet of the wrong length or format
  status_send_failed = 1U << 3,   ///< a packet of this tile was not delivered
};

// Receive table: one entry of four words per flow.
//   word 0: route (15:0), action (19:16), valid (31)
//   word 1: first element taken (15:0), count (31:16)
//   word 2: destination line (15:0), slot (31:16)
inline constexpr std::uint32_t flow_table_offset = 0x400;
inline constexpr std::uint32_t flow_entry_bytes = 16;
inline constexpr std::uint32_t flow_valid = 1U << 31;
inline constexpr std::uint32_t flow_table_max_entries =
    (interconnect::router_access_table_offset - flow_table_offset) / flow_entry_bytes;

}  // namespace kirchhoff::tiles
