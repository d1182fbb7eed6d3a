#pragma once

#include <span>

#include "interconnect/route_tree.h"

namespace kirchhoff::interconnect {

/// May a packet that came over `inbound` and leaves over `outbound` (ports of this router, both to
/// neighbours) stay on its virtual channel? It may not where it turns from north/south to east/west, the turn
/// that XY routing does without: there it takes the next one, so that no ring of links that wait for each
/// other can close.
constexpr bool keeps_channel(Port inbound, Port outbound) {
  const auto vertical = [](Port port) { return port == Port::north || port == Port::south; };
  return !vertical(inbound) || vertical(outbound);
}

/// What is wrong with a route, if anything, and at which router.
struct RouteFinding {
  enum class Kind : std::uint8_t {
    none,
    missing,        ///< a router without entry
    loop,           ///< more links than there are
    disabled,       ///< over a link that is broken or switched off
    reversal,       ///< back over the link it came from
    turns,          ///< more turns from north/south to east/west than there are virtual channels to take
    entered_twice,  ///< over two links into one router
  };
  Kind kind = Kind::none;
  NodeId node = 0;
};

/// Checks the tree of a route from the router where packets enter: no reversal, at most
/// LinkTiming::virtual_channels - 1 turns from north/south to east/west on every path, one link into each
/// router. Links from and to endpoints are no part of the mesh and make no turn.
RouteFinding check_route(std::span<RouterCore* const> routers, NodeId entry, RouteId route);

}  // namespace kirchhoff::interconnect
