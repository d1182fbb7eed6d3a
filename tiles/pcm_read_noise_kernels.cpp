#include "foundation/dispatch.h"
#include "tiles/pcm_read_noise.h"

namespace kirchhoff::tiles {
namespace {

KIRCHHOFF_CLONES void draw_all(const PcmReadNoise noise, const float* __restrict g_us,
                               const float* __restrict normals, float* __restrict amplitude,
                               std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    amplitude[i] = noise.amplitude(g_us[i], normals[i]);
  }
}

KIRCHHOFF_CLONES void apply_to_all(const PcmReadNoise noise, const float* __restrict programmed_s,
                                   const float* __restrict amplitude, const PcmInstant now,
                                   const PcmReadNoise::SlowPart part, float* __restrict factor,
                                   std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    factor[i] *= noise.slow_factor(amplitude[i], now.age_s(programmed_s[i]), part);
  }
}

/// Variance of G where the accumulated variance is 1.
inline float unit_variance(const PcmReadNoise& noise, const PcmSide& side, std::size_t i) {
  const float deviation = noise.q(side.g_programmed_us[i]) * side.g_us[i];
  return deviation * deviation;
}

KIRCHHOFF_CLONES void add_increments(const PcmReadNoise noise, const PcmSide side, const PcmInstant now,
                                     const float since_s, float* __restrict variance_us2, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float age_s = now.age_s(side.programmed_s[i]);
    variance_us2[i] += unit_variance(noise, side, i) * noise.fresh_increment(age_s, since_s);
  }
}

KIRCHHOFF_CLONES void add_bands(const PcmReadNoise noise, const PcmSide side, const PcmInstant now,
                                const float since_s, float* __restrict variance_us2, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float age_s = now.age_s(side.programmed_s[i]);
    variance_us2[i] += unit_variance(noise, side, i) * noise.fresh_band(age_s, since_s);
  }
}

}  // namespace

void draw_amplitudes(const PcmReadNoise& noise, const float* g_us, const float* normals, float* amplitude,
                     std::size_t count) {
  draw_all(noise, g_us, normals, amplitude, count);
}

void apply_slow_noise(const PcmReadNoise& noise, const float* programmed_s, const float* amplitude,
                      PcmInstant now, float since_s, float* factor, std::size_t count) {
  apply_to_all(noise, programmed_s, amplitude, now, noise.slow_part(since_s), factor, count);
}

void fresh_pair_variances(const PcmReadNoise& noise, const PcmSide& plus, const PcmSide& minus,
                          PcmInstant now, float since_s, float* variance_us2, std::size_t count) {
  std::fill_n(variance_us2, count, 0.0F);
  const auto add = noise.from_spectrum ? add_bands : add_increments;
  add(noise, plus, now, since_s, variance_us2, count);
  add(noise, minus, now, since_s, variance_us2, count);
}

}  // namespace kirchhoff::tiles
