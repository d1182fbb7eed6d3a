#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "foundation/avx512.h"
#include "foundation/bit_count.h"
#include "foundation/dispatch.h"
#include "periphery/pulse_bits.h"

namespace kirchhoff::periphery {
namespace {

constexpr auto kOne = static_cast<float>(1U << train_digits);

KIRCHHOFF_CLONES void draw_all(foundation::RandomLanes* lanes, const float* __restrict magnitudes, float gain,
                               float full, std::size_t groups, std::size_t halves,
                               std::uint32_t* __restrict out) {
  foundation::RandomLanes generators = *lanes;
  alignas(64) std::uint32_t random[train_lanes];
  alignas(64) std::uint32_t threshold[train_lanes];
  for (std::size_t group = 0; group < groups; ++group) {
    generators.next(random);
#pragma omp simd
    for (std::size_t l = 0; l < train_lanes; ++l) {
      const float chance = static_cast<float>(static_cast<std::int32_t>(random[l] >> 8)) * 0x1p-24F;
      const float wanted = magnitudes[group * train_lanes + l] * (gain * kOne) / full + chance;
      threshold[l] = static_cast<std::uint32_t>(static_cast<std::int32_t>(std::min(wanted, kOne)));
    }
    for (std::size_t half = 0; half < halves; ++half) {
      // Is a random number below the threshold? Decided from the lowest digit up: a higher one overrules.
      alignas(64) std::uint32_t below[train_lanes] = {};
      for (unsigned digit = 0; digit < train_digits; ++digit) {
        generators.next(random);
#pragma omp simd
        for (std::size_t l = 0; l < train_lanes; ++l) {
          const std::uint32_t one = 0U - ((threshold[l] >> digit) & 1U);
          below[l] = (below[l] & random[l]) | (one & (below[l] | random[l]));
        }
      }
#pragma omp simd
      for (std::size_t l = 0; l < train_lanes; ++l) {
        out[(group * halves + half) * train_lanes + l] = below[l] | (0U - (threshold[l] >> train_digits));
      }
    }
  }
  *lanes = generators;
}

KIRCHHOFF_CLONES void compare_all(const PatternedLines p, std::uint32_t* __restrict out) {
  const std::uint64_t slots = p.slots;
  for (std::size_t group = 0; group < p.groups; ++group) {
    alignas(64) std::uint32_t first[train_lanes];
    alignas(64) std::uint32_t end[train_lanes];
    const std::uint32_t* const lines = p.lines + group * train_lanes;
    const float* const magnitudes = p.magnitudes + group * train_lanes;
#pragma omp simd
    for (std::size_t l = 0; l < train_lanes; ++l) {
      // The phases 0 .. last fire, their number rounded up. Converted as a signed number, which every
      // instruction set can do.
      const double most = std::ceil(p.unit * static_cast<double>(magnitudes[l])) - 1.0;
      const double within = std::min(std::max(most, 0.0), 0x1p32 - 1.0);
      const auto last = static_cast<std::uint32_t>(static_cast<std::int32_t>(within - 0x1p31)) ^ 0x80000000U;
      // Places from -phase to -phase + last. The rank of the first place at x or after it is
      // ceil(x slots / 2^32), since places are rounded down.
      const std::uint64_t from = 0U - (p.start + p.step * lines[l]);
      const std::uint64_t behind = from + last + 1;
      first[l] = static_cast<std::uint32_t>((from * slots + 0xffffffffU) >> 32);
      end[l] = static_cast<std::uint32_t>((behind * slots + 0xffffffffU) >> 32);
    }
    for (std::size_t half = 0; half < p.halves; ++half) {
      const std::uint32_t* const ranks = p.first_ranks + half * (2 * slots + 1);
#pragma omp simd
      for (std::size_t l = 0; l < train_lanes; ++l) {
        out[(group * p.halves + half) * train_lanes + l] = ranks[end[l]] ^ ranks[first[l]];
      }
    }
  }
}

#ifdef KIRCHHOFF_DISPATCH
__attribute__((target("arch=x86-64-v4"))) inline __m512i drawn_of(const DrawnLines& from, std::size_t first,
                                                                  std::size_t half) {
  const std::uint32_t used = half + 1 == from.halves ? from.last_half : ~0U;
  return _mm512_and_si512(_mm512_loadu_si512(from.drawn + first * from.halves + half * train_lanes),
                          _mm512_set1_epi32(static_cast<int>(used)));
}

__attribute__((target("arch=x86-64-v4"))) std::size_t keep_all(const DrawnLines& from, std::size_t stride,
                                                               std::uint32_t* lines, std::uint32_t* negative,
                                                               std::uint32_t* bits) {
  std::size_t kept = 0;
  for (std::size_t first = 0; first < from.count; first += train_lanes) {
    __m512i any = drawn_of(from, first, 0);
    for (std::size_t half = 1; half < from.halves; ++half) {
      any = _mm512_or_si512(any, drawn_of(from, first, half));
    }
    const __mmask16 fires =
        _mm512_mask_test_epi32_mask(foundation::first_lanes(from.count - first), any, any);
    for (std::size_t half = 0; half < from.halves; ++half) {
      foundation::keep_lanes(fires, drawn_of(from, first, half), bits + half * stride + kept);
    }
    foundation::keep_lanes(fires, _mm512_loadu_si512(from.lines + first), lines + kept);
    foundation::keep_lanes(fires, _mm512_loadu_si512(from.negative + first), negative + kept);
    kept += foundation::lanes_in(fires);
  }
  return kept;
}
__attribute__((target("default")))
#endif
std::size_t
keep_all(const DrawnLines& from, std::size_t stride, std::uint32_t* lines, std::uint32_t* negative,
         std::uint32_t* bits) {
  std::size_t kept = 0;
  for (std::size_t k = 0; k < from.count; ++k) {
    const std::uint32_t* const line =
        from.drawn + k / train_lanes * from.halves * train_lanes + k % train_lanes;
    std::uint32_t any = 0;
    for (std::size_t half = 0; half < from.halves; ++half) {
      const std::uint32_t used = half + 1 == from.halves ? from.last_half : ~0U;
      const std::uint32_t fired = line[half * train_lanes] & used;
      bits[half * stride + kept] = fired;
      any |= fired;
    }
    lines[kept] = from.lines[k];
    negative[kept] = from.negative[k];
    kept += any != 0 ? 1U : 0U;
  }
  return kept;
}

KIRCHHOFF_CLONES void clear_rest(std::uint32_t* __restrict bits, std::size_t halves, std::size_t stride,
                                 std::size_t kept, std::uint64_t* pulses) {
  std::uint32_t sum = 0;
  for (std::size_t half = 0; half < halves; ++half) {
    for (std::size_t k = 0; k < kept; ++k) {
      sum += foundation::bit_count(bits[half * stride + k]);
    }
    for (std::size_t k = kept; k < stride; ++k) {
      bits[half * stride + k] = 0;
    }
  }
  *pulses = sum;
}

#ifdef KIRCHHOFF_DISPATCH
__attribute__((target("arch=x86-64-v4"))) std::size_t gather_all(const std::int16_t* codes, std::size_t count,
                                                                 std::uint32_t* lines,
                                                                 std::uint32_t* negative, float* magnitudes) {
  __m512i numbers = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  std::size_t found = 0;
  for (std::size_t first = 0; first < count; first += train_lanes) {
    const __m512i code = _mm512_cvtepi16_epi32(
        _mm256_maskz_loadu_epi16(foundation::first_lanes(count - first), codes + first));
    const __mmask16 active = _mm512_test_epi32_mask(code, code);
    foundation::keep_lanes(active, numbers, lines + found);
    foundation::keep_lanes(active, _mm512_srli_epi32(code, 31), negative + found);
    foundation::keep_lanes(active, _mm512_castps_si512(_mm512_cvtepi32_ps(_mm512_abs_epi32(code))),
                           magnitudes + found);
    found += foundation::lanes_in(active);
    numbers = _mm512_add_epi32(numbers, _mm512_set1_epi32(train_lanes));
  }
  return found;
}
__attribute__((target("default")))
#endif
std::size_t
gather_all(const std::int16_t* codes, std::size_t count, std::uint32_t* lines, std::uint32_t* negative,
           float* magnitudes) {
  std::size_t found = 0;
  for (std::size_t line = 0; line < count; ++line) {
    lines[found] = static_cast<std::uint32_t>(line);
    negative[found] = codes[line] < 0 ? 1U : 0U;
    magnitudes[found] = static_cast<float>(std::abs(codes[line]));
    found += codes[line] != 0 ? 1U : 0U;
  }
  return found;
}

}  // namespace

std::size_t gather_active(const std::int16_t* codes, std::size_t count, std::uint32_t* lines,
                          std::uint32_t* negative, float* magnitudes) {
  return gather_all(codes, count, lines, negative, magnitudes);
}

FiringLines keep_firing(const DrawnLines& from, std::size_t stride, std::uint32_t* lines,
                        std::uint32_t* negative, std::uint32_t* bits) {
  FiringLines found;
  found.lines = keep_all(from, stride, lines, negative, bits);
  clear_rest(bits, from.halves, stride, found.lines, &found.pulses);
  return found;
}

void draw_trains(foundation::RandomLanes& random, const float* magnitudes, float gain, float full,
                 std::size_t groups, std::size_t halves, std::uint32_t* out) {
  draw_all(&random, magnitudes, gain, full, groups, halves, out);
}

void compare_trains(const PatternedLines& lines, std::uint32_t* out) {
  compare_all(lines, out);
}

}  // namespace kirchhoff::periphery
