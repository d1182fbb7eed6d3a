#include "model/network/route_planner.h"

#include <algorithm>
#include <string>

#include "foundation/error.h"

namespace kirchhoff::model {

using interconnect::NodeId;
using interconnect::Port;
using interconnect::RouteId;

RoutePlanner::RoutePlanner(interconnect::Topology topology, std::size_t route_entries)
    : topology_(topology), route_entries_(route_entries) {}

RouteId RoutePlanner::next_route() {
  if (masks_.size() >= route_entries_) {
    throw foundation::InputError("the network needs more than the " + std::to_string(route_entries_) +
                                 " routes of mesh.route_entries; raise it or use fewer, larger tiles");
  }
  masks_.emplace_back();
  return static_cast<RouteId>(masks_.size() - 1);
}

RouteId RoutePlanner::from_node(NodeId source, std::span<const NodeId> destinations) {
  const RouteId route = next_route();
  for (const NodeId destination : destinations) {
    add_path(route, source, destination, Port::local);
  }
  return route;
}

RouteId RoutePlanner::from_sequencer(std::span<const NodeId> destinations) {
  return from_node(interconnect::gateway_node, destinations);
}

RouteId RoutePlanner::to_sequencer(std::span<const NodeId> sources) {
  const RouteId route = next_route();
  for (const NodeId source : sources) {
    add_path(route, source, interconnect::gateway_node, interconnect::sequencer_port);
  }
  return route;
}

void RoutePlanner::add_path(RouteId route, NodeId from, NodeId to, Port exit) {
  auto& masks = masks_[route];
  for (NodeId at = from;;) {
    const bool arrived = at == to;
    const Port port = arrived ? exit : topology_.next_port_xy(at, to);
    const auto known =
        std::find_if(masks.begin(), masks.end(), [&](const Mask& mask) { return mask.node == at; });
    if (known == masks.end()) {
      masks.push_back({at, interconnect::mask_of(port)});
    } else {
      known->ports |= interconnect::mask_of(port);
    }
    if (arrived) {
      return;
    }
    at = topology_.neighbour(at, port);
  }
}

std::vector<RoutePlanner::Entry> RoutePlanner::entries() const {
  std::vector<Entry> result;
  for (std::size_t route = 0; route < masks_.size(); ++route) {
    for (const auto& mask : masks_[route]) {
      result.push_back({mask.node, static_cast<RouteId>(route), mask.ports});
    }
  }
  return result;
}

}  // namespace kirchhoff::model
