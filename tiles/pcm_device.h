#pragma once

#include <algorithm>

#include "tiles/synapse_parameters.h"

namespace kirchhoff::tiles {

/// One phase-change device as it is written; conductances in microsiemens.
///
/// Modelled: the closed loop's partial SET, whose mean follows the error and shrinks towards g_max,
/// one-sided, with noise; RESET to a low state; what a one-shot write leaves. Elsewhere: full pulses
/// (PcmFullSet), drift (PcmDrift), 1/f noise (PcmReadNoise). Not modelled: wear; pulses are only counted.
struct PcmDevice {
  float g_max_us;
  float reset_to_us;
  float set_step_us;
  float set_noise;
  float programming_noise;  ///< factor on programming_deviation; 0 writes exactly

  explicit PcmDevice(const PcmParameters& p)
      : g_max_us(static_cast<float>(p.g_max_us)),
        reset_to_us(static_cast<float>(p.reset_to_us)),
        set_step_us(static_cast<float>(p.set_step_us)),
        set_noise(static_cast<float>(p.set_noise)),
        programming_noise(static_cast<float>(p.programming_noise)) {}

  /// Conductance after a SET pulse whose duration is proportional to the error (patent US 11,436,479).
  [[nodiscard]] float set(float g_us, float error_us, float normal) const {
    const float mean = std::min(error_us, set_step_us) * (1.0F - g_us / g_max_us);
    const float step = std::max(mean * (1.0F + set_noise * normal), 0.0F);
    return std::min(g_us + step, g_max_us);
  }

  /// sd of what an iterative write leaves, uS: (0.26348 + 1.9650 x - 1.1731 x^2) g_max / 25 uS, x = G /
  /// g_max. Nandakumar et al., ICECS 2019, as used in AIHWKit: a closed loop's residue, never to be added to
  /// one.
  [[nodiscard]] float programming_deviation(float g_us) const {
    const float x = g_us / g_max_us;
    return programming_noise * (0.26348F + x * (1.9650F - 1.1731F * x)) * (g_max_us / 25.0F);
  }
  /// Conductance after a write of `target_us` that nobody verifies, within 0 .. g_max.
  [[nodiscard]] float write(float target_us, float normal) const {
    const float wanted = std::min(std::max(target_us, 0.0F), g_max_us);
    return std::min(std::max(wanted + programming_deviation(wanted) * normal, 0.0F), g_max_us);
  }
};

}  // namespace kirchhoff::tiles
