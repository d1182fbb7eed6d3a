#include <algorithm>
#include <bit>

#ifdef KIRCHHOFF_DISPATCH
#include <immintrin.h>
#endif

#include "foundation/dispatch.h"
#include "tiles/pulse_update.h"

namespace kirchhoff::tiles {

using periphery::PulseTrains;

namespace {

/// Cell pulses of one row pulse with 64 columns: a few are written whether they exist or not, which spares a
/// branch that cannot be predicted.
inline CellPulse* list_word(std::uint64_t fired, std::uint64_t down, std::size_t first_cell,
                            CellPulse* list) {
  constexpr std::size_t kAtOnce = 6;
  CellPulse* const end = list + std::popcount(fired);
  do {
    for (std::size_t k = 0; k < kAtOnce; ++k) {
      const auto column = static_cast<std::size_t>(std::countr_zero(fired | (std::uint64_t{1} << 63)));
      list[k] = static_cast<CellPulse>(2 * (first_cell + column) + ((down >> column) & 1U));
      fired &= fired - 1;
    }
    list += kAtOnce;
  } while (list < end);
  return end;
}

#ifdef KIRCHHOFF_DISPATCH
/// The same by compressing vectors of sixteen columns: no branch at all.
__attribute__((target("arch=x86-64-v4"))) inline CellPulse* list_word_wide(std::uint64_t fired,
                                                                           std::uint64_t down,
                                                                           std::size_t first_cell,
                                                                           CellPulse* list) {
  constexpr unsigned kWide = 16;
  const __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  for (unsigned first = 0; first < 64; first += kWide) {
    const auto mask = static_cast<__mmask16>(fired >> first);
    const __m512i up = _mm512_add_epi32(even, _mm512_set1_epi32(static_cast<int>(2 * (first_cell + first))));
    const __m512i pulses =
        _mm512_mask_add_epi32(up, static_cast<__mmask16>(down >> first), up, _mm512_set1_epi32(1));
    _mm512_storeu_si512(list, _mm512_maskz_compress_epi32(mask, pulses));
    list += std::popcount(static_cast<unsigned>(mask));
  }
  return list;
}
#endif

template <auto ListWord>
[[gnu::always_inline]] inline std::size_t list_rows(const PulseTrains& rows, const ColumnPulses& columns,
                                                    std::size_t stride, CellPulse* const list) {
  CellPulse* end = list;
  for (const periphery::LinePulse pulse : rows.list) {
    for (std::size_t word = 0; word < columns.words; ++word) {
      end = ListWord(columns.fired[pulse.slot * columns.words + word], columns.down[word],
                     pulse.line * stride + 64 * word, end);
    }
  }
  return static_cast<std::size_t>(end - list);
}

#ifdef KIRCHHOFF_DISPATCH
__attribute__((target("arch=x86-64-v4"))) std::size_t list_all(const PulseTrains& rows,
                                                               const ColumnPulses& columns,
                                                               std::size_t stride, CellPulse* list) {
  return list_rows<list_word_wide>(rows, columns, stride, list);
}
__attribute__((target("arch=x86-64-v3"))) std::size_t list_all(const PulseTrains& rows,
                                                               const ColumnPulses& columns,
                                                               std::size_t stride, CellPulse* list) {
  return list_rows<list_word>(rows, columns, stride, list);
}
__attribute__((target("default")))
#endif
std::size_t
list_all(const PulseTrains& rows, const ColumnPulses& columns, std::size_t stride, CellPulse* list) {
  return list_rows<list_word>(rows, columns, stride, list);
}

template <bool Limited>
[[gnu::always_inline]] inline void apply(const CellPulse* pulses, std::size_t count, const float* normals,
                                         const CapacitorCell& cell, const PulseTargets& targets) {
  // By source, and by whether the source is alive: looked up, for no branch on them can be predicted.
  const float units[2] = {targets.step_unit_us, -targets.step_unit_us};
  const float bends[2] = {cell.bend_per_us(Source::up), cell.bend_per_us(Source::down)};
  const float noises[2] = {0.0F, cell.cycle_noise_us};
  for (std::size_t k = 0; k < count; ++k) {
    __builtin_prefetch(targets.cells + pulses[k + pulses_at_once] / 2, 1);
    __builtin_prefetch(targets.weights + pulses[k + pulses_at_once] / 2, 1);
    const std::size_t source = pulses[k] % 2;
    CapacitorState& state = targets.cells[pulses[k] / 2];
    const std::uint32_t step = state.steps[source];
    const float before = state.q_us;
    const float step_us = units[source] * static_cast<float>(static_cast<std::int32_t>(step));
    const float noise_us = noises[step != 0 ? 1 : 0] * normals[k];
    float after = 0;
    if constexpr (Limited) {
      after = cell.within(targets.limits[pulses[k] / 2]).move(before, step_us, bends[source], noise_us);
    } else {
      after = cell.move(before, step_us, bends[source], noise_us);
    }
    state.q_us = after;
    // The weight follows by the change alone; decay and transfer compute it anew.
    targets.weights[pulses[k] / 2] += targets.to_weight * (after - before);
  }
}

KIRCHHOFF_CLONES void apply_all(const CellPulse* pulses, std::size_t count, const float* normals,
                                const CapacitorCell cell, const PulseTargets targets) {
  apply<false>(pulses, count, normals, cell, targets);
}

KIRCHHOFF_CLONES void apply_limited(const CellPulse* pulses, std::size_t count, const float* normals,
                                    const CapacitorCell cell, const PulseTargets targets) {
  apply<true>(pulses, count, normals, cell, targets);
}

}  // namespace

std::size_t list_coincidences(const PulseTrains& rows, const ColumnPulses& columns, std::size_t stride,
                              CellPulse* list) {
  return list_all(rows, columns, stride, list);
}

void prefetch_first(std::span<const CellPulse> pulses, const PulseTargets& targets) {
  for (const CellPulse pulse : pulses.first(std::min(pulses.size(), pulses_at_once))) {
    __builtin_prefetch(targets.cells + pulse / 2, 1);
    __builtin_prefetch(targets.weights + pulse / 2, 1);
  }
}

void apply_pulses(std::span<const CellPulse> pulses, const float* normals, const CapacitorCell& cell,
                  const PulseTargets& targets) {
  const auto apply_to = targets.limits != nullptr ? apply_limited : apply_all;
  apply_to(pulses.data(), pulses.size(), normals, cell, targets);
}

}  // namespace kirchhoff::tiles
