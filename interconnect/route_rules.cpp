#include "interconnect/route_rules.h"

#include <vector>

namespace kirchhoff::interconnect {
namespace {

RouteFinding::Kind kind_of(RouteTree::Fault fault) {
  switch (fault) {
    case RouteTree::Fault::none:
      return RouteFinding::Kind::none;
    case RouteTree::Fault::missing:
      return RouteFinding::Kind::missing;
    case RouteTree::Fault::loop:
      return RouteFinding::Kind::loop;
    case RouteTree::Fault::disabled:
      break;
  }
  return RouteFinding::Kind::disabled;
}

}  // namespace

RouteFinding check_route(std::span<RouterCore* const> routers, NodeId entry, RouteId route) {
  const RouteTree tree{routers, entry, route};
  if (tree.fault() != RouteTree::Fault::none) {
    return {kind_of(tree.fault()), tree.fault_node()};
  }
  const Topology& mesh = routers[entry]->topology();
  std::vector<bool> entered(routers.size(), false);
  entered[entry] = true;
  const auto hops = tree.hops();
  std::vector<std::uint32_t> channel(hops.size(), 0);
  for (std::size_t i = 0; i < hops.size(); ++i) {
    const RouteTree::Hop& hop = hops[i];
    if (!mesh.has_neighbour(hop.node, hop.port)) {
      continue;
    }
    if (hop.before != RouteTree::root) {
      const Port inbound = opposite(hops[hop.before].port);
      if (is_u_turn(inbound, hop.port)) {
        return {RouteFinding::Kind::reversal, hop.node};
      }
      channel[i] = channel[hop.before] + (raises_channel(inbound, hop.port) ? 1U : 0U);
    }
    if (channel[i] >= routers[hop.node]->timing().virtual_channels) {
      return {RouteFinding::Kind::turns, hop.node};
    }
    const NodeId next = mesh.neighbour(hop.node, hop.port);
    if (entered[next]) {
      return {RouteFinding::Kind::entered_twice, next};
    }
    entered[next] = true;
  }
  return {};
}

}  // namespace kirchhoff::interconnect
