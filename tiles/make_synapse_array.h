#pragma once

#include <cstdint>
#include <memory>

#include "tiles/synapse_array.h"
#include "tiles/tile_parameters.h"

namespace kirchhoff::tiles {

/// The array of a tile of this node, of the kind and with the faults that its parameters ask for.
[[nodiscard]] std::unique_ptr<SynapseArray> make_synapse_array(std::uint32_t node, const TileParameters& p,
                                                               std::uint64_t seed);

}  // namespace kirchhoff::tiles
