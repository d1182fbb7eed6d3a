#pragma once

#include <span>

#include "interconnect/route_tree.h"
#include "interconnect/turn.h"

namespace kirchhoff::interconnect {

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
