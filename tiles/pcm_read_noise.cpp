#include "tiles/pcm_read_noise.h"

#include <limits>

#include "foundation/math.h"

namespace kirchhoff::tiles {

double PcmReadNoise::hold_s(double youngest_s, float since_s, double bound, double q) const {
  if (!(q > 0)) {
    return std::numeric_limits<double>::infinity();
  }
  const SlowPart part = slow_part(since_s);
  const auto tr = static_cast<double>(tr_s);
  // The slow part is ln(u / origin) with u = age - earlier + tr.
  const double origin = part.band > 0 ? static_cast<double>(since_s) + tr : 2 * tr;
  const double u = std::max(youngest_s - static_cast<double>(part.earlier_s) + tr, origin);
  const double root = std::sqrt(foundation::log(u / origin));
  // It grows by (root + bound / q)^2 - root^2, and u by the exponential of that.
  const double growth = bound / q * (2 * root + bound / q);
  return u * (foundation::exp(growth) - 1);
}

}  // namespace kirchhoff::tiles
