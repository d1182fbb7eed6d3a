#include "interconnect/mesh_faults.h"

#include <algorithm>

namespace kirchhoff::interconnect {

void MeshFaults::disable_link(NodeId node, Port port) {
  ports_[node] |= mask_of(port);
  ports_[topology_.neighbour(node, port)] |= mask_of(opposite(port));
}

void MeshFaults::disable_router(NodeId node) {
  disable_tile(node);
  for (const Port port : all_ports) {
    if (topology_.has_neighbour(node, port)) {
      disable_link(node, port);
    }
  }
}

bool MeshFaults::none() const {
  return std::all_of(ports_.begin(), ports_.end(), [](std::uint8_t mask) { return mask == 0; });
}

}  // namespace kirchhoff::interconnect
