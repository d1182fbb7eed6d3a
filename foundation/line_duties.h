#pragma once

#include <optional>

#include "foundation/ledger.h"

namespace kirchhoff::foundation {

/// How long lines were on in training, and what their cells conducted meanwhile: what the closed-form
/// estimate assumes to be 0.20 for inputs, 0.10 for deltas, G+ + G- = 5 uS and g = 12 uS (technology
/// parameters duty_x, duty_d, g_pcm_pair, g_cap). PeakActivity holds their products, which is what energy
/// follows from.
struct LineDuties {
  double duty = 0;         ///< mean over lines and passes of pulse width / integration time
  double pair_s = 0;       ///< mean G+ + G- of cells, weighed with duty, siemens
  double capacitor_s = 0;  ///< the same of g, reference line included
};

struct MeasuredDuties {
  std::optional<LineDuties> rows;     ///< forward read; none where nothing was read
  std::optional<LineDuties> columns;  ///< transposed read; none for a network of one layer
};

[[nodiscard]] MeasuredDuties measured_duties(const Ledger& ledger);

}  // namespace kirchhoff::foundation
