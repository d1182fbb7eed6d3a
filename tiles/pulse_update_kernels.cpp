#include <algorithm>
#include <cmath>

#include "foundation/aligned.h"
#include "foundation/avx512.h"
#include "foundation/dispatch.h"
#include "tiles/pulse_update.h"

namespace kirchhoff::tiles {

namespace {

/// Cells of a block are gathered, moved in vectors, and scattered.
constexpr std::size_t kBlock = 128;
/// Cells are fetched into the cache so many entries before their turn.
constexpr std::size_t kAhead = 32;
static_assert(kAhead + foundation::vector_floats <= PulseList::margin);  // of the last, begun vector, too

struct Block {
  alignas(foundation::cache_line_bytes) float q_us[kBlock];
  alignas(foundation::cache_line_bytes) float step_units[kBlock];  ///< never negative
  alignas(foundation::cache_line_bytes) float low_us[kBlock];      ///< with limits of each cell
  alignas(foundation::cache_line_bytes) float high_us[kBlock];
  alignas(foundation::cache_line_bytes) float change[kBlock];  ///< of the weight
};

template <bool Limited>
[[gnu::always_inline]] inline void gather(const PulsedCell* pulsed, std::size_t size,
                                          const PulseTargets& targets, Block& block) {
  for (std::size_t k = 0; k < size; ++k) {
    const std::size_t cell = pulsed[k] / 2;
    const CapacitorState& state = targets.cells[cell];
    __builtin_prefetch(targets.weights + cell, 1);
    __builtin_prefetch(targets.cells + pulsed[k + kAhead] / 2, 1);
    block.q_us[k] = state.q_us;
    block.step_units[k] = static_cast<float>(std::int32_t{state.steps[pulsed[k] % 2]});
    if constexpr (Limited) {
      block.low_us[k] = targets.limits[cell].low_us;
      block.high_us[k] = targets.limits[cell].high_us;
    }
  }
}

#ifdef KIRCHHOFF_DISPATCH
/// The same sixteen cells at a time, without limits of each.
__attribute__((target("arch=x86-64-v4"))) inline void gather_wide(const PulsedCell* pulsed, std::size_t size,
                                                                  const PulseTargets& targets, Block& block) {
  constexpr std::size_t lanes = foundation::vector_floats;
  const __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
  for (std::size_t k = 0; k < size; k += lanes) {
    for (std::size_t l = 0; l < lanes; ++l) {
      __builtin_prefetch(targets.cells + pulsed[k + l + kAhead] / 2, 1);
    }
    const auto listed = foundation::first_lanes(size - k);
    const __m512i cell_and_source = _mm512_maskz_loadu_epi32(listed, pulsed + k);
    const __m512i cells = _mm512_srli_epi32(cell_and_source, 1);
    const __m512i low = _mm512_i32gather_epi64(_mm512_castsi512_si256(cells), targets.cells, 8);
    const __m512i high = _mm512_i32gather_epi64(_mm512_extracti64x4_epi64(cells, 1), targets.cells, 8);
    const __m512i both_steps = _mm512_permutex2var_epi32(low, odd, high);
    const __m512i place = _mm512_slli_epi32(_mm512_and_si512(cell_and_source, _mm512_set1_epi32(1)), 4);
    const __m512i steps = _mm512_and_si512(_mm512_srlv_epi32(both_steps, place), _mm512_set1_epi32(0xffff));
    _mm512_store_si512(block.q_us + k, _mm512_permutex2var_epi32(low, even, high));
    _mm512_store_ps(block.step_units + k, _mm512_cvtepi32_ps(steps));
  }
}
#endif

template <bool Limited>
[[gnu::always_inline]] inline void move(const PulsedCell* __restrict pulsed,
                                        const std::uint32_t* __restrict counts,
                                        const float* __restrict normals, std::size_t size,
                                        const CapacitorCell& cell, float step_unit_us, float to_weight,
                                        Block& block) {
  const float bend = cell.bend_per_us(Source::up);
  const float noise_us = cell.cycle_noise_us;
#pragma omp simd
  for (std::size_t k = 0; k < size; ++k) {
    const float sign = (pulsed[k] & 1U) == 0 ? 1.0F : -1.0F;
    const float units = block.step_units[k];
    const auto count = static_cast<float>(static_cast<std::int32_t>(counts[k]));
    // A dead source makes no noise either.
    const float noise = units > 0 ? noise_us * std::sqrt(count) * normals[k] : 0.0F;
    const float before = block.q_us[k];
    float after = cell.moved(before, count, sign * step_unit_us * units, sign * bend, noise);
    if constexpr (Limited) {
      after = std::min(std::max(after, block.low_us[k]), block.high_us[k]);
    } else {
      after = std::min(std::max(after, cell.q_min_us), cell.q_max_us);
    }
    block.q_us[k] = after;
    // The weight follows by the change alone; decay and transfer compute it anew.
    block.change[k] = to_weight * (after - before);
  }
}

template <bool Limited, auto Gather>
[[gnu::always_inline]] inline void apply(const PulsedCell* pulsed, const std::uint32_t* counts,
                                         std::size_t size, const float* normals, const CapacitorCell& cell,
                                         const PulseTargets& targets) {
  Block block;
  for (std::size_t first = 0; first < size; first += kBlock) {
    const std::size_t here = std::min(kBlock, size - first);
    Gather(pulsed + first, here, targets, block);
    move<Limited>(pulsed + first, counts + first, normals + first, here, cell, targets.step_unit_us,
                  targets.to_weight, block);
    for (std::size_t k = 0; k < here; ++k) {
      const std::size_t at = pulsed[first + k] / 2;
      targets.cells[at].q_us = block.q_us[k];
      targets.weights[at] += block.change[k];
    }
  }
}

#ifdef KIRCHHOFF_DISPATCH
__attribute__((target("arch=x86-64-v4"))) void apply_all(const PulsedCell* pulsed,
                                                         const std::uint32_t* counts, std::size_t size,
                                                         const float* normals, const CapacitorCell cell,
                                                         const PulseTargets targets) {
  apply<false, gather_wide>(pulsed, counts, size, normals, cell, targets);
}
__attribute__((target("arch=x86-64-v3"))) void apply_all(const PulsedCell* pulsed,
                                                         const std::uint32_t* counts, std::size_t size,
                                                         const float* normals, const CapacitorCell cell,
                                                         const PulseTargets targets) {
  apply<false, gather<false>>(pulsed, counts, size, normals, cell, targets);
}
__attribute__((target("default")))
#endif
void apply_all(const PulsedCell* pulsed, const std::uint32_t* counts, std::size_t size, const float* normals,
               const CapacitorCell cell, const PulseTargets targets) {
  apply<false, gather<false>>(pulsed, counts, size, normals, cell, targets);
}

KIRCHHOFF_CLONES void apply_limited(const PulsedCell* pulsed, const std::uint32_t* counts, std::size_t size,
                                    const float* normals, const CapacitorCell cell,
                                    const PulseTargets targets) {
  apply<true, gather<true>>(pulsed, counts, size, normals, cell, targets);
}

}  // namespace

void prefetch_first(const PulseList& pulses, const PulseTargets& targets) {
  for (std::size_t k = 0; k < std::min(pulses.size, kBlock); ++k) {
    __builtin_prefetch(targets.cells + pulses.cells[k] / 2, 1);
  }
}

void apply_pulses(const PulseList& pulses, const float* normals, const CapacitorCell& cell,
                  const PulseTargets& targets) {
  if (targets.limits != nullptr) {
    apply_limited(pulses.cells.data(), pulses.counts.data(), pulses.size, normals, cell, targets);
  } else {
    apply_all(pulses.cells.data(), pulses.counts.data(), pulses.size, normals, cell, targets);
  }
}

}  // namespace kirchhoff::tiles
