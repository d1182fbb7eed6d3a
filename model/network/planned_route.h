#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "interconnect/packet.h"
#include "model/network/mesh_paths.h"

namespace kirchhoff::model {

/// Widths that decide how long packets are.
struct PacketSizes {
  std::int64_t dac_bits = 8;
  std::int64_t adc_bits = 9;
  bool two_phase_deltas = false;
  std::uint32_t link_width_bits = 128;
};

/// A route and what travels along it. Where routers add partial sums, what a router adds and the sum that
/// goes on from it are planned apart, the router being destination of the one and source of the other.
struct PlannedRoute {
  interconnect::RouteId route = 0;
  interconnect::PacketKind kind = interconnect::PacketKind::activation;
  std::vector<interconnect::NodeId> sources;       ///< none: the sequencer
  std::vector<interconnect::NodeId> destinations;  ///< none: the sequencer
  std::vector<PathLink> links;                     ///< between routers
  std::uint64_t elements = 0;                      ///< of a packet
  std::uint64_t bits = 0;                          ///< of a packet, its head included
  std::uint64_t flits = 0;
  std::uint32_t summands = 1;  ///< partial sums in a packet: more than one where a router has added them
  bool is_reduced = false;     ///< it is added to others by the destination's router
  /// Of each source, per training example; transfers, which are rare, count as none.
  std::uint32_t packets = 1;
  /// Links that the packets of all sources take per training example.
  std::uint64_t hops = 0;

  /// Flits times links, per training example.
  [[nodiscard]] std::uint64_t flit_hops() const { return hops * flits; }
};

/// What placement is to make small: flits times links between routers, per training example, over all routes.
/// In it are the energy of the links, which grows with bits and links, and the time that packets are on their
/// way.
std::uint64_t flit_hops(std::span<const PlannedRoute> routes);

}  // namespace kirchhoff::model
