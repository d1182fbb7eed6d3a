#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "interconnect/mesh_faults.h"
#include "model/network/mesh_paths.h"
#include "model/network/reduction_tree.h"

namespace kirchhoff::model {

/// What a planner must keep to.
struct MeshRules {
  std::size_t route_entries = 1024;
  interconnect::MeshFaults faults{};
  std::uint32_t virtual_channels = 2;
  std::size_t first_route = 0;  ///< earlier ones are those of other networks on the chip
};

/// Computes route tables. A route is a tree: of XY paths where all their links work, else of paths around
/// what is broken (MeshPaths).
///
/// All throw InputError when the tables are full, or naming the nodes between which there is no way.
class RoutePlanner {
 public:
  RoutePlanner(interconnect::Topology topology, const MeshRules& rules);

  /// From a node, or from the sequencer, to nodes.
  interconnect::RouteId from_node(interconnect::NodeId source,
                                  std::span<const interconnect::NodeId> destinations);
  interconnect::RouteId from_sequencer(std::span<const interconnect::NodeId> destinations);
  /// From several nodes to the sequencer; they may share the route.
  interconnect::RouteId to_sequencer(std::span<const interconnect::NodeId> sources);

  /// A sum of packets from several nodes, added on their way, to nodes.
  struct Reduction {
    ReductionTree tree;
    std::vector<interconnect::RouteId> routes;  ///< by meeting: of what is added there
    interconnect::RouteId sum = 0;              ///< from the last meeting to the destinations
  };
  /// `sources`: two or more. With several destinations all meet where the ways are shortest in sum.
  Reduction reduced(std::span<const interconnect::NodeId> sources,
                    std::span<const interconnect::NodeId> destinations);

  struct Entry {
    interconnect::NodeId node;
    interconnect::RouteId route;
    std::uint8_t ports;
  };
  /// All table entries that are not empty.
  [[nodiscard]] std::vector<Entry> entries() const;
  [[nodiscard]] std::size_t routes() const { return masks_.size(); }
  /// Links between routers on the way of a route, in no particular order.
  [[nodiscard]] std::vector<PathLink> links(interconnect::RouteId route) const;
  /// Links between routers that a packet from each of `sources` takes to a route's only exit, all together.
  [[nodiscard]] std::size_t path_lengths(interconnect::RouteId route,
                                         std::span<const interconnect::NodeId> sources) const;

 private:
  interconnect::RouteId next_route();
  [[nodiscard]] bool xy_works(interconnect::NodeId from, interconnect::NodeId to) const;
  void add_way(interconnect::RouteId route, std::span<const PathLink> way);
  void add_port(interconnect::RouteId route, interconnect::NodeId node, interconnect::Port port);
  const MeshPaths& detours(MeshPaths::Direction direction);
  MeshPaths::Tree ways(MeshPaths::Direction direction, interconnect::NodeId root,
                       std::span<const interconnect::NodeId> ends);
  ReductionTree meet(std::span<const interconnect::NodeId> sources,
                     std::span<const interconnect::NodeId> destinations);
  void refuse_unreachable(interconnect::NodeId root, bool away,
                          std::span<const interconnect::NodeId> ends) const;

  interconnect::Topology topology_;
  MeshRules rules_;
  struct Mask {
    interconnect::NodeId node;
    std::uint8_t ports;
  };
  std::vector<std::vector<Mask>> masks_;  ///< per route, from first_route on
  std::unique_ptr<MeshPaths> away_;       ///< made when needed
  std::unique_ptr<MeshPaths> towards_;
};

}  // namespace kirchhoff::model
