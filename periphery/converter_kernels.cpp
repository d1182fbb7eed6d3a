#include <algorithm>
#include <cmath>

#include "foundation/dispatch.h"
#include "periphery/converter.h"

namespace kirchhoff::periphery {
namespace {

KIRCHHOFF_CLONES std::int32_t convert_all(const float* values, float factor, float low, float high,
                                          std::size_t count, std::int16_t* codes) {
  std::int32_t clipped = 0;
  for (std::size_t j = 0; j < count; ++j) {
    const float code = std::floor(values[j] * factor + 0.5F);
    const float bounded = std::min(std::max(code, low), high);
    clipped += static_cast<std::int32_t>(bounded != code);
    codes[j] = static_cast<std::int16_t>(static_cast<std::int32_t>(bounded));
  }
  return clipped;
}

}  // namespace

std::int32_t PulseWidthDac::code_of(double value) const {
  const double code = std::floor(value * full_code + 0.5);
  return static_cast<std::int32_t>(std::clamp(code, 0.0, static_cast<double>(full_code)));
}

Adc::Adc(std::int64_t bits, double full_scale)
    : lsb(static_cast<float>(full_scale / static_cast<double>(1 << (bits - 1)))),
      low_code(-(1 << (bits - 1))),
      high_code((1 << (bits - 1)) - 1) {}

std::size_t Adc::convert(std::span<const float> values, float scale, std::span<std::int16_t> codes) const {
  return static_cast<std::size_t>(convert_all(values.data(), scale / lsb, static_cast<float>(low_code),
                                              static_cast<float>(high_code), codes.size(), codes.data()));
}

}  // namespace kirchhoff::periphery
