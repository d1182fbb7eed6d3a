#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "foundation/register_doc.h"
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

namespace tile_fields {
inline constexpr std::array<foundation::RegisterField, 7> control{{
    {0, 1, "ENABLE", "takes the settings over and packets in"},
    {1, 1, "FIRST_LAYER", "no transposed read"},
    {2, 1, "LAST_LAYER", "the collector sends z to the sequencer"},
    {3, 1, "COLLECTOR", "adds the partial sums of its column group"},
    {4, 1, "BIAS", "the last row in use is the bias row, always driven"},
    {5, 1, "OVERLAP_FORWARD", "the next layer integrates while this tile converts"},
    {6, 1, "OVERLAP_TRANSPOSED", "the same, transposed"},
}};
inline constexpr std::array<foundation::RegisterField, 4> status{{
    {0, 1, "BAD_SETTING", "ENABLE with settings that do not fit the tile"},
    {1, 1, "UNKNOWN_FLOW", "a packet that no receive entry names"},
    {2, 1, "BAD_PACKET", "a packet of the wrong kind, length or format"},
    {3, 1, "SEND_FAILED", "a packet of this tile was not delivered"},
}};
inline constexpr std::array<foundation::RegisterField, 3> receive_0{{
    {0, 16, "ROUTE", "route of the packets"},
    {16, 4, "ACTION",
     "1 inputs, 2 partial sum, 3 exponent report, 4 exponent, 5 deltas, 6 transposed partial sum, 7 "
     "transfer, "
     "8 done"},
    {31, 1, "VALID", ""},
}};
inline constexpr std::array<foundation::RegisterField, 2> receive_1{{
    {0, 16, "FIRST", "first element taken"},
    {16, 16, "COUNT", "elements taken"},
}};
inline constexpr std::array<foundation::RegisterField, 2> receive_2{{
    {0, 16, "LINE", "line the first one goes to"},
    {16, 16, "SLOT", "summand they are"},
}};
inline constexpr std::array<foundation::RegisterField, 1> receive_3{{
    {0, 16, "SUMMANDS", "partial sums that a packet must be the sum of, added by routers; 0: 1"},
}};
}  // namespace tile_fields

namespace tile_docs {
using foundation::RegisterAccess;
inline constexpr std::uint32_t float_one = 0x3f80'0000;
inline constexpr std::uint32_t nowhere = 0xffff;

constexpr foundation::RegisterDoc setting(TileRegister address, std::string_view name,
                                          std::string_view meaning, std::uint32_t reset = 0) {
  return {static_cast<std::uint32_t>(address), name, RegisterAccess::read_write, reset, meaning};
}
}  // namespace tile_docs

