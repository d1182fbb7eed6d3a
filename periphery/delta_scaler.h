#pragma once

#include <cstdint>
#include <span>

namespace kirchhoff::periphery {

/// Exponent e with |largest| <= 2^e, the shared scale of a layer's deltas; at least min_exponent.
std::int32_t shared_exponent(float largest);

inline constexpr std::int32_t min_exponent = -60;

/// Largest magnitude.
float largest_magnitude(std::span<const float> values);

/// Sign-magnitude codes of deltas: code = round(full_code x delta / 2^exponent), |code| <= full_code.
void scale_deltas(std::span<const float> deltas, std::int32_t exponent, std::int32_t full_code,
                  std::span<std::int16_t> codes);

}  // namespace kirchhoff::periphery
