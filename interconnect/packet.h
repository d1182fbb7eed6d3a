#pragma once

#include <cstddef>
#include <cstdint>

#include "foundation/duration.h"
#include "foundation/phase.h"

namespace kirchhoff::interconnect {

/// Node of the mesh, row by row; a node is a router with its tile.
using NodeId = std::uint32_t;
/// Entry in the route tables; a route is one source and the tree to all its destinations.
using RouteId = std::uint16_t;

inline constexpr RouteId no_route = 0xffff;

enum class PacketKind : std::uint8_t {
  activation,       ///< inputs of a layer, to the row buffers of its tiles
  partial_sum,      ///< one tile's share of W x, to the collector of its column group
  layer_output,     ///< z of the last layer, to the sequencer
  exponent_report,  ///< largest |delta| of a column group, to the layer's leader
  exponent,         ///< the layer's shared exponent, from the leader to the collectors
  delta,            ///< scaled deltas of a column group, to the column buffers of its tiles
  back_partial,     ///< one tile's share of W^T delta, to the collectors of the layer below
  transfer,         ///< order: move the charge into the PCM
  done,             ///< column group to sequencer: update or transfer finished; tile to collector: transfer
  access,           ///< memory-mapped read or write of a node's registers or weights
};

/// How the elements of a packet's payload are encoded, in host byte order.
enum class VectorFormat : std::uint8_t { none, u8, s16, s32, f32 };

constexpr std::size_t bytes_of(VectorFormat format) {
  switch (format) {
    case VectorFormat::none:
      return 0;
    case VectorFormat::u8:
      return 1;
    case VectorFormat::s16:
      return 2;
    case VectorFormat::s32:
    case VectorFormat::f32:
      break;
  }
  return 4;
}

/// What a packet's head flit says; the vector travels in the payload's data bytes. With the extension around
/// it no more than a cache line: heads are what nobody has in the cache.
struct PacketHeader {
  PacketKind kind = PacketKind::access;
  VectorFormat format = VectorFormat::none;
  bool by_table : 1 = true;         ///< route by table; otherwise XY to `destination`
  std::uint8_t buffer : 3 = 0;      ///< of the line buffers where several examples are under way: which
  std::uint8_t channel : 4 = 0;     ///< virtual channel on the link it is on; approximately timed only
  std::uint8_t entry_port : 4 = 0;  ///< by which it came to the router of `source`; approximately timed only
  RouteId route = no_route;
  std::uint16_t summands = 1;  ///< partial sums that it is the sum of, added on its way (ReductionUnit)
  NodeId source = 0;
  NodeId destination = 0;
  std::uint32_t count = 0;        ///< elements
  std::uint8_t element_bits = 0;  ///< on the wire; a float payload is timed as what it stands for
  foundation::Phase phase = foundation::Phase::setup;
  std::uint16_t hops = 0;     ///< links between routers that an access has taken; by tables, uncounted
  std::int32_t exponent = 0;  ///< of scaled deltas and of sums over them: value = code x 2^exponent
  std::uint32_t update = 0;   ///< how many updates came before; the generators count, no wire carries it
  foundation::Duration sent_at{0};

  // Where the time of the critical path went that led to this packet.
  foundation::Duration path_network{0};
  foundation::Duration path_compute{0};

  static constexpr std::uint32_t header_bits = 32;
  [[nodiscard]] std::uint64_t wire_bits() const {
    return header_bits + static_cast<std::uint64_t>(count) * element_bits;
  }
};

}  // namespace kirchhoff::interconnect
