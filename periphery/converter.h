#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kirchhoff::periphery {

/// Pulse-width DAC: a code becomes a pulse of code / full_code of the integration time.
/// Not modelled: jitter, slew of the drivers.
struct PulseWidthDac {
  std::int32_t full_code = 255;

  explicit PulseWidthDac(std::int64_t bits) : full_code((1 << bits) - 1) {}

  /// Code of a value in 0..1, nearest; clipped.
  [[nodiscard]] std::int32_t code_of(double value) const;
  [[nodiscard]] float duty_of(std::int32_t code) const {
    return static_cast<float>(code) / static_cast<float>(full_code);
  }
};

/// Signed ADC behind the integrators of an array: mid-tread, clipping.
/// Ideal otherwise; see AdcBank for gain, offset, non-linearity and noise.
struct Adc {
  float lsb = 1;  ///< in the unit of its input
  std::int32_t low_code = -256;
  std::int32_t high_code = 255;

  Adc(std::int64_t bits, double full_scale);

  /// codes[j] = clip(round(scale x values[j] / lsb)), in place of several converters in parallel.
  /// Returns how many were clipped.
  std::size_t convert(std::span<const float> values, float scale, std::span<std::int16_t> codes) const;
};

}  // namespace kirchhoff::periphery
