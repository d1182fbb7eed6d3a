#pragma once

#include <string>
#include <vector>

#include "foundation/efficiency.h"
#include "foundation/energy_model.h"
#include "foundation/ledger.h"
#include "foundation/tile_geometry.h"

namespace kirchhoff::foundation {

struct Technology;

/// How busy the cells and lines of a fully used tile are, per cell or per line, so that it carries from the
/// tiles of a run to a tile of any size.
struct PeakActivity {
  // Mean over cells of conductance x duty, siemens.
  double forward_pcm_s = 0;
  double forward_capacitor_s = 0;
  double backward_pcm_s = 0;
  double backward_capacitor_s = 0;
  double verify_pcm_s = 0;  ///< one row at a time
  double verify_capacitor_s = 0;
  // Fraction of the lines that a read drives.
  double row_drives = 1;         ///< forward
  double column_drives = 1;      ///< transposed, per pass
  double transposed_passes = 1;  ///< of drivers, integrators and converters in a transposed read
  // Update.
  double slots = 0;
  double row_pulses_per_slot = 0;  ///< per line
  double column_pulses_per_slot = 0;
  double update_set_pulses = 0;  ///< SET pulses per weight; if any, a slot lasts t_pcm instead of t_upd
  // Per activation that leaves a tile, forward or transposed.
  double stores = 1;
  double bit_hops = 0;
  double router_flits = 0;
  double router_sums = 0;
  double pulse_hops = 0;  ///< on duration wires
  double pulse_buffers = 0;
  double sums = 0;
  double functions = 0;
  // Transfer.
  double transfer_interval = 0;   ///< examples; 0: no transfer
  double verify_iterations = 0;   ///< per row
  double verify_conversions = 1;  ///< per column and iteration
  double set_pulses = 0;          ///< per weight and transfer
  double reset_pulses = 0;
  double residual_row_pulses = 0;  ///< per weight and transfer: writing the residue back into the capacitor
  double residual_column_pulses = 0;
};

/// The activity assumed by the closed-form estimate: duties, conductances, slots, iterations and pulses of
/// the technology's own parameters (base values).
///
/// p_reset is the probability that BOTH devices of a pair are RESET: two pulses. Update pulses come with the
/// duty of their line. Goes with a geometry without reference lines and a link of route_mm; see
/// closed_form().
[[nodiscard]] PeakActivity closed_form_activity(const Technology& technology);

/// The geometry that goes with it: no reference lines, links of route_mm.
[[nodiscard]] TileGeometry closed_form_geometry(const TileGeometry& geometry, const Technology& technology);

/// What the run counted, and what it did not do and therefore had to be taken from the closed form
/// ("transposed read" for a one-layer network, "transfer" for a run shorter than its interval).
struct MeasuredActivity {
  PeakActivity activity;
  std::vector<std::string> assumed;
};

/// `slots` per update, `transfer_interval` in examples and `transposed_passes` as configured.
[[nodiscard]] MeasuredActivity measured_activity(const Ledger& ledger, const Technology& technology,
                                                 double slots, double transfer_interval,
                                                 double transposed_passes = 1);

struct PeakSettings {
  EnergySettings energy;
  OpConvention convention = OpConvention::training;
  int routers_per_tile = 1;  ///< 0: the array with its periphery alone, as in the closed form
};

/// One tile, kept busy without a gap, per example.
struct Peak {
  double operations = 0;  ///< 6 per weight; 2 under OpConvention::forward
  double area_mm2 = 0;
  double forward_s = 0;
  double backward_s = 0;
  double update_s = 0;
  double transfer_s = 0;                 ///< amortised over its interval
  EnergyBreakdown energy;                ///< transfer excluded
  EnergyBreakdown energy_with_transfer;  ///< standby during the transfer included
  Efficiency excluded;
  Efficiency with_transfer;  ///< the same as `excluded` under OpConvention::forward, where nothing is written
};

/// Times: a pass of a read t_int + t_conv (the longer of both where they overlap), an update slots x t_upd
/// (t_pcm where PCM is pulsed), a transfer rows x iterations x (read + t_pcm); all at base values. Throughput
/// is that of one tile.
[[nodiscard]] Peak peak(const PeakActivity& activity, const TileGeometry& geometry,
                        const Technology& technology, const PeakSettings& settings = {});

}  // namespace kirchhoff::foundation
