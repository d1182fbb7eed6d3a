#include <algorithm>
#include <bit>

#ifdef KIRCHHOFF_DISPATCH
#include <immintrin.h>
#endif

#include "foundation/dispatch.h"
#include "foundation/random_lanes.h"
#include "tiles/pulse_rounding.h"

namespace kirchhoff::tiles {
namespace {

constexpr std::size_t kLanes = foundation::RandomLanes::count;
static_assert(kLanes == foundation::vector_floats);

/// Draws the pulses of sixteen cells.
[[gnu::always_inline]] inline void round_cells(foundation::RandomLanes& random, float row_mean,
                                               const float* __restrict magnitudes,
                                               std::int32_t* __restrict counts) {
  alignas(foundation::cache_line_bytes) std::uint32_t words[kLanes];
  random.next(words);
#pragma omp simd
  for (std::size_t l = 0; l < kLanes; ++l) {
    const float mean = std::min(row_mean * magnitudes[l], largest_mean);
    const auto whole = static_cast<std::int32_t>(mean);
    const auto chance = static_cast<std::int32_t>((mean - static_cast<float>(whole)) * 0x1p31F);
    counts[l] = whole + (static_cast<std::int32_t>(words[l] >> 1) < chance ? 1 : 0);
  }
}

/// Writes pulses in rounds: those of all cells that have one, cell by cell, then the second ones, and so on.
inline CellPulse* list_counts(const std::int32_t* counts, CellPulse row, const CellPulse* columns,
                              CellPulse* list) {
  for (std::int32_t round = 0;; ++round) {
    std::uint32_t left = 0;
    for (std::size_t l = 0; l < kLanes; ++l) {
      left |= static_cast<std::uint32_t>(counts[l] > round) << l;
    }
    if (left == 0) {
      return list;
    }
    for (; left != 0; left &= left - 1) {
      *list++ = row + columns[std::countr_zero(left)];
    }
  }
}

#ifdef KIRCHHOFF_DISPATCH
__attribute__((target("arch=x86-64-v4"))) inline CellPulse* list_chosen(__mmask16 chosen, __m512i pulses,
                                                                        CellPulse* list) {
  _mm512_storeu_si512(list, _mm512_maskz_compress_epi32(chosen, pulses));
  return list + std::popcount(static_cast<unsigned>(chosen));
}

/// The same by compressing vectors.
__attribute__((target("arch=x86-64-v4"))) inline CellPulse* list_counts_wide(const std::int32_t* counts,
                                                                             CellPulse row,
                                                                             const CellPulse* columns,
                                                                             CellPulse* list) {
  const __m512i count = _mm512_load_si512(counts);
  const __m512i pulses =
      _mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(row)), _mm512_load_si512(columns));
  // Whether some cell has one pulse, or two, cannot be predicted: no branch.
  list = list_chosen(_mm512_cmpgt_epi32_mask(count, _mm512_setzero_si512()), pulses, list);
  list = list_chosen(_mm512_cmpgt_epi32_mask(count, _mm512_set1_epi32(1)), pulses, list);
  for (std::int32_t round = 2;; ++round) {
    const __mmask16 left = _mm512_cmpgt_epi32_mask(count, _mm512_set1_epi32(round));
    if (left == 0) {
      return list;
    }
    list = list_chosen(left, pulses, list);
  }
}
#endif

template <auto ListCounts>
[[gnu::always_inline]] inline std::size_t list_lines(foundation::RandomLanes* lanes,
                                                     const RoundedLines& lines, std::size_t slots,
                                                     CellPulse* const list, std::uint64_t* clipped) {
  foundation::RandomLanes random = *lanes;
  const auto most = static_cast<std::int32_t>(slots);
  CellPulse* end = list;
  for (std::size_t row = 0; row < lines.rows; ++row) {
    const float row_mean = lines.row_means[row];
    const bool may_clip = row_mean * lines.largest_magnitude >= static_cast<float>(slots) - 1;
    for (std::size_t first = 0; first < lines.groups * kLanes; first += kLanes) {
      alignas(foundation::cache_line_bytes) std::int32_t counts[kLanes];
      round_cells(random, row_mean, lines.magnitudes + first, counts);
      if (may_clip) {
        for (std::int32_t& count : counts) {
          *clipped += static_cast<std::uint64_t>(std::max(count - most, 0));
          count = std::min(count, most);
        }
      }
      end = ListCounts(counts, lines.row_pulses[row], lines.column_pulses + first, end);
    }
  }
  return static_cast<std::size_t>(end - list);
}

#ifdef KIRCHHOFF_DISPATCH
__attribute__((target("arch=x86-64-v4"))) std::size_t list_all(foundation::RandomLanes* lanes,
                                                               const RoundedLines& lines, std::size_t slots,
                                                               CellPulse* list, std::uint64_t* clipped) {
  return list_lines<list_counts_wide>(lanes, lines, slots, list, clipped);
}
__attribute__((target("arch=x86-64-v3"))) std::size_t list_all(foundation::RandomLanes* lanes,
                                                               const RoundedLines& lines, std::size_t slots,
                                                               CellPulse* list, std::uint64_t* clipped) {
  return list_lines<list_counts>(lanes, lines, slots, list, clipped);
}
__attribute__((target("default")))
#endif
std::size_t
list_all(foundation::RandomLanes* lanes, const RoundedLines& lines, std::size_t slots, CellPulse* list,
         std::uint64_t* clipped) {
  return list_lines<list_counts>(lanes, lines, slots, list, clipped);
}

}  // namespace

std::size_t list_rounded(foundation::RandomLanes& random, const RoundedLines& lines, std::size_t slots,
                         CellPulse* list, std::uint64_t& clipped) {
  return list_all(&random, lines, slots, list, &clipped);
}

}  // namespace kirchhoff::tiles
