#pragma once

#include <cstddef>

#include "foundation/activity.h"
#include "tiles/synapse_array.h"

namespace kirchhoff::tiles {

/// What the currents of a read with these lines are counted as. `unit_s` is the duty of the full code, us to
/// siemens included (1e-6 / full code); `reference_us` that of the reference cell on each line that is
/// driven.
inline void book_currents(foundation::Activity& activity, const DrivenLines& driven, double unit_s,
                          double reference_us) {
  activity.pcm_duty_s += unit_s * driven.conductance.pcm_us;
  activity.line_duty += 1e6 * unit_s * driven.duty;
  activity.capacitor_duty_s += unit_s * (driven.conductance.capacitor_us + driven.duty * reference_us);
}

/// Writing or transferring a row whose line is as it was left; one read more than the rounds holds the
/// target.
void book_programming(foundation::Activity& activity, const TransferCount& count, const LineConductance& line,
                      double reference_us, std::size_t columns);

}  // namespace kirchhoff::tiles
