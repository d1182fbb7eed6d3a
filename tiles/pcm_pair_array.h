#pragma once

#include "tiles/hybrid_array.h"

namespace kirchhoff::tiles {

/// Cells of two PCM devices alone, trained in place: W = F (G+ - G-). The earlier art that a capacitor beside
/// the pair improves on (Burr et al., IEDM 2014; IEEE Trans. Electron Devices 62, 3498 (2015): 165,000
/// synapses, 82 % on MNIST).
///
/// A HybridArray without its capacitors: reads, drift, noise, faults, wires and programming are the same.
/// Update: where a row's and a column's trains coincide, G+ (weight up) or G- (down) gets a SET pulse of full
/// length (PcmFullSet); devices only go up. Transfer, the `occasional RESET`: a pair of which one device has
/// come to the end of what partial SET can do is RESET and rebuilt to the difference it had, as far as the
/// range allows; the others are left alone.
/// Between two transfers a pulse counts as if the wires took nothing off it, and line conductances (for
/// energy only) are those of the last refresh of the pairs.
class PcmPairArray final : public HybridArray {
 public:
  PcmPairArray(std::size_t rows, std::size_t columns, const SynapseParameters& parameters, std::uint64_t seed,
               std::uint32_t tile, const WireResistance& wires = {});

  UpdateCount update(const UpdateOrder& order) override;
  TransferCount transfer_row(std::uint64_t operation, std::size_t row) override;
};

}  // namespace kirchhoff::tiles
