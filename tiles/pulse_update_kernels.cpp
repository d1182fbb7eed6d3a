#include <bit>

#include "foundation/dispatch.h"
#include "tiles/pulse_update.h"

namespace kirchhoff::tiles {

using periphery::PulseTrains;

namespace {

KIRCHHOFF_CLONES std::size_t count_all(const PulseTrains::Pulse* rows, std::size_t count,
                                       const std::uint64_t* fired, std::size_t words) {
  std::size_t total = 0;
  for (std::size_t r = 0; r < count; ++r) {
    for (std::size_t word = 0; word < words; ++word) {
      total += static_cast<std::size_t>(std::popcount(fired[rows[r].slot * words + word]));
    }
  }
  return total;
}

KIRCHHOFF_CLONES void apply_all(const PulseTrains::Pulse* rows, std::size_t count, const std::uint64_t* fired,
                                std::size_t words, std::size_t stride, const CapacitorCell cell,
                                const PulseTargets targets) {
  const float* normal = targets.normals;
  for (std::size_t r = 0; r < count; ++r) {
    const std::size_t line = rows[r].line * stride;
    const std::uint64_t* mask = fired + rows[r].slot * words;
    for (std::size_t word = 0; word < words; ++word) {
      for (std::uint64_t bits = mask[word]; bits != 0; bits &= bits - 1) {
        const std::size_t column = 64 * word + static_cast<std::size_t>(std::countr_zero(bits));
        const std::size_t i = line + column;
        const float before = targets.q_us[i];
        const float after = cell.pulse(before, targets.steps[column][line], *normal++);
        targets.q_us[i] = after;
        // The weight follows by the change alone; decay and transfer compute it anew.
        targets.weights[i] += targets.to_weight * (after - before);
      }
    }
  }
}

}  // namespace

std::size_t count_coincidences(std::span<const PulseTrains::Pulse> rows, const std::uint64_t* fired,
                               std::size_t words) {
  return count_all(rows.data(), rows.size(), fired, words);
}

void apply_pulses(std::span<const PulseTrains::Pulse> rows, const std::uint64_t* fired, std::size_t words,
                  std::size_t stride, const CapacitorCell& cell, const PulseTargets& targets) {
  apply_all(rows.data(), rows.size(), fired, words, stride, cell, targets);
}

}  // namespace kirchhoff::tiles
