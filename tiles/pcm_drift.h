#pragma once

#include <algorithm>
#include <cstddef>

#include "tiles/float_math.h"
#include "tiles/pcm_clock.h"
#include "tiles/synapse_parameters.h"

namespace kirchhoff::tiles {

/// Structural relaxation of the amorphous phase: G(t) = G_prog ((t + t0) / t0)^-nu, t since the last pulse.
///
/// Fit of Nandakumar et al., ICECS 2019, to a million devices, as used in AIHWKit; x = G_prog / g_max. nu is
/// drawn at each programming from N(mean(x), sd(x)); where that comes out negative its magnitude is taken, as
/// in AIHWKit (2.6 % of devices at most, at x = 0.017; 0.03 % from x = 0.2 on): no device drifts upwards.
/// The fit's first read is t0 = 20 s after the pulse and G_prog is what that read saw, so the law hardly
/// moves before. Early drift (off by default): the same power law begins at `early_drift_t0` instead, the
/// delay of the read that verified the device (assumed; log-time drift is seen down to microseconds, Le Gallo
/// et al., Adv. Electron. Mater. 4 (2018)). That is far more drift: 16.8 nu in ln G between 1 us and
/// 20 s. Not modelled: temperature, dependence on the pulse's history.
struct PcmDrift {
  double t0_s;
  float per_t0;     ///< 1/s
  float scale;      ///< of nu; 0 is no drift
  float per_g_max;  ///< 1/uS

  explicit PcmDrift(const PcmParameters& p)
      : t0_s(p.early_drift ? p.early_drift_t0_us * 1e-6 : p.drift_t0_s),
        per_t0(static_cast<float>(1 / t0_s)),
        scale(static_cast<float>(p.drift)),
        per_g_max(static_cast<float>(1 / p.g_max_us)) {}

  /// clip(-0.0155 ln x + 0.0244, 0.049, 0.1), times scale.
  [[nodiscard]] float nu_mean(float g_us) const {
    return scale * std::min(std::max(0.0244F - 0.0155F * log_part(g_us), 0.049F), 0.1F);
  }
  /// clip(-0.0125 ln x - 0.0059, 0.008, 0.045), times scale; of the normal distribution before folding.
  [[nodiscard]] float nu_deviation(float g_us) const {
    return scale * std::min(std::max(-0.0059F - 0.0125F * log_part(g_us), 0.008F), 0.045F);
  }
  /// Drawn when a device is programmed to `g_us`.
  [[nodiscard]] float nu(float g_us, float normal) const {
    const float drawn = nu_mean(g_us) + nu_deviation(g_us) * normal;
    return drawn < 0 ? -drawn : drawn;
  }
  /// No device exceeds this: normals_from_words() stays below 6.5.
  [[nodiscard]] double nu_limit() const { return static_cast<double>(scale) * (0.1 + 6.5 * 0.045); }

  /// ((t + t0) / t0)^-nu; 1 at age 0 and for nu = 0. Relative error below 1e-6 for ages to 1e6 s and nu to
  /// 0.4.
  [[nodiscard]] float factor(float age_s, float nu) const {
    return exp2_float(-nu * log2_float(1.0F + age_s * per_t0));
  }

  /// Conductances computed now may be held for this many seconds: none of age `youngest_s` or more and nu up
  /// to `nu` is then further than `bound` (relative) from its true value; equal steps of ln(1 + bound) / nu
  /// in ln(t + t0). Infinite without drift. A device programmed meanwhile starts anew at age 0.
  [[nodiscard]] double hold_s(double youngest_s, double bound, double nu) const;

 private:
  [[nodiscard]] float log_part(float g_us) const {
    // Both laws are clipped long before 1e-6.
    return ln_2 * log2_float(std::max(g_us * per_g_max, 1e-6F));
  }
};

/// nu of devices just programmed to g_us, from one standard normal each: nu() element by element, same bits.
void draw_nu(const PcmDrift& drift, const float* g_us, const float* normals, float* nu, std::size_t count);

/// factor() at `now` of devices stamped programmed_s: element by element, same bits.
void drift_factors(const PcmDrift& drift, const float* programmed_s, const float* nu, PcmInstant now,
                   float* factor, std::size_t count);

}  // namespace kirchhoff::tiles
