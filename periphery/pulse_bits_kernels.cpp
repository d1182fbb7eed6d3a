#include <algorithm>
#include <bit>

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

KIRCHHOFF_CLONES void compare_all(const std::uint32_t* __restrict places, std::size_t halves,
                                  const std::uint32_t* __restrict phases,
                                  const std::uint32_t* __restrict last, std::size_t groups,
                                  std::uint32_t* __restrict out) {
  for (std::size_t group = 0; group < groups; ++group) {
    for (std::size_t half = 0; half < halves; ++half) {
      alignas(64) std::uint32_t fired[train_lanes] = {};
      for (std::size_t bit = 0; bit < 32; ++bit) {
        const std::uint32_t place = places[half * 32 + bit];
#pragma omp simd
        for (std::size_t l = 0; l < train_lanes; ++l) {
          const std::size_t i = group * train_lanes + l;
          fired[l] |= static_cast<std::uint32_t>(place + phases[i] <= last[i]) << bit;
        }
      }
#pragma omp simd
      for (std::size_t l = 0; l < train_lanes; ++l) {
        out[(group * halves + half) * train_lanes + l] = fired[l];
      }
    }
  }
}

KIRCHHOFF_CLONES std::size_t find_all(const std::uint64_t* bits, std::size_t words, std::size_t lines,
                                      std::uint32_t* firing, std::uint64_t* pulses) {
  std::size_t found = 0;
  std::uint64_t sum = 0;
  for (std::size_t line = 0; line < lines; ++line) {
    std::uint64_t count = 0;
    for (std::size_t word = 0; word < words; ++word) {
      count += static_cast<std::uint64_t>(std::popcount(bits[line * words + word]));
    }
    firing[found] = static_cast<std::uint32_t>(line);
    found += count > 0 ? 1U : 0U;
    sum += count;
  }
  *pulses = sum;
  return found;
}

}  // namespace

std::size_t find_firing(const std::uint64_t* bits, std::size_t words, std::size_t lines,
                        std::uint32_t* firing, std::uint64_t& pulses) {
  return find_all(bits, words, lines, firing, &pulses);
}

void draw_trains(foundation::RandomLanes& random, const float* magnitudes, float gain, float full,
                 std::size_t groups, std::size_t halves, std::uint32_t* out) {
  draw_all(&random, magnitudes, gain, full, groups, halves, out);
}

void compare_trains(const std::uint32_t* places, std::size_t halves, const std::uint32_t* phases,
                    const std::uint32_t* last, std::size_t groups, std::uint32_t* out) {
  compare_all(places, halves, phases, last, groups, out);
}

}  // namespace kirchhoff::periphery
