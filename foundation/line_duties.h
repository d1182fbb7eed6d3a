#pragma once

#include <optional>

#include "foundation/ledger.h"

namespace kirchhoff::foundation {

/// How busy lines and cells were in training: what the closed-form estimate assumes to be 0.20 for inputs,
/// 0.10 for deltas, G+ + G- = 5 uS and g = 12 uS (technology parameters duty_x, duty_d, g_pcm_pair, g_cap).
struct LineDuties {
  double duty = 0;             ///< mean over lines and passes of pulse width / integration time
  double driven = 0;           ///< share of the lines that had a pulse
  double pair_s = 0;           ///< mean G+ + G- of cells, weighed with duty, siemens
  double capacitor_s = 0;      ///< the same of g, reference line included
  double pulses_per_slot = 0;  ///< of a line in the update
};

struct MeasuredDuties {
  std::optional<LineDuties> rows;     ///< forward read; none where nothing was read
  std::optional<LineDuties> columns;  ///< transposed read; none for a network of one layer
};

/// `slots` of an update. Pulses of columns that have no transposed read are those of `columns` all the same,
/// where other columns have one.
[[nodiscard]] MeasuredDuties measured_duties(const Ledger& ledger, double slots);

}  // namespace kirchhoff::foundation
