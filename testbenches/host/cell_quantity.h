#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "interconnect/packet_address.h"
#include "testbenches/host/cell_statistics.h"
#include "tiles/tile_parameters.h"

namespace kirchhoff::testbenches {

/// Something of a cell that is looked at.
struct CellQuantity {
  std::string name;
  interconnect::CellPlane plane = interconnect::CellPlane::weight;
  CellRange range;
  std::size_t bins = 1;
  // Whether a device stops at that end.
  bool low_limit = false;
  bool high_limit = false;
};

/// Ranges are those the devices can reach: 0 .. g_max for a PCM, g_min .. g_max for the capacitor's
/// transistor, for the weight what full devices of one sign make together. In detail `ideal` only the weight
/// means something, and its range holds the histogram alone.
std::vector<CellQuantity> cell_quantities(const tiles::SynapseParameters& synapse, tiles::Detail detail);

}  // namespace kirchhoff::testbenches
