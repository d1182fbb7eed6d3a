#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "tiles/float_math.h"
#include "tiles/pcm_clock.h"
#include "tiles/synapse_parameters.h"

namespace kirchhoff::tiles {

/// 1/f noise of a device, relative to its conductance; t since the last pulse, x = G_prog / g_max.
///
/// Accumulated to time t: sd/G = q sqrt(L(t)), L(t) = ln((t + tr) / (2 tr)) and 0 up to tr, q = min(0.0088 /
/// x^0.65, 0.2), tr = 250 ns (Nandakumar et al., ICECS 2019, as used in AIHWKit). A read dt after the one
/// before splits that variance in two parts which always add up to q^2 L(t):
///  - slow, q^2 (L(t) - fresh): one standard normal Z per programming, G (1 + Z q sqrt(L - fresh)), so that
///    the offsets of successive reads are one and the same curve;
///  - fresh, drawn anew at each read. Two readings of "the part between the reads", by `read_noise_fresh`:
///     - `increments`: independent increments, as in a random walk over log-time: fresh = L(t) - L(t - dt) =
///       ln((t + tr) / (t - dt + tr)) once t - dt >= tr, about dt / t. Fades with age.
///     - `spectrum`: stationary noise of density 1/f: what lies above 1/dt is new, accumulated in dt
///       as it was after programming: fresh = min(L(dt), L(t)), whatever the age.
///
/// The random walk would give neighbouring reads a difference of variance q^2 fresh; here it is twice that
/// (both reads bring a part of their own), plus the little that the slow curve moves.
/// Not modelled: correlation of fresh parts, random telegraph noise.
struct PcmReadNoise {
  float scale;         ///< of q; 0 is no noise
  float per_g_max;     ///< 1/uS
  float tr_s;          ///< s
  float per_two_tr;    ///< 1/s
  bool from_spectrum;  ///< see above

  explicit PcmReadNoise(const PcmParameters& p)
      : scale(static_cast<float>(p.read_noise)),
        per_g_max(static_cast<float>(1 / p.g_max_us)),
        tr_s(static_cast<float>(p.read_noise_tr_ns * 1e-9)),
        per_two_tr(static_cast<float>(0.5e9 / p.read_noise_tr_ns)),
        from_spectrum(p.read_noise_fresh == "spectrum") {}

  /// min(0.0088 / x^0.65, 0.2), times scale; x = 0 gives the limit.
  [[nodiscard]] float q(float g_us) const {
    const float x = std::max(g_us * per_g_max, 1e-6F);
    return scale * std::min(0.0088F * exp2_float(-0.65F * log2_float(x)), 0.2F);
  }
  /// Z q: what a device keeps from its programming to `g_us` on.
  [[nodiscard]] float amplitude(float g_us, float normal) const { return q(g_us) * normal; }

  /// L(t), absolute error below 3e-6.
  [[nodiscard]] float accumulated(float age_s) const {
    return std::max(ln_2 * log2_float(0.5F + age_s * per_two_tr), 0.0F);
  }
  /// The fresh part of L(age) at a read `since_s` after the one before, one for each way to see it.
  /// Relative error below 1e-6.
  [[nodiscard]] float fresh_increment(float age_s, float since_s) const {
    // Not as a difference of ages, which would lose a short step in a long age.
    const float step = std::min(since_s, std::max(age_s - tr_s, 0.0F));
    return log1p_float(step / (std::max(age_s - since_s, tr_s) + tr_s));
  }
  /// Absolute error below 3e-6.
  [[nodiscard]] float fresh_band(float age_s, float since_s) const {
    return std::min(accumulated(since_s), accumulated(age_s));
  }
  [[nodiscard]] float fresh(float age_s, float since_s) const {
    return from_spectrum ? fresh_band(age_s, since_s) : fresh_increment(age_s, since_s);
  }
  /// The rest of L(age), L(age - since) or L(age) - L(since), as one formula: L(age - earlier) - band, from 0
  /// on.
  struct SlowPart {
    float earlier_s;  ///< whose L counts
    float band;       ///< what is taken off it
  };
  [[nodiscard]] SlowPart slow_part(float since_s) const {
    return from_spectrum ? SlowPart{0.0F, accumulated(since_s)} : SlowPart{since_s, 0.0F};
  }
  /// By what the slow part multiplies the conductance; never negative, 1 for amplitude 0.
  [[nodiscard]] float slow_factor(float amplitude, float age_s, SlowPart part) const {
    const float slow = std::max(accumulated(std::max(age_s - part.earlier_s, 0.0F)) - part.band, 0.0F);
    return std::max(1.0F + amplitude * std::sqrt(slow), 0.0F);
  }
  [[nodiscard]] float slow_factor(float amplitude, float age_s, float since_s) const {
    return slow_factor(amplitude, age_s, slow_part(since_s));
  }

  /// Slow factors computed now may be held for this many seconds: the sd of the slow part, q sqrt(L - fresh),
  /// of no device of age `youngest_s` or more and factor up to `q` has then grown by more than `bound`. The
  /// square root is steepest where it begins, at an age of tr + since (`increments`) or since (`spectrum`,
  /// from tr on): steps are short at first, sd / bound of them in all. Infinite without noise.
  [[nodiscard]] double hold_s(double youngest_s, float since_s, double bound, double q) const;
};

/// amplitude() of devices just programmed to g_us: element by element, same bits.
void draw_amplitudes(const PcmReadNoise& noise, const float* g_us, const float* normals, float* amplitude,
                     std::size_t count);

/// Multiplies `factor` (that of drift) by slow_factor() at `now`: element by element, same bits.
void apply_slow_noise(const PcmReadNoise& noise, const float* programmed_s, const float* amplitude,
                      PcmInstant now, float since_s, float* factor, std::size_t count);

/// One side of the pairs of an array: `count` devices.
struct PcmSide {
  const float* programmed_s;     ///< stamps
  const float* g_programmed_us;  ///< after the last pulse; decides q
  const float* g_us;             ///< now, after drift and slow noise
};

/// Variance of the fresh noise of G+ - G- of `count` cells, uS^2: sd+^2 + sd-^2 with sd = G q sqrt(fresh).
/// The noise of a column read with inputs x_i then has the variance sum of x_i^2 F^2 variance_us2[i].
void fresh_pair_variances(const PcmReadNoise& noise, const PcmSide& plus, const PcmSide& minus,
                          PcmInstant now, float since_s, float* variance_us2, std::size_t count);

}  // namespace kirchhoff::tiles