inline constexpr std::array<foundation::RegisterDoc, 25> tile_register_docs{{
    {static_cast<std::uint32_t>(TileRegister::control), "CONTROL", foundation::RegisterAccess::read_write, 0,
     "role of the tile", tile_fields::control},
    tile_docs::setting(TileRegister::layer, "LAYER", "index of the layer, for reports"),
    tile_docs::setting(TileRegister::rows, "ROWS", "rows in use, the bias row included"),
    tile_docs::setting(TileRegister::columns, "COLUMNS", "columns in use"),
    tile_docs::setting(TileRegister::activation, "ACTIVATION", "0 linear, 1 logistic, 2 ReLU"),
    tile_docs::setting(TileRegister::forward_full_scale, "FORWARD_FULL_SCALE", "float: ADC range +- of z"),
    tile_docs::setting(TileRegister::backward_full_scale, "BACKWARD_FULL_SCALE",
                       "float: ADC range +- of w x scaled delta"),
    tile_docs::setting(TileRegister::input_scale, "INPUT_SCALE", "float: value of a full input pulse",
                       tile_docs::float_one),
    tile_docs::setting(TileRegister::output_scale, "OUTPUT_SCALE", "float: value of a full output code",
                       tile_docs::float_one),
    tile_docs::setting(TileRegister::learning_rate, "LEARNING_RATE", "float"),
    tile_docs::setting(TileRegister::partials, "PARTIALS",
                       "partial sums, and transfers done, that a collector waits for, its own included"),
    tile_docs::setting(TileRegister::partial_slot, "PARTIAL_SLOT",
                       "slot of the tile's own partial sum when it is the collector"),
    tile_docs::setting(TileRegister::back_partials, "BACK_PARTIALS",
                       "transposed partial sums a collector waits for"),
    tile_docs::setting(TileRegister::back_slots, "BACK_SLOTS", "column groups of the next layer"),
    tile_docs::setting(TileRegister::exponent_reports, "EXPONENT_REPORTS",
                       "reports a leader waits for, its own included"),
    tile_docs::setting(TileRegister::row_generator, "ROW_GENERATOR",
                       "seed of the row pulse generators: tiles with the same one send the same trains"),
    tile_docs::setting(TileRegister::transmit_partial, "TRANSMIT_PARTIAL", "route, 0xffff: to itself",
                       tile_docs::nowhere),
    tile_docs::setting(TileRegister::transmit_output, "TRANSMIT_OUTPUT",
                       "route of activations or of the last layer's z", tile_docs::nowhere),
    tile_docs::setting(TileRegister::transmit_back, "TRANSMIT_BACK", "route of transposed partial sums",
                       tile_docs::nowhere),
    tile_docs::setting(TileRegister::transmit_report, "TRANSMIT_REPORT",
                       "route to the leader, 0xffff: is the leader", tile_docs::nowhere),
    tile_docs::setting(TileRegister::transmit_exponent, "TRANSMIT_EXPONENT",
                       "route from the leader, 0xffff: alone", tile_docs::nowhere),
    tile_docs::setting(TileRegister::transmit_delta, "TRANSMIT_DELTA", "route of a collector's deltas",
                       tile_docs::nowhere),
    tile_docs::setting(TileRegister::transmit_done, "TRANSMIT_DONE",
                       "route to the collector (transfers), or from it to the sequencer (updates, too)",
                       tile_docs::nowhere),
    tile_docs::setting(TileRegister::column_generator, "COLUMN_GENERATOR", "the same for the columns"),
    {static_cast<std::uint32_t>(TileRegister::status), "STATUS",
     foundation::RegisterAccess::write_one_to_clear, 0, "what went wrong", tile_fields::status},
}};

// Receive table: one entry of four words per flow.
inline constexpr std::uint32_t flow_table_offset = 0x400;
inline constexpr std::uint32_t flow_entry_bytes = 16;
inline constexpr std::uint32_t flow_valid = 1U << 31;
inline constexpr std::uint32_t flow_table_max_entries =
    (interconnect::router_access_table_offset - flow_table_offset) / flow_entry_bytes;

inline constexpr std::array<foundation::RegisterDoc, 4> receive_entry_docs{{
    {0x0, "ROUTE_AND_ACTION", foundation::RegisterAccess::read_write, 0,
     "what is done with packets of a route", tile_fields::receive_0},
    {0x4, "ELEMENTS", foundation::RegisterAccess::read_write, 0, "elements of the packet",
     tile_fields::receive_1},
    {0x8, "DESTINATION", foundation::RegisterAccess::read_write, 0, "where they go", tile_fields::receive_2},
    {0xc, "REDUCTION", foundation::RegisterAccess::read_write, 0, "what has been done to them on their way",
     tile_fields::receive_3},
}};
inline constexpr std::array<foundation::RegisterTable, 1> tile_register_tables{{
    {flow_table_offset, "RECEIVE", flow_entry_bytes, "TABLE_SIZES.RECEIVE_ENTRIES",
     "receive table; write word 0 last", receive_entry_docs},
}};

}  // namespace kirchhoff::tiles
