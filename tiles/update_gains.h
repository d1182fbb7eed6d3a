#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "tiles/synapse_parameters.h"

namespace kirchhoff::tiles {

/// How often lines fire in an update: codes times gain is the probability in a slot.
struct UpdateGains {
  /// Share of the columns over an even split. Deltas are scaled to the top of their range, so that they take
  /// the larger share: fewer pulses in all than with equal ones, because there are more rows at work.
  static constexpr double column_share = 4;

  double wanted = 0;  ///< pulses of a cell whose lines both have a full code
  double row = 0;
  double column = 0;

  /// slots p_x p_d = rate x delta kappa / step; `exponent` is that of the scaled deltas.
  UpdateGains(double rate, double input_scale, std::int32_t exponent, const SynapseParameters& synapse,
              std::size_t slots)
      : wanted(rate * input_scale * synapse.kappa_us / synapse.update_step_us() * std::ldexp(1.0, exponent)) {
    const double product = wanted / static_cast<double>(slots);
    column = std::min(1.0, column_share * std::sqrt(product));
    row = column > 0 ? product / column : 0;
  }
};

}  // namespace kirchhoff::tiles
