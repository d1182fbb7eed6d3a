#include <algorithm>
#include <cmath>
#include <cstddef>

#include "foundation/dispatch.h"
#include "periphery/delta_scaler.h"

namespace kirchhoff::periphery {

std::int32_t shared_exponent(float largest) {
  if (!(largest > 0)) {
    return min_exponent;
  }
  int exponent = 0;
  const float mantissa = std::frexp(largest, &exponent);  // in [0.5, 1)
  return std::max(mantissa == 0.5F ? exponent - 1 : exponent, min_exponent);
}

float largest_magnitude(std::span<const float> values) {
  float largest = 0;
  for (const float value : values) {
    largest = std::max(largest, std::fabs(value));
  }
  return largest;
}

namespace {

KIRCHHOFF_CLONES void scale_all(const float* __restrict deltas, float factor, float limit,
                                std::int16_t* __restrict codes, std::size_t count) {
  for (std::size_t j = 0; j < count; ++j) {
    const float code = std::floor(deltas[j] * factor + 0.5F);
    codes[j] = static_cast<std::int16_t>(static_cast<std::int32_t>(std::min(std::max(code, -limit), limit)));
  }
}

}  // namespace

void scale_deltas(std::span<const float> deltas, std::int32_t exponent, std::int32_t full_code,
                  std::span<std::int16_t> codes) {
  scale_all(deltas.data(), std::ldexp(static_cast<float>(full_code), -exponent),
            static_cast<float>(full_code), codes.data(), codes.size());
}

}  // namespace kirchhoff::periphery
