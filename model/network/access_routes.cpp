#include "model/network/access_routes.h"

#include <algorithm>
#include <map>

#include "interconnect/packet_address.h"
#include "interconnect/router_registers.h"
#include "model/network/mesh_paths.h"

namespace kirchhoff::model {

using interconnect::NodeId;
using interconnect::Port;

std::vector<RegisterWrite> access_program(interconnect::Topology topology,
                                          const interconnect::MeshFaults& faults,
                                          std::uint32_t virtual_channels) {
  if (faults.none()) {
    return {};
  }
  const MeshPaths paths{topology, faults, virtual_channels, MeshPaths::Direction::away};
  const auto ways = paths.paths(interconnect::gateway_node);
  std::vector<std::map<std::uint64_t, std::uint32_t>> words(topology.node_count());  // by router and offset
  std::vector<NodeId> routers;
  for (NodeId node = 0; node < topology.node_count(); ++node) {
    if (!ways[node]) {
      continue;
    }
    routers.push_back(node);
    const bool xy = [&] {
      for (NodeId at = interconnect::gateway_node; at != node;) {
        const Port port = topology.next_port_xy(at, node);
        if (!faults.works(at, port)) {
          return false;
        }
        at = topology.neighbour(at, port);
      }
      return true;
    }();
    if (xy) {
      continue;
    }
    for (const PathLink& link : *ways[node]) {
      if (link.port != topology.next_port_xy(link.node, node)) {
        const std::uint64_t offset = interconnect::router_access_table_offset +
                                     node / interconnect::access_nodes_per_word * sizeof(std::uint32_t);
        const auto shift = node % interconnect::access_nodes_per_word * interconnect::access_bits_per_node;
        words[link.node][offset] |= static_cast<std::uint32_t>(interconnect::index_of(link.port) + 1)
                                    << shift;
      }
    }
  }
  // A router that is nearer than another one on its way is one of those that carry the writes to it.
  std::stable_sort(routers.begin(), routers.end(),
                   [&](NodeId a, NodeId b) { return ways[a]->size() < ways[b]->size(); });
  std::vector<RegisterWrite> writes;
  for (const NodeId router : routers) {
    for (const auto& [offset, value] : words[router]) {
      writes.push_back({interconnect::node_register_address(router, offset), value});
    }
  }
  return writes;
}

}  // namespace kirchhoff::model
