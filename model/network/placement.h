#pragma once

#include <span>

#include "model/network/mapping.h"

namespace kirchhoff::model {

/// Moves the parts of a mapping to other nodes of `nodes`, so that flit_hops() gets small: threshold
/// accepting (Dueck, Scheuer, J. Comput. Phys. 90, 1990: annealing without exponentials, hence the same on
/// every machine) over exchanges of two nodes' parts, from the placement as it is, with a seed of its own
/// (target.placement_seed). The same arguments give the same placement, never a worse one than before.
///
/// The hops it counts are those of XY trees, exact but where routes lead around faults.
void improve_placement(const NetworkSpec& network, const MappingTarget& target,
                       std::span<const interconnect::NodeId> nodes, Mapping& mapping);

}  // namespace kirchhoff::model
