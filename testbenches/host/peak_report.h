#pragma once

#include <cstddef>
#include <string>

#include "foundation/area_model.h"
#include "foundation/peak.h"
#include "foundation/technology.h"
#include "foundation/uncertainty.h"
#include "testbenches/host/report.h"

namespace kirchhoff::testbenches {

/// A tile kept busy without a run behind it.
struct PeakInputs {
  foundation::Technology technology;
  foundation::TileGeometry tile;
  foundation::EnergySettings energy;
  foundation::OpConvention convention = foundation::OpConvention::training;
  double transposed_passes = 1;
  /// True: the tile of the closed-form estimate, with the slots, transfer interval and routes of the
  /// technology, without reference lines, router and digital part; these are a figure of their own. False: a
  /// tile of the chip, with reference lines and its router, links of the tile pitch, and the next two.
  bool imposed = false;
  double update_slots = 0;
  double transfer_interval = 0;  ///< examples
  std::size_t draws = foundation::usual_draws;
};

/// What the router of a tile, with the digital part beside it, adds to it: an activation crosses two routers,
/// the sender's and the receiver's, in as many bits as it has.
struct NetworkApart {
  double area_mm2 = 0;
  double energy_per_example_j = 0;  ///< of routers; wires are in the tile's own booking `routing`
  RunResult::Figures peak;          ///< with it
  RunResult::Figures peak_with_transfer;
};

/// `efficiency.achieved` stays empty, and so does its tornado.
struct PeakReport {
  foundation::PeakActivity activity;
  foundation::Peak base;
  foundation::AreaBreakdown area;  ///< of the tile of `base`
  RunResult::Efficiency efficiency;
  std::optional<NetworkApart> network;  ///< where activity is imposed
};

/// Every array of the tile busy, the activity taken from the technology: base values, intervals, tornado and
/// what the published figures would take. Activities have their ranges too, and are drawn with the rest.
[[nodiscard]] PeakReport report_peak(const PeakInputs& inputs);

}  // namespace kirchhoff::testbenches
