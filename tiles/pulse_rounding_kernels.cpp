#include <algorithm>

#include "foundation/avx512.h"
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

/// Lists the cells that have a pulse behind `end`; returns the new end.
inline std::size_t list_counts(const std::int32_t* counts, PulsedCell row, const PulsedCell* columns,
                               PulseList& list, std::size_t end) {
  for (std::size_t l = 0; l < kLanes; ++l) {
    list.cells[end] = row + columns[l];
    list.counts[end] = static_cast<std::uint32_t>(counts[l]);
    end += counts[l] > 0 ? 1U : 0U;
  }
  return end;
}

#ifdef KIRCHHOFF_DISPATCH
/// The same by compressing vectors.
__attribute__((target("arch=x86-64-v4"))) inline std::size_t list_counts_wide(
    const std::int32_t* counts, PulsedCell row, const PulsedCell* columns, PulseList& list, std::size_t end) {
  const __m512i count = _mm512_load_si512(counts);
  const __m512i cells =
      _mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(row)), _mm512_load_si512(columns));
  const __mmask16 chosen = _mm512_cmpgt_epi32_mask(count, _mm512_setzero_si512());
  foundation::keep_lanes(chosen, cells, &list.cells[end]);
  foundation::keep_lanes(chosen, count, &list.counts[end]);
  return end + foundation::lanes_in(chosen);
}
#endif

template <auto ListCounts>
[[gnu::always_inline]] inline std::uint64_t list_lines(foundation::RandomLanes* lanes,
                                                       const RoundedLines& lines, std::size_t slots,
                                                       PulseList& list) {
  foundation::RandomLanes random = *lanes;
  const auto most = static_cast<std::int32_t>(slots);
  std::size_t end = 0;
  std::uint64_t pulses = 0;
  std::uint64_t clipped = 0;
  for (std::size_t row = 0; row < lines.rows; ++row) {
    const float row_mean = lines.row_means[row];
    const bool may_clip = row_mean * lines.largest_magnitude >= static_cast<float>(slots) - 1;
    for (std::size_t first = 0; first < lines.groups * kLanes; first += kLanes) {
      alignas(foundation::cache_line_bytes) std::int32_t counts[kLanes];
      round_cells(random, row_mean, lines.magnitudes + first, counts);
      if (may_clip) {
        for (std::int32_t& count : counts) {
          clipped += static_cast<std::uint64_t>(std::max(count - most, 0));
          count = std::min(count, most);
        }
      }
      std::int32_t sum = 0;
      for (const std::int32_t count : counts) {
        sum += count;
      }
      pulses += static_cast<std::uint64_t>(sum);
      end = ListCounts(counts, lines.row_cells[row], lines.column_cells + first, list, end);
    }
  }
  list.size = end;
  list.pulses = pulses;
  return clipped;
}

#ifdef KIRCHHOFF_DISPATCH
__attribute__((target("arch=x86-64-v4"))) std::uint64_t list_all(foundation::RandomLanes* lanes,
                                                                 const RoundedLines& lines, std::size_t slots,
                                                                 PulseList& list) {
  return list_lines<list_counts_wide>(lanes, lines, slots, list);
}
__attribute__((target("arch=x86-64-v3"))) std::uint64_t list_all(foundation::RandomLanes* lanes,
                                                                 const RoundedLines& lines, std::size_t slots,
                                                                 PulseList& list) {
  return list_lines<list_counts>(lanes, lines, slots, list);
}
__attribute__((target("default")))
#endif
std::uint64_t
list_all(foundation::RandomLanes* lanes, const RoundedLines& lines, std::size_t slots, PulseList& list) {
  return list_lines<list_counts>(lanes, lines, slots, list);
}

}  // namespace

std::uint64_t list_rounded(foundation::RandomLanes& random, const RoundedLines& lines, std::size_t slots,
                           PulseList& list) {
  return list_all(&random, lines, slots, list);
}

}  // namespace kirchhoff::tiles
