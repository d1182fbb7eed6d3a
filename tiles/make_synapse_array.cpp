#include "tiles/make_synapse_array.h"

#include "tiles/hybrid_array.h"
#include "tiles/ideal_array.h"
#include "tiles/pcm_pair_array.h"

namespace kirchhoff::tiles {

std::unique_ptr<SynapseArray> make_synapse_array(std::uint32_t node, const TileParameters& p,
                                                 std::uint64_t seed) {
  if (p.detail == Detail::ideal) {
    return std::make_unique<IdealArray>(p.rows, p.columns, p.assumed);
  }
  auto array = p.synapse.has_capacitor()
                   ? std::make_unique<HybridArray>(p.rows, p.columns, p.synapse, seed, node, p.wires)
                   : std::make_unique<PcmPairArray>(p.rows, p.columns, p.synapse, seed, node, p.wires);
  if (!p.faults.empty()) {
    array->break_devices(p.faults);
  }
  return array;
}

}  // namespace kirchhoff::tiles
