#include <algorithm>
#include <cmath>

#include "foundation/dispatch.h"
#include "tiles/pulse_update.h"

namespace kirchhoff::tiles {

namespace {

/// Normal numbers become the noise of so many pulses, uS. Whole vectors, the margin makes up for the rest.
KIRCHHOFF_CLONES void scale_noise(const std::uint32_t* __restrict counts, std::size_t size,
                                  float cycle_noise_us, float* __restrict normals) {
  const std::size_t padded = foundation::padded_to_vector(size);
#pragma omp simd
  for (std::size_t k = 0; k < padded; ++k) {
    normals[k] *= cycle_noise_us * std::sqrt(static_cast<float>(static_cast<std::int32_t>(counts[k])));
  }
}

template <bool Limited>
[[gnu::always_inline]] inline void apply(const PulsedCell* pulsed, const std::uint32_t* counts,
                                         std::size_t size, const float* noises_us, const CapacitorCell& cell,
                                         const PulseTargets& targets) {
  // By source, for no branch on it can be predicted.
  const float units[2] = {targets.step_unit_us, -targets.step_unit_us};
  const float bends[2] = {cell.bend_per_us(Source::up), cell.bend_per_us(Source::down)};
  for (std::size_t k = 0; k < size; ++k) {
    __builtin_prefetch(targets.cells + pulsed[k + PulseList::margin] / 2, 1);
    __builtin_prefetch(targets.weights + pulsed[k + PulseList::margin] / 2, 1);
    const std::size_t source = pulsed[k] % 2;
    CapacitorState& state = targets.cells[pulsed[k] / 2];
    const std::uint32_t step = state.steps[source];
    const float before = state.q_us;
    const float step_us = units[source] * static_cast<float>(static_cast<std::int32_t>(step));
    const auto count = static_cast<float>(static_cast<std::int32_t>(counts[k]));
    const float noise_us = step != 0 ? noises_us[k] : 0.0F;
    float after = 0;
    if constexpr (Limited) {
      after =
          cell.within(targets.limits[pulsed[k] / 2]).move(before, count, step_us, bends[source], noise_us);
    } else {
      after = cell.move(before, count, step_us, bends[source], noise_us);
    }
    state.q_us = after;
    // The weight follows by the change alone; decay and transfer compute it anew.
    targets.weights[pulsed[k] / 2] += targets.to_weight * (after - before);
  }
}

KIRCHHOFF_CLONES void apply_all(const PulsedCell* pulsed, const std::uint32_t* counts, std::size_t size,
                                const float* noises_us, const CapacitorCell cell,
                                const PulseTargets targets) {
  apply<false>(pulsed, counts, size, noises_us, cell, targets);
}

KIRCHHOFF_CLONES void apply_limited(const PulsedCell* pulsed, const std::uint32_t* counts, std::size_t size,
                                    const float* noises_us, const CapacitorCell cell,
                                    const PulseTargets targets) {
  apply<true>(pulsed, counts, size, noises_us, cell, targets);
}

}  // namespace

void prefetch_first(const PulseList& pulses, const PulseTargets& targets) {
  for (std::size_t k = 0; k < std::min(pulses.size, PulseList::margin); ++k) {
    __builtin_prefetch(targets.cells + pulses.cells[k] / 2, 1);
    __builtin_prefetch(targets.weights + pulses.cells[k] / 2, 1);
  }
}

void apply_pulses(const PulseList& pulses, float* normals, const CapacitorCell& cell,
                  const PulseTargets& targets) {
  scale_noise(pulses.counts.data(), pulses.size, cell.cycle_noise_us, normals);
  const auto apply_to = targets.limits != nullptr ? apply_limited : apply_all;
  apply_to(pulses.cells.data(), pulses.counts.data(), pulses.size, normals, cell, targets);
}

}  // namespace kirchhoff::tiles
