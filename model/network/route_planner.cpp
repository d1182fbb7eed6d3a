#include "model/network/route_planner.h"

#include <algorithm>
#include <map>
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

RouteId RoutePlanner::from_node(NodeId source, std::span<const NodeId> destinations) {
  const RouteId route = next_route();
  if (std::all_of(destinations.begin(), destinations.end(),
                  [&](NodeId destination) { return xy_works(source, destination); })) {
    for (const NodeId destination : destinations) {
      add_path(route, source, destination, Port::local);
    }
    return route;
  }
  const auto tree = detours(Direction::away).tree(source, destinations);
  refuse_unreachable(source, true, tree.unreachable);
  for (const PathLink& link : tree.links) {
    add_port(route, link.node, link.port);
  }
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
  if (std::all_of(sources.begin(), sources.end(), [&](NodeId source) { return xy_works(source, root); })) {
    for (const NodeId source : sources) {
      add_path(route, source, root, interconnect::sequencer_port);
    }
    return route;
  }
  const auto tree = detours(Direction::towards).tree(root, sources);
  refuse_unreachable(root, false, tree.unreachable);
  for (const PathLink& link : tree.links) {
    add_port(route, link.node, link.port);
  }
  add_port(route, root, interconnect::sequencer_port);
  return route;
}

std::optional<std::vector<PathLink>> RoutePlanner::tree_towards(NodeId root, std::span<const NodeId> sources,
                                                                bool must) {
  if (!std::all_of(sources.begin(), sources.end(), [&](NodeId source) { return xy_works(source, root); })) {
    auto tree = detours(Direction::towards).tree(root, sources);
    if (must) {
      refuse_unreachable(root, false, tree.unreachable);
    }
    return tree.unreachable.empty() ? std::optional{std::move(tree.links)} : std::nullopt;
  }
  // By XY every router has one way on to the root.
  std::vector<PathLink> links;
  for (const NodeId source : sources) {
    for (NodeId at = source; at != root;) {
      const PathLink link{at, topology_.next_port_xy(at, root)};
      if (std::find(links.begin(), links.end(), link) != links.end()) {
        break;
      }
      links.push_back(link);
      at = topology_.neighbour(at, link.port);
    }
  }
  return links;
}

/// Of the tree that from_node() would take.
std::size_t RoutePlanner::links_from(NodeId source, std::span<const NodeId> destinations) {
  if (!std::all_of(destinations.begin(), destinations.end(),
                   [&](NodeId destination) { return xy_works(source, destination); })) {
    return detours(Direction::away).tree(source, destinations).links.size();
  }
  std::vector<PathLink> links;
  for (const NodeId destination : destinations) {
    for (NodeId at = source; at != destination;) {
      const PathLink link{at, topology_.next_port_xy(at, destination)};
      if (std::find(links.begin(), links.end(), link) == links.end()) {
        links.push_back(link);
      }
      at = topology_.neighbour(at, link.port);
    }
  }
  return links.size();
}

RoutePlanner::Reduction RoutePlanner::reduced(std::span<const NodeId> sources,
                                              std::span<const NodeId> destinations) {
  Reduction best;
  if (destinations.size() == 1) {
    const auto links = tree_towards(destinations.front(), sources, true);
    best.tree = reduction_tree(topology_, *links, sources);
  } else {
    std::vector<NodeId> roots{destinations.begin(), destinations.end()};
    roots.insert(roots.end(), sources.begin(), sources.end());
    std::optional<std::size_t> fewest;
    for (const NodeId root : roots) {
      const auto links = tree_towards(root, sources, root == roots.back() && !fewest);
      if (!links) {
        continue;
      }
      auto tree = reduction_tree(topology_, *links, sources);
      const std::size_t all = tree.links() + links_from(tree.meetings[tree.last].node, destinations);
      if (!fewest || all < *fewest) {
        fewest = all;
        best.tree = std::move(tree);
      }
    }
  }
  const auto add_way = [&](RouteId route, std::span<const PathLink> way) {
    for (const PathLink& link : way) {
      add_port(route, link.node, link.port);
    }
  };
  for (std::size_t i = 0; i < best.tree.meetings.size(); ++i) {
    best.routes.push_back(next_route());
  }
  for (const auto& start : best.tree.starts) {
    add_way(best.routes[start.meeting], start.way);
  }
  for (const auto& meeting : best.tree.meetings) {
    add_way(best.routes[meeting.next], meeting.way);
  }
  best.sum = from_node(best.tree.meetings[best.tree.last].node, destinations);
  return best;
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

void RoutePlanner::add_path(RouteId route, NodeId from, NodeId to, Port exit) {
  for (NodeId at = from;;) {
    const bool arrived = at == to;
    const Port port = arrived ? exit : topology_.next_port_xy(at, to);
    add_port(route, at, port);
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
