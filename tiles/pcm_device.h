#pragma once

#include <algorithm>

#include "tiles/synapse_parameters.h"

namespace kirchhoff::tiles {

/// One phase-change device under the pulses of the closed loop; conductances in microsiemens.
///
/// Modelled: partial SET whose mean follows the error and shrinks towards g_max, one-sided, with noise;
/// RESET to a low state. Not modelled yet: drift, 1/f noise, programming noise outside the loop, endurance.
struct PcmDevice {
  float g_max_us;
  float reset_to_us;
  float set_step_us;
  float set_noise;

  explicit PcmDevice(const PcmParameters& p)
      : g_max_us(static_cast<float>(p.g_max_us)),
        reset_to_us(static_cast<float>(p.reset_to_us)),
        set_step_us(static_cast<float>(p.set_step_us)),
        set_noise(static_cast<float>(p.set_noise)) {}

  /// Conductance after a SET pulse whose duration is proportional to the error (patent US 11,436,479).
  [[nodiscard]] float set(float g_us, float error_us, float normal) const {
    const float mean = std::min(error_us, set_step_us) * (1.0F - g_us / g_max_us);
    const float step = std::max(mean * (1.0F + set_noise * normal), 0.0F);
    return std::min(g_us + step, g_max_us);
  }
};

}  // namespace kirchhoff::tiles
