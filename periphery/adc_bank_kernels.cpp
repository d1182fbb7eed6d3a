#include <algorithm>
#include <cmath>

#include "foundation/dispatch.h"
#include "periphery/adc_bank.h"

namespace kirchhoff::periphery {
namespace {

struct Range {
  float low;
  float high;
  float centre;
  float per_half;
};

KIRCHHOFF_CLONES std::int32_t convert_all(const float* __restrict values, float factor, Range range,
                                          const float* __restrict gain, const float* __restrict offset_lsb,
                                          const float* __restrict second_lsb,
                                          const float* __restrict third_lsb, std::size_t count,
                                          std::int16_t* __restrict codes) {
  std::int32_t clipped = 0;
  for (std::size_t j = 0; j < count; ++j) {
    const float u = gain[j] * (values[j] * factor) + offset_lsb[j];
    const float t = std::min(std::max((u - range.centre) * range.per_half, -1.0F), 1.0F);
    const float bow = (second_lsb[j] + third_lsb[j] * t) * (1.0F - t * t);
    const float code = std::floor(u + bow + 0.5F);
    const float bounded = std::min(std::max(code, range.low), range.high);
    clipped += static_cast<std::int32_t>(bounded != code);
    codes[j] = static_cast<std::int16_t>(static_cast<std::int32_t>(bounded));
  }
  return clipped;
}

KIRCHHOFF_CLONES void add_cells_and_integrator(const float* __restrict variances, float integrator_variance,
                                               float per_scale, const float* __restrict normals,
                                               std::size_t count, float* __restrict values) {
  for (std::size_t j = 0; j < count; ++j) {
    values[j] += std::sqrt(variances[j] + integrator_variance) * per_scale * normals[j];
  }
}

KIRCHHOFF_CLONES void add_integrator(float deviation, const float* __restrict normals, std::size_t count,
                                     float* __restrict values) {
  for (std::size_t j = 0; j < count; ++j) {
    values[j] += deviation * normals[j];
  }
}

}  // namespace

std::size_t AdcBank::convert(std::span<const float> values, float scale,
                             std::span<std::int16_t> codes) const {
  if (ideal()) {
    return adc_.convert(values, scale, codes);
  }
  const auto low = static_cast<float>(adc_.low_code);
  const auto high = static_cast<float>(adc_.high_code);
  const Range range{low, high, 0.5F * (low + high), 2.0F / (high - low - 1.0F)};
  return static_cast<std::size_t>(convert_all(values.data(), scale / adc_.lsb, range, gain_.data(),
                                              offset_lsb_.data(), second_lsb_.data(), third_lsb_.data(),
                                              codes.size(), codes.data()));
}

void add_input_noise(std::span<const float> variances, float integrator_noise, float scale,
                     std::span<const float> normals, std::span<float> values) {
  if (!variances.empty()) {
    add_cells_and_integrator(variances.data(), integrator_noise * integrator_noise, 1.0F / scale,
                             normals.data(), values.size(), values.data());
  } else if (integrator_noise > 0) {
    add_integrator(integrator_noise / scale, normals.data(), values.size(), values.data());
  }
}

}  // namespace kirchhoff::periphery
