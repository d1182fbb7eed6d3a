#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "foundation/area_model.h"
#include "foundation/efficiency.h"
#include "foundation/energy_model.h"
#include "foundation/ledger.h"
#include "foundation/parameters.h"
#include "foundation/technology.h"
#include "foundation/tile_geometry.h"
#include "foundation/uncertainty.h"
#include "testbenches/host/report.h"

namespace kirchhoff::testbenches {

/// What pricing a run needs to know beside its ledger.
struct CostInputs {
  const foundation::Ledger& ledger;
  const foundation::Technology& technology;
  foundation::ChipShape chip;
  foundation::EnergySettings energy;
  foundation::OpConvention convention = foundation::OpConvention::training;
  std::span<const int> layer_of_tile;  ///< from 0; -1 where the tile holds no layer; empty: none known
  double update_slots = 0;
  double transfer_interval = 0;  ///< examples; 0: no transfer
  double transposed_passes = 1;  ///< 2: deltas in two phases
  /// Of the uncertainty of the figures; 0: leave out intervals, tornado and what the published figures take.
  std::size_t draws = foundation::usual_draws;
};

/// Fills time, energy, area, efficiency, counts and run.simulated_s / run.examples from the ledger, and
/// appends a warning for every figure that rests on an assumption because the run did not do what it would
/// measure. The draws are the same for every run, so that two runs compare.
void price_run(const CostInputs& inputs, RunResult& result);

/// Energies by the names of their bookings, of one of `examples`; square millimetres by what stands on them.
[[nodiscard]] NamedValues by_booking(const foundation::EnergyBreakdown& energy, double examples = 1);
[[nodiscard]] NamedValues by_part(const foundation::AreaBreakdown& area);

/// Appends every parameter of the technology, base value first.
void add_provenance(const foundation::Technology& technology, RunResult& result);

/// Appends every configuration value.
void add_provenance(const foundation::ParameterTable& table, RunResult& result);

}  // namespace kirchhoff::testbenches
