#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>

#include "foundation/aligned.h"
#include "foundation/avx512.h"
#include "foundation/dispatch.h"
#include "foundation/math.h"
#include "tiles/float_math.h"
#include "tiles/pulse_noise.h"

namespace kirchhoff::tiles {
namespace {

constexpr std::size_t kLanes = foundation::vector_floats;

/// A word's distance from the tail is 2^-24 times a whole odd number; a piece goes with the three lowest bits
/// of that number's exponent and the two highest of its mantissa, of which the others say where in the piece.
constexpr std::size_t kPieces = 32;
constexpr unsigned kPlaceBits = 21;
constexpr std::uint32_t kPlaceMask = (1U << kPlaceBits) - 1;
constexpr std::uint32_t kOne = 0x3f800000U;  // 1.0F
constexpr float kMiddle = 1.125F;            // places run from 1 to 1.25
/// Distances below 2^-8, which the pieces do not cover: words from here on.
constexpr std::uint32_t kTailWords = 0xff000000U;

struct Pieces {
  alignas(foundation::cache_line_bytes) std::array<float, kPieces> c0, c1, c2, c3;
};

/// Cubics through four Chebyshev points of each piece.
Pieces fit_pieces() {
  Pieces pieces{};
  for (unsigned exponent = 16; exponent < 24; ++exponent) {
    for (unsigned quarter = 0; quarter < 4; ++quarter) {
      std::array<double, 4> t{};
      std::array<double, 4> d{};  // divided differences
      for (std::size_t k = 0; k < 4; ++k) {
        constexpr std::array<double, 4> kNodes{-0.9238795325112867, -0.3826834323650898, 0.3826834323650898,
                                               0.9238795325112867};
        t[k] = 0.125 * kNodes[k];
        const double distance =
            std::ldexp(1.0 + 0.25 * quarter + 0.125 + t[k], static_cast<int>(exponent) - 24);
        d[k] = -foundation::normal_quantile(0.5 * distance);
      }
      for (std::size_t order = 1; order < 4; ++order) {
        for (std::size_t k = 3; k >= order; --k) {
          d[k] = (d[k] - d[k - 1]) / (t[k] - t[k - order]);
        }
      }
      // Newton's form to powers of t.
      const double p3 = d[3];
      const double p2 = d[2] - d[3] * (t[0] + t[1] + t[2]);
      const double p1 = d[1] - d[2] * (t[0] + t[1]) + d[3] * (t[0] * t[1] + t[0] * t[2] + t[1] * t[2]);
      const double p0 = d[0] - d[1] * t[0] + d[2] * t[0] * t[1] - d[3] * t[0] * t[1] * t[2];
      // Exponents of floats are 127 higher, which leaves their three lowest bits one lower.
      const std::size_t piece = (exponent + 127) % 8 * 4 + quarter;
      pieces.c0[piece] = static_cast<float>(p0);
      pieces.c1[piece] = static_cast<float>(p1);
      pieces.c2[piece] = static_cast<float>(p2);
      pieces.c3[piece] = static_cast<float>(p3);
    }
  }
  return pieces;
}

const Pieces& pieces() {
  static const Pieces fitted = fit_pieces();
  return fitted;
}

#ifdef KIRCHHOFF_DISPATCH
__attribute__((target("arch=x86-64-v4"))) inline __m512 look_up(const std::array<float, kPieces>& c,
                                                                __m512i piece) {
  return _mm512_permutex2var_ps(_mm512_load_ps(c.data()), piece, _mm512_load_ps(c.data() + kLanes));
}
#endif

/// Right for all but the tail; count is a multiple of kLanes.
#ifdef KIRCHHOFF_DISPATCH
__attribute__((target("arch=x86-64-v4"))) void convert_centre(const Pieces& p, const std::uint32_t* words,
                                                              float* normals, std::size_t count) {
  // The coefficients of all pieces stay in registers.
  for (std::size_t i = 0; i < count; i += kLanes) {
    const __m512i word = _mm512_loadu_si512(words + i);
    const __m512i inverted = _mm512_xor_si512(word, _mm512_set1_epi32(-1));
    const __m512i distance = _mm512_or_si512(_mm512_srli_epi32(inverted, 8), _mm512_set1_epi32(1));
    const __m512i bits = _mm512_castps_si512(_mm512_cvtepi32_ps(distance));
    const __m512i piece = _mm512_srli_epi32(bits, kPlaceBits);
    const __m512i place = _mm512_or_si512(_mm512_and_si512(bits, _mm512_set1_epi32(kPlaceMask)),
                                          _mm512_set1_epi32(static_cast<int>(kOne)));
    const __m512 t = _mm512_sub_ps(_mm512_castsi512_ps(place), _mm512_set1_ps(kMiddle));
    __m512 normal = look_up(p.c3, piece);
    normal = _mm512_add_ps(look_up(p.c2, piece), _mm512_mul_ps(normal, t));
    normal = _mm512_add_ps(look_up(p.c1, piece), _mm512_mul_ps(normal, t));
    normal = _mm512_add_ps(look_up(p.c0, piece), _mm512_mul_ps(normal, t));
    const __m512i with_sign = _mm512_xor_si512(_mm512_castps_si512(normal), _mm512_slli_epi32(word, 31));
    _mm512_storeu_si512(normals + i, with_sign);
  }
}
__attribute__((target("default")))
#endif
void
convert_centre(const Pieces& p, const std::uint32_t* words, float* normals, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto distance = static_cast<std::int32_t>((~words[i] >> 8) | 1U);
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(distance));
    const std::uint32_t piece = bits >> kPlaceBits & (kPieces - 1);
    const float t = std::bit_cast<float>((bits & kPlaceMask) | kOne) - kMiddle;
    const float normal = p.c0[piece] + (p.c1[piece] + (p.c2[piece] + p.c3[piece] * t) * t) * t;
    normals[i] = std::bit_cast<float>(std::bit_cast<std::uint32_t>(normal) ^ (words[i] << 31));
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

float tail_normal(std::uint32_t word) {
  const auto rest = (static_cast<float>(static_cast<std::int32_t>(~word >> 1)) + 0.5F) * 0x1p-31F;
  const float t = std::sqrt(-ln_2 * log2_float(rest * (2.0F - rest))) - 3.0F;
  float tail = -0.000200214257F;
  tail = 0.000100950558F + tail * t;
  tail = 0.00134934322F + tail * t;
  tail = -0.00367342844F + tail * t;
  tail = 0.00573950773F + tail * t;
  tail = -0.0076224613F + tail * t;
  tail = 0.00943887047F + tail * t;
  tail = 1.00167406F + tail * t;
  tail = 2.83297682F + tail * t;
  const float value = tail * (1.0F - rest) * 1.41421356F;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) ^ (word << 31));
}

/// At least kLanes words.
void convert(const std::uint32_t* words, float* normals, std::size_t count) {
  const std::size_t whole = count / kLanes * kLanes;
  const Pieces& centre = pieces();
  convert_centre(centre, words, normals, whole);
  if (whole < count) {  // once more for some: cheaper than one by one
    convert_centre(centre, words + count - kLanes, normals + count - kLanes, kLanes);
  }
  for (std::size_t done = 0; done < whole; done += kSteps * kLanes) {
    alignas(foundation::cache_line_bytes) std::uint32_t masks[kLanes];
    mark_tails(words + done, std::min(kSteps, (whole - done) / kLanes), masks);
    for (std::size_t l = 0; l < kLanes; ++l) {
      for (std::uint32_t mask = masks[l]; mask != 0; mask &= mask - 1) {
        const std::size_t i = done + static_cast<std::size_t>(std::countr_zero(mask)) * kLanes + l;
        normals[i] = tail_normal(words[i]);
      }
    }
  }
  for (std::size_t i = whole; i < count; ++i) {
    if (words[i] >= kTailWords) {
      normals[i] = tail_normal(words[i]);
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
