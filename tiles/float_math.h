#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

/// Elementary functions in single precision without branches or calls: compilers vectorise loops over them,
/// and a loop gives the same bits as a single call. Errors are those measured by test over the ranges stated.
namespace kirchhoff::tiles {

inline constexpr float ln_2 = 0.693147181F;

/// log2(x) for normal positive x: absolute error below 1e-7 (1 + |log2 x|), exact at powers of two.
inline float log2_float(float x) {
  const auto bits = std::bit_cast<std::int32_t>(x);
  const std::int32_t exponent = (bits - 0x3f3504f3) >> 23;
  const auto mantissa = std::bit_cast<float>(bits - (exponent << 23));  // [sqrt(1/2), sqrt(2))
  // 2 atanh(s) / ln 2, |s| < 0.172: the term left out is below 1e-9.
  const float s = (mantissa - 1.0F) / (mantissa + 1.0F);
  const float s2 = s * s;
  const float series =
      s * (2.88539008F + s2 * (0.961796694F + s2 * (0.577078016F + s2 * (0.412198583F + s2 * 0.320598898F))));
  return static_cast<float>(exponent) + series;
}

/// 2^x for |x| <= 126, and that of the nearest end beyond: relative error below 2e-7, exact at whole numbers.
inline float exp2_float(float x) {
  const float inside = std::min(std::max(x, -126.0F), 126.0F);
  const auto whole = static_cast<std::int32_t>(inside + (inside < 0 ? -0.5F : 0.5F));
  const float y = (inside - static_cast<float>(whole)) * ln_2;  // |y| < 0.347: Taylor to 6e-9
  const float series =
      1.0F +
      y * (1.0F + y * (0.5F + y * (0.166666667F +
                                   y * (0.0416666667F +
                                        y * (0.00833333333F + y * (0.00138888889F + y * 0.000198412698F))))));
  return series * std::bit_cast<float>((whole + 127) << 23);
}

/// ln(1 + x), x >= 0: relative error below 3e-7, however small x is.
inline float log1p_float(float x) {
  const float sum = 1.0F + x;
  // What rounding the sum lost, to first order.
  return ln_2 * log2_float(sum) + (x - (sum - 1.0F)) / sum;
}

}  // namespace kirchhoff::tiles
