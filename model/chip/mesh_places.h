#pragma once

#include <string>
#include <vector>

#include "interconnect/mesh_faults.h"
#include "model/chip/chip_parameters.h"

namespace kirchhoff::model {

// Places in a mesh as people write them: a node "2,3" is row 2, column 3 (from 0), a link "0,1-0,2" joins two
// neighbours.

[[nodiscard]] std::string node_text(interconnect::Topology topology, interconnect::NodeId node);
/// "0,1, 2,3 and 4,7"; of a long list the first ten.
[[nodiscard]] std::string nodes_text(interconnect::Topology topology,
                                     const std::vector<interconnect::NodeId>& nodes);

/// Throw InputError ("but ...") where a text has not that form; the mesh's size does not matter.
void check_node(const std::string& text);
void check_link(const std::string& text);

/// What of mesh.disabled_links, mesh.disabled_tiles and mesh.dead_routers cannot be, one line each.
[[nodiscard]] std::vector<std::string> mesh_fault_problems(const ChipParameters& chip);

/// The faults these keys say. Throws InputError with all of mesh_fault_problems().
[[nodiscard]] interconnect::MeshFaults mesh_faults(const ChipParameters& chip);

}  // namespace kirchhoff::model
