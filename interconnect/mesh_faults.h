#pragma once

#include <cstdint>
#include <vector>

#include "interconnect/topology.h"

namespace kirchhoff::interconnect {

/// What of a mesh is broken or must not be used: links (always in both directions), tiles, whole routers.
class MeshFaults {
 public:
  /// A mesh without faults, of any size.
  MeshFaults() = default;
  explicit MeshFaults(Topology topology) : topology_(topology), ports_(topology.node_count(), 0) {}

  /// `port` must have a neighbour.
  void disable_link(NodeId node, Port port);
  /// The link between a tile and its router; the router goes on.
  void disable_tile(NodeId node) { ports_[node] |= mask_of(Port::local); }
  void disable_router(NodeId node);

  [[nodiscard]] bool none() const;
  /// Outgoing links of a router that do not work, a mask of mask_of(Port).
  [[nodiscard]] std::uint8_t ports(NodeId node) const {
    return ports_.empty() ? std::uint8_t{0} : ports_[node];
  }
  [[nodiscard]] bool works(NodeId node, Port port) const { return (ports(node) & mask_of(port)) == 0; }
  [[nodiscard]] bool tile_works(NodeId node) const { return works(node, Port::local); }

 private:
  Topology topology_;
  std::vector<std::uint8_t> ports_;  ///< by node; empty: no faults
};

}  // namespace kirchhoff::interconnect
