#pragma once

#include <algorithm>
#include <cstdint>

#include "tiles/float_math.h"
#include "tiles/synapse_parameters.h"

namespace kirchhoff::tiles {

/// Partial SET with pulses of full length, blind to the conductance: training on PCM pairs, open-loop
/// transfer.
///
/// dG = 0.125 uS (1 + 27.2 exp(-G / 5 uS)), cycle noise 60 % of the step, never below 0: fit of Nandakumar et
/// al., Front. Neurosci. 14, 406 (2020), as used in AIHWKit, scaled to g_max = 25 uS. Not modelled:
/// differences between devices, the pulse's place in a train.
struct PcmFullSet {
  float g_max_us;
  float step_us;      ///< far above decay_us
  float gain;         ///< step at G = 0 is step_us (1 + gain)
  float per_decay;    ///< -1 / (decay ln 2), per uS
  float cycle_noise;  ///< of the step

  explicit PcmFullSet(const PcmParameters& p);

  /// dG without noise, uS.
  [[nodiscard]] float step(float g_us) const {
    return step_us * (1.0F + gain * exp2_float(per_decay * g_us));
  }
  /// Conductance after one pulse.
  [[nodiscard]] float set(float g_us, float normal) const {
    return std::min(g_us + step(g_us) * std::max(1.0F + cycle_noise * normal, 0.0F), g_max_us);
  }

  /// Many devices under the same pulses.
  struct Spread {
    double mean_us;
    double deviation_us;
  };
  /// After one more pulse. Takes the conductances for normal, which is what makes the mean step larger than
  /// the step at the mean; from any start both figures are right to 0.05 uS after any number of pulses while
  /// the mean is below 0.8 g_max. The end of the range is not seen: the mean stops at g_max.
  [[nodiscard]] Spread after_pulse(Spread now) const;
  [[nodiscard]] Spread after_pulses(double g_us, std::uint64_t pulses) const;
  /// The inverse: how many pulses bring a device from g_us nearest to target_us on average; 0 where it is
  /// there or above.
  [[nodiscard]] std::uint64_t pulses_to(double g_us, double target_us) const;

 private:
  double decay_us_;
  double noise_mean_;    ///< of max(1 + cycle_noise Z, 0)
  double noise_square_;  ///< mean of its square
};

}  // namespace kirchhoff::tiles
