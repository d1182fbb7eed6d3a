#include "model/network/route_planner.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "foundation/error.h"
#include "model/chip/mesh_places.h"

namespace kirchhoff::model {

using interconnect::NodeId;
using interconnect::Port;
using interconnect::RouteId;
using Direction = MeshPaths::Direction;

RoutePlanner::RoutePlanner(interconnect::Topology topology, const MeshRules& rules)
    : topology_(topology), rules_(rules) {}

RouteId RoutePlanner::next_route() {
  if (rules_.first_route + masks_.size() >= rules_.route_entries) {
    throw foundation::InputError(
        "the network needs more than the " + std::to_string(rules_.route_entries) +
        " routes of mesh.route_entries" +
        (rules_.first_route > 0
             ? ", of which " + std::to_string(rules_.first_route) + " are taken by other networks"
             : "") +
        "; raise it or use fewer, larger tiles");
  }
  masks_.emplace_back();
  return static_cast<RouteId>(rules_.first_route + masks_.size() - 1);
}

/// By XY where that works for all of `ends`, around the faults otherwise.
MeshPaths::Tree RoutePlanner::ways(Direction direction, NodeId root, std::span<const NodeId> ends) {
  const bool away = direction == Direction::away;
  if (!std::all_of(ends.begin(), ends.end(),
                   [&](NodeId end) { return away ? xy_works(root, end) : xy_works(end, root); })) {
    return detours(direction).tree(root, ends);
  }
  MeshPaths::Tree tree;
  for (const NodeId end : ends) {
    const NodeId to = away ? end : root;
    for (NodeId at = away ? root : end; at != to;) {
      const PathLink link{at, topology_.next_port_xy(at, to)};
      if (std::find(tree.links.begin(), tree.links.end(), link) == tree.links.end()) {
        tree.links.push_back(link);
      }
      at = topology_.neighbour(at, link.port);
    }
  }
  return tree;
}

void RoutePlanner::add_way(RouteId route, std::span<const PathLink> way) {
  for (const PathLink& link : way) {
    add_port(route, link.node, link.port);
  }
}

RouteId RoutePlanner::from_node(NodeId source, std::span<const NodeId> destinations) {
  const RouteId route = next_route();
  const auto tree = ways(Direction::away, source, destinations);
  refuse_unreachable(source, true, tree.unreachable);
  add_way(route, tree.links);
  for (const NodeId destination : destinations) {
    add_port(route, destination, Port::local);
  }
  return route;
}

RouteId RoutePlanner::from_sequencer(std::span<const NodeId> destinations) {
  return from_node(interconnect::gateway_node, destinations);
}

RouteId RoutePlanner::to_sequencer(std::span<const NodeId> sources) {
  const RouteId route = next_route();
  const NodeId root = interconnect::gateway_node;
  const auto tree = ways(Direction::towards, root, sources);
  refuse_unreachable(root, false, tree.unreachable);
  add_way(route, tree.links);
  add_port(route, root, interconnect::sequencer_port);
  return route;
}

/// Where the sum sets out: at the only destination, or at that end from which all links together are fewest.
ReductionTree RoutePlanner::meet(std::span<const NodeId> sources, std::span<const NodeId> destinations) {
  std::vector<NodeId> roots{destinations.begin(), destinations.end()};
  if (destinations.size() > 1) {
    roots.insert(roots.end(), sources.begin(), sources.end());
  }
  std::optional<std::size_t> fewest;
  ReductionTree best;
  for (const NodeId root : roots) {
    const auto there = ways(Direction::towards, root, sources);
    if (!there.unreachable.empty()) {
      continue;
    }
    auto tree = reduction_tree(topology_, there.links, sources);
    const auto on = ways(Direction::away, tree.meetings[tree.last].node, destinations);
    const std::size_t links = tree.links() + on.links.size();
    if (on.unreachable.empty() && (!fewest || links < *fewest)) {
      fewest = links;
      best = std::move(tree);
    }
  }
  if (!fewest) {  // what is missing is said here, or by from_node()
    const auto there = ways(Direction::towards, roots.front(), sources);
    refuse_unreachable(roots.front(), false, there.unreachable);
    best = reduction_tree(topology_, there.links, sources);
  }
  return best;
}

RoutePlanner::Reduction RoutePlanner::reduced(std::span<const NodeId> sources,
                                              std::span<const NodeId> destinations) {
  Reduction reduction;
  reduction.tree = meet(sources, destinations);
  const auto& meetings = reduction.tree.meetings;
  for (std::size_t i = 0; i < meetings.size(); ++i) {
    reduction.routes.push_back(next_route());
  }
  for (const auto& start : reduction.tree.starts) {
    add_way(reduction.routes[start.meeting], start.way);
  }
  for (const auto& meeting : meetings) {
    add_way(reduction.routes[meeting.next], meeting.way);
  }
  reduction.sum = from_node(meetings[reduction.tree.last].node, destinations);
  return reduction;
}

const MeshPaths& RoutePlanner::detours(Direction direction) {
  auto& paths = direction == Direction::away ? away_ : towards_;
  if (paths == nullptr) {
    paths = std::make_unique<MeshPaths>(topology_, rules_.faults, rules_.virtual_channels, direction);
  }
  return *paths;
}

bool RoutePlanner::xy_works(NodeId from, NodeId to) const {
  for (NodeId at = from; at != to;) {
    const Port port = topology_.next_port_xy(at, to);
    if (!rules_.faults.works(at, port)) {
      return false;
    }
    at = topology_.neighbour(at, port);
  }
  return true;
}

void RoutePlanner::refuse_unreachable(NodeId root, bool away, std::span<const NodeId> ends) const {
  if (ends.empty()) {
    return;
  }
  const std::string nodes = nodes_text(topology_, {ends.begin(), ends.end()});
  const std::string node = node_text(topology_, root);
  throw foundation::InputError(
      "the mesh has no way " +
      (away ? "from node " + node + " to " + nodes
            : "from " + nodes + " to " + (root == interconnect::gateway_node ? "the sequencer at " : "") +
                  "node " + node) +
      " around its disabled links and routers with mesh.virtual_channels = " +
      std::to_string(rules_.virtual_channels) + ", which allow " +
      std::to_string(rules_.virtual_channels - 1) +
      " turns from north/south to east/west; raise mesh.virtual_channels, or disable the tiles of these "
      "nodes");
}

void RoutePlanner::add_port(RouteId route, NodeId node, Port port) {
  auto& masks = masks_[route - rules_.first_route];
  const auto known =
      std::find_if(masks.begin(), masks.end(), [&](const Mask& mask) { return mask.node == node; });
  if (known == masks.end()) {
    masks.push_back({node, interconnect::mask_of(port)});
  } else {
    known->ports |= interconnect::mask_of(port);
  }
}

std::vector<RoutePlanner::Entry> RoutePlanner::entries() const {
  std::vector<Entry> result;
  for (std::size_t route = 0; route < masks_.size(); ++route) {
    for (const auto& mask : masks_[route]) {
      result.push_back({mask.node, static_cast<RouteId>(rules_.first_route + route), mask.ports});
    }
  }
  return result;
}

std::size_t RoutePlanner::path_lengths(RouteId route, std::span<const NodeId> sources) const {
  std::map<NodeId, NodeId> next;
  for (const PathLink& link : links(route)) {
    next[link.node] = topology_.neighbour(link.node, link.port);
  }
  std::size_t sum = 0;
  for (const NodeId source : sources) {
    for (auto on = next.find(source); on != next.end(); on = next.find(on->second)) {
      ++sum;
    }
  }
  return sum;
}

std::vector<PathLink> RoutePlanner::links(RouteId route) const {
  std::vector<PathLink> result;
  for (const Mask& mask : masks_[route - rules_.first_route]) {
    for (const Port port : interconnect::all_ports) {
      if ((mask.ports & interconnect::mask_of(port)) != 0 && topology_.has_neighbour(mask.node, port)) {
        result.push_back({mask.node, port});
      }
    }
  }
  return result;
}

}  // namespace kirchhoff::model
