#include "tiles/pcm_drift.h"

#include <limits>

#include "foundation/math.h"

namespace kirchhoff::tiles {

double PcmDrift::hold_s(double youngest_s, double bound, double nu) const {
  if (!(nu > 0)) {
    return std::numeric_limits<double>::infinity();
  }
  return (youngest_s + t0_s) * (foundation::exp(foundation::log(1 + bound) / nu) - 1);
}

}  // namespace kirchhoff::tiles
