#pragma once

#include <array>

#include "foundation/area_model.h"
#include "foundation/efficiency.h"
#include "foundation/energy_model.h"
#include "foundation/ledger.h"
#include "foundation/tile_geometry.h"

namespace kirchhoff::foundation {

struct Technology;

/// What a run did, condensed so that it can be priced again under other parameters, at the run's own counts.
class Achieved {
 public:
  struct Figures {
    double operations = 0;  ///< 2 per multiply-accumulate really performed
    double joules = 0;
    double seconds = 0;
    double area_mm2 = 0;
    Efficiency efficiency;
    // What the three above consist of.
    EnergyBreakdown energy;
    std::array<double, phase_count> phase_s{};  ///< 0 for phases that do not count
    AreaBreakdown area;
  };

  /// `simulated_with`: the technology under which the ledger's times came about. chip.tiles are
  /// the ledger's.
  Achieved(const Ledger& ledger, const ChipShape& chip, const Technology& simulated_with,
           const EnergySettings& settings, OpConvention convention);

  /// Under `simulated_with` this is the run itself. Under another technology the time of each phase, less
  /// what the network took, scales with the operation that fills it: reads with t_int + t_conv, updates with
  /// t_upd, transfers with t_int + t_conv + t_pcm. Network time stays.
  [[nodiscard]] Figures under(const Technology& technology) const;

 private:
  struct PhaseTotal {
    Activity activity;
    double compute_s = 0;
    double network_s = 0;
  };

  std::array<PhaseTotal, phase_count> phases_{};
  double read_s_;
  bool pulses_pcm_;  ///< updates go to PCM
  double slot_s_;
  double transfer_pulse_s_;
  ChipShape chip_;
  EnergySettings settings_;
  OpConvention convention_;
};

}  // namespace kirchhoff::foundation
