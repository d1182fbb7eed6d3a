#include "interconnect/route_tree.h"

#include <algorithm>

namespace kirchhoff::interconnect {

RouteTree::RouteTree(std::span<RouterCore* const> routers, NodeId entry, RouteId route)
    : fault_(Fault::none) {
  follow(routers, entry, route, root);
  if (fault_ != Fault::none) {
    hops_.clear();
  }
}

void RouteTree::follow(std::span<RouterCore* const> routers, NodeId node, RouteId route,
                       std::uint16_t before) {
  const RouterCore& router = *routers[node];
  if (router.reductions().find(route)) {
    if (before == root) {
      reduced_at_entry_ = true;
    } else {
      hops_[before].exit = true;
    }
    return;
  }
  const std::uint8_t ports = router.route(route);
  if (ports == 0) {
    fault_ = Fault::missing;
    fault_node_ = node;
    return;
  }
  for (const Port port : all_ports) {
    if ((ports & mask_of(port)) == 0) {
      continue;
    }
    const bool to_router = router.has_neighbour(port);
    const auto here = static_cast<std::uint16_t>(hops_.size());
    // A tree has each link at most once.
    if (hops_.size() >= std::min<std::size_t>(all_ports.size() * routers.size(), root)) {
      fault_ = Fault::loop;
      fault_node_ = node;
    } else if (!router.link_enabled(port)) {
      fault_ = Fault::disabled;
      fault_node_ = node;
      fault_port_ = port;
    }
    if (fault_ != Fault::none) {
      return;
    }
    hops_.push_back({static_cast<std::uint16_t>(node), before, port, !to_router});
    if (to_router) {
      follow(routers, router.topology().neighbour(node, port), route, here);
    }
  }
}

}  // namespace kirchhoff::interconnect
