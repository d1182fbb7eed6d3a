#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "interconnect/topology.h"

namespace kirchhoff::model {

/// Computes route tables: every route is the tree of XY paths from a source to its destinations.
class RoutePlanner {
 public:
  RoutePlanner(interconnect::Topology topology, std::size_t route_entries);

  /// From a node, or from the sequencer, to nodes. Throws InputError when the tables are full.
  interconnect::RouteId from_node(interconnect::NodeId source,
                                  std::span<const interconnect::NodeId> destinations);
  interconnect::RouteId from_sequencer(std::span<const interconnect::NodeId> destinations);
  /// From several nodes to the sequencer; they may share the route.
  interconnect::RouteId to_sequencer(std::span<const interconnect::NodeId> sources);

  struct Entry {
    interconnect::NodeId node;
    interconnect::RouteId route;
    std::uint8_t ports;
  };
  /// All table entries that are not empty.
  [[nodiscard]] std::vector<Entry> entries() const;
  [[nodiscard]] std::size_t routes() const { return masks_.size(); }

 private:
  interconnect::RouteId next_route();
  void add_path(interconnect::RouteId route, interconnect::NodeId from, interconnect::NodeId to,
                interconnect::Port exit);

  interconnect::Topology topology_;
  std::size_t route_entries_;
  struct Mask {
    interconnect::NodeId node;
    std::uint8_t ports;
  };
  std::vector<std::vector<Mask>> masks_;  ///< per route
};

}  // namespace kirchhoff::model
