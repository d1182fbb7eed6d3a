#include <bit>
#include <cmath>
#include <cstddef>

#include "foundation/dispatch.h"
#include "tiles/pulse_noise.h"

namespace kirchhoff::tiles {
namespace {

/// log(x) for normal positive x: exponent and a polynomial in the mantissa (atanh series).
inline float log_float(float x) {
  const auto bits = std::bit_cast<std::int32_t>(x);
  const std::int32_t exponent = (bits - 0x3f3504f3) >> 23;
  const auto mantissa = std::bit_cast<float>(bits - (exponent << 23));  // [sqrt(1/2), sqrt(2))
  const float s = (mantissa - 1.0F) / (mantissa + 1.0F);
  const float s2 = s * s;
  const float series =
      2.0F * s * (1.0F + s2 * (0.33333333F + s2 * (0.2F + s2 * (0.14285715F + s2 * 0.11111111F))));
  return static_cast<float>(exponent) * 0.69314718F + series;
}

KIRCHHOFF_CLONES void convert(const std::uint32_t* __restrict words, float* __restrict normals,
                              std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto magnitude = static_cast<std::int32_t>(words[i] >> 1);  // 31 bits
    const float rest =
        (static_cast<float>(0x7fffffff - magnitude) + 0.5F) * 0x1p-31F;  // 1 - |x|, exact near 0
    const float x = 1.0F - rest;
    const float w = -log_float(rest * (2.0F - rest));
    const float c = w - 2.5F;
    float central = 2.81022636e-08F;
    central = 3.43273939e-07F + central * c;
    central = -3.5233877e-06F + central * c;
    central = -4.39150654e-06F + central * c;
    central = 0.00021858087F + central * c;
    central = -0.00125372503F + central * c;
    central = -0.00417768164F + central * c;
    central = 0.246640727F + central * c;
    central = 1.50140941F + central * c;
    const float t = std::sqrt(w) - 3.0F;
    float tail = -0.000200214257F;
    tail = 0.000100950558F + tail * t;
    tail = 0.00134934322F + tail * t;
    tail = -0.00367342844F + tail * t;
    tail = 0.00573950773F + tail * t;
    tail = -0.0076224613F + tail * t;
    tail = 0.00943887047F + tail * t;
    tail = 1.00167406F + tail * t;
    tail = 2.83297682F + tail * t;
    const float value = (w < 5.0F ? central : tail) * x * 1.41421356F;
    normals[i] = (words[i] & 1U) != 0 ? -value : value;
  }
}

}  // namespace

void normals_from_words(std::span<const std::uint32_t> words, std::span<float> normals) {
  convert(words.data(), normals.data(), normals.size());
}

}  // namespace kirchhoff::tiles
