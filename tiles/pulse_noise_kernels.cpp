#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

#include "foundation/aligned.h"
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

/// A word as a point of (-1, 1) that an inverse error function is wanted of.
struct Argument {
  float x;  ///< magnitude
  float w;  ///< -log(1 - x^2)
};

inline Argument argument_of(std::uint32_t word) {
  const auto magnitude = static_cast<std::int32_t>(word >> 1);                        // 31 bits
  const float rest = (static_cast<float>(0x7fffffff - magnitude) + 0.5F) * 0x1p-31F;  // 1 - x, exact near 0
  return {1.0F - rest, -log_float(rest * (2.0F - rest))};
}

inline float signed_normal(float inverse_over_x, float x, std::uint32_t word) {
  const float value = inverse_over_x * x * 1.41421356F;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) ^ (word << 31));
}

constexpr std::size_t kLanes = foundation::vector_floats;

/// Where the tail begins.
constexpr float kTail = 5.0F;
/// The tail needs a magnitude within 2^-8 of 1: words below cannot lie in it.
constexpr std::uint32_t kTailWords = 0xff000000U;

/// Right for all but the tail, one in 300; count is a multiple of kLanes.
KIRCHHOFF_CLONES void convert_centre(const std::uint32_t* __restrict words, float* __restrict normals,
                                     std::size_t count) {
  for (std::size_t i = 0; i < count / kLanes * kLanes; ++i) {
    const Argument a = argument_of(words[i]);
    const float c = a.w - 2.5F;
    float centre = 2.81022636e-08F;
    centre = 3.43273939e-07F + centre * c;
    centre = -3.5233877e-06F + centre * c;
    centre = -4.39150654e-06F + centre * c;
    centre = 0.00021858087F + centre * c;
    centre = -0.00125372503F + centre * c;
    centre = -0.00417768164F + centre * c;
    centre = 0.246640727F + centre * c;
    centre = 1.50140941F + centre * c;
    normals[i] = signed_normal(centre, a.x, words[i]);
  }
}

constexpr std::size_t kSteps = 32;  ///< bits of a mask

/// Bit s of masks[l]: word s kLanes + l may lie in the tail. steps <= kSteps.
KIRCHHOFF_CLONES void mark_tails(const std::uint32_t* __restrict words, std::size_t steps,
                                 std::uint32_t* __restrict masks) {
  alignas(foundation::cache_line_bytes) std::uint32_t found[kLanes] = {};
  for (std::size_t step = 0; step < steps; ++step) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      found[l] |= static_cast<std::uint32_t>(words[step * kLanes + l] >= kTailWords) << step;
    }
  }
  for (std::size_t l = 0; l < kLanes; ++l) {
    masks[l] = found[l];
  }
}

float tail_normal(Argument a, std::uint32_t word) {
  const float t = std::sqrt(a.w) - 3.0F;
  float tail = -0.000200214257F;
  tail = 0.000100950558F + tail * t;
  tail = 0.00134934322F + tail * t;
  tail = -0.00367342844F + tail * t;
  tail = 0.00573950773F + tail * t;
  tail = -0.0076224613F + tail * t;
  tail = 0.00943887047F + tail * t;
  tail = 1.00167406F + tail * t;
  tail = 2.83297682F + tail * t;
  return signed_normal(tail, a.x, word);
}

inline void mend(std::uint32_t word, float& normal) {
  const Argument a = argument_of(word);
  if (!(a.w < kTail)) {
    normal = tail_normal(a, word);
  }
}

/// At least kLanes words.
void convert(const std::uint32_t* words, float* normals, std::size_t count) {
  const std::size_t whole = count / kLanes * kLanes;
  convert_centre(words, normals, whole);
  if (whole < count) {  // once more for some: cheaper than one by one
    convert_centre(words + count - kLanes, normals + count - kLanes, kLanes);
  }
  for (std::size_t done = 0; done < whole; done += kSteps * kLanes) {
    alignas(foundation::cache_line_bytes) std::uint32_t masks[kLanes];
    mark_tails(words + done, std::min(kSteps, (whole - done) / kLanes), masks);
    for (std::size_t l = 0; l < kLanes; ++l) {
      for (std::uint32_t mask = masks[l]; mask != 0; mask &= mask - 1) {
        const std::size_t i = done + static_cast<std::size_t>(std::countr_zero(mask)) * kLanes + l;
        mend(words[i], normals[i]);
      }
    }
  }
  for (std::size_t i = whole; i < count; ++i) {
    if (words[i] >= kTailWords) {
      mend(words[i], normals[i]);
    }
  }
}

}  // namespace

void normals_from_words(std::span<const std::uint32_t> words, std::span<float> normals) {
  const std::size_t count = normals.size();
  if (count >= kLanes) {
    convert(words.data(), normals.data(), count);
    return;
  }
  std::uint32_t padded_words[kLanes] = {};
  float padded_normals[kLanes];
  std::copy_n(words.data(), count, padded_words);
  convert(padded_words, padded_normals, kLanes);
  std::copy_n(padded_normals, count, normals.data());
}

}  // namespace kirchhoff::tiles
