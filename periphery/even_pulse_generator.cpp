#include "periphery/even_pulse_generator.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "periphery/pulse_bits.h"

namespace kirchhoff::periphery {
namespace {

/// Steps of a phase from line to line and from generator to generator: fractions of the square roots of 2
/// and 5 for rows, of 3 and 7 for columns.
constexpr std::uint32_t kRowLineStep = 0x6a09e667U;
constexpr std::uint32_t kColumnLineStep = 0xbb67ae85U;
constexpr std::uint32_t kRowGeneratorStep = 0x3c6ef372U;
constexpr std::uint32_t kColumnGeneratorStep = 0xa54ff53aU;

/// The g of the lattice.
std::uint64_t best_factor(std::uint64_t slots) {
  std::uint64_t best = 1;
  std::uint64_t largest = 0;
  const auto wrapped = [slots](std::uint64_t distance) { return std::min(distance, slots - distance); };
  for (std::uint64_t g = 1; g <= slots / 2; ++g) {
    if (std::gcd(g, slots) != 1) {
      continue;
    }
    std::uint64_t least = slots * slots;
    for (std::uint64_t s = 1; s < slots; ++s) {
      least = std::min(least, wrapped(s) * wrapped(s * g % slots));
    }
    if (least >= largest) {
      largest = least;
      best = g;
    }
  }
  return best;
}

struct UpdateSteps {
  std::uint32_t row = 0;
  std::uint32_t column = 0;
};

/// Steps of the phases from update to update, of multiples of 1 / r and 1 / r^2 with r^3 = r + 1 those that
/// suit the lattice best: it answers to frequencies (k1, k2) with k1 + g k2 = 0 modulo slots alone, each with
/// a share of about slots / (k1 k2), and the sum over updates has that share over the distance of
/// k1 row + k2 column from a whole turn. The largest of these terms is made least.
UpdateSteps best_steps(std::int64_t slots, std::int64_t g) {
  constexpr std::uint32_t kCandidates = 256;
  constexpr UpdateSteps kUnit{0xc13fa9a9U, 0x91e10da5U};
  struct Frequency {
    std::uint32_t k1, k2;
    double share;  ///< slots / (k1 k2)
  };
  const std::int64_t highest = std::max<std::int64_t>(2 * slots, 64);
  std::vector<Frequency> frequencies;
  for (std::int64_t k2 = 0; k2 <= highest; ++k2) {
    const std::int64_t rest = (slots - g * k2 % slots) % slots;
    for (std::int64_t k1 = rest - (highest + rest) / slots * slots; k1 <= highest; k1 += slots) {
      if (k2 > 0 || k1 > 0) {  // the others are opposite to these
        const auto product = std::max<std::int64_t>(std::abs(k1), 1) * std::max<std::int64_t>(k2, 1);
        frequencies.push_back({static_cast<std::uint32_t>(k1), static_cast<std::uint32_t>(k2),
                               static_cast<double>(slots) / static_cast<double>(product)});
      }
    }
  }
  UpdateSteps best;
  double least = HUGE_VAL;
  for (std::uint32_t t = 1; t <= kCandidates; ++t) {
    const UpdateSteps steps{t * kUnit.row, t * kUnit.column};
    double largest = 0;
    for (const Frequency& f : frequencies) {
      const std::uint32_t turn = f.k1 * steps.row + f.k2 * steps.column;
      largest = std::max(largest, f.share / std::min<double>(turn, 0x1p32 - turn));
    }
    if (largest < least) {
      least = largest;
      best = steps;
    }
  }
  return best;
}

/// PatternedLines::first_ranks where slot s has rank g s mod slots.
std::vector<std::uint32_t> first_ranks(std::uint64_t slots, std::uint64_t g) {
  std::vector<std::uint64_t> slot_of(slots);
  for (std::uint64_t s = 0; s < slots; ++s) {
    slot_of[s * g % slots] = s;
  }
  const std::uint64_t entries = 2 * slots + 1;
  std::vector<std::uint32_t> ranks((slots + 31) / 32 * entries, 0);
  for (std::uint64_t half = 0; half < (slots + 31) / 32; ++half) {
    for (std::uint64_t k = 1; k < entries; ++k) {
      const std::uint64_t slot = slot_of[(k - 1) % slots];
      const std::uint32_t bit = slot / 32 == half ? 1U << (slot % 32) : 0U;
      ranks[half * entries + k] = ranks[half * entries + k - 1] ^ bit;
    }
  }
  return ranks;
}

}  // namespace

EvenPulseGenerator::EvenPulseGenerator(std::int64_t slots, std::int32_t full_code)
    : slots_(static_cast<std::size_t>(slots)), full_code_(full_code), row_ranks_(first_ranks(slots_, 1)) {
  const std::uint64_t g = best_factor(slots_);
  column_ranks_ = first_ranks(slots_, g);
  const UpdateSteps steps = best_steps(slots, static_cast<std::int64_t>(g));
  row_step_ = steps.row;
  column_step_ = steps.column;
}

void EvenPulseGenerator::generate(Side side, std::uint32_t generator, std::uint64_t update, double gain,
                                  std::span<const std::int16_t> codes, PulseTrains& trains) {
  active_.gather(codes);
  const bool rows = side == Side::rows;
  const std::size_t halves = (slots_ + 31) / 32;
  const std::uint32_t line_step = rows ? kRowLineStep : kColumnLineStep;
  const std::uint32_t start = (rows ? row_step_ : column_step_) * static_cast<std::uint32_t>(update) +
                              (rows ? kRowGeneratorStep : kColumnGeneratorStep) * generator;
  drawn_.resize(active_.groups() * ActiveLines::lanes * halves);
  compare_trains({.first_ranks = (rows ? row_ranks_ : column_ranks_).data(),
                  .slots = static_cast<std::uint32_t>(slots_),
                  .halves = halves,
                  .start = start,
                  .step = line_step,
                  .unit = gain * 0x1p32 / full_code_,
                  .lines = active_.lines(),
                  .magnitudes = active_.magnitudes(),
                  .groups = active_.groups()},
                 drawn_.data());
  if (!(gain > 0)) {
    std::fill(drawn_.begin(), drawn_.end(), 0U);
  }
  active_.write(drawn_, slots_, trains);
  trains.clipped = clipped_pulses(slots_, full_code_, gain, codes);
}

}  // namespace kirchhoff::periphery
