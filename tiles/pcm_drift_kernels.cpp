#include "foundation/dispatch.h"
#include "tiles/pcm_drift.h"

namespace kirchhoff::tiles {
namespace {

KIRCHHOFF_CLONES void draw_all(const PcmDrift drift, const float* __restrict g_us,
                               const float* __restrict normals, float* __restrict nu, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    nu[i] = drift.nu(g_us[i], normals[i]);
  }
}

KIRCHHOFF_CLONES void factors_of_all(const PcmDrift drift, const float* __restrict programmed_s,
                                     const float* __restrict nu, const PcmInstant now,
                                     float* __restrict factor, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    factor[i] = drift.factor(now.age_s(programmed_s[i]), nu[i]);
  }
}

}  // namespace

void draw_nu(const PcmDrift& drift, const float* g_us, const float* normals, float* nu, std::size_t count) {
  draw_all(drift, g_us, normals, nu, count);
}

void drift_factors(const PcmDrift& drift, const float* programmed_s, const float* nu, PcmInstant now,
                   float* factor, std::size_t count) {
  factors_of_all(drift, programmed_s, nu, now, factor, count);
}

}  // namespace kirchhoff::tiles
