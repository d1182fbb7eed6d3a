#pragma once

#include <cstdint>
#include <vector>

#include "interconnect/mesh_faults.h"
#include "model/network/register_write.h"

namespace kirchhoff::model {

/// The register writes that let host and sequencer reach every node that can be reached: the routers' access
/// tables, for nodes to which the XY path is broken; none in a mesh without faults. Near routers first,
/// because each write travels along what was written before it.
std::vector<RegisterWrite> access_program(interconnect::Topology topology,
                                          const interconnect::MeshFaults& faults,
                                          std::uint32_t virtual_channels);

}  // namespace kirchhoff::model
