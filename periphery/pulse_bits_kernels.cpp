#include <algorithm>
#include <bit>

#include "foundation/dispatch.h"
#include "periphery/pulse_bits.h"

namespace kirchhoff::periphery {
namespace {

constexpr auto kOne = static_cast<float>(1U << train_digits);

KIRCHHOFF_CLONES void draw_all(const float* __restrict magnitudes, float gain, float full,
                               const std::uint32_t* __restrict words, std::size_t halves,
                               std::uint32_t* __restrict out) {
  alignas(64) std::uint32_t threshold[train_lanes];
  for (std::size_t l = 0; l < train_lanes; ++l) {
    const float chance = static_cast<float>(static_cast<std::int32_t>(words[l] >> 8)) * 0x1p-24F;
    const float wanted = magnitudes[l] * (gain * kOne) / full + chance;
    threshold[l] = static_cast<std::uint32_t>(static_cast<std::int32_t>(std::min(wanted, kOne)));
  }
  words += train_lanes;
  for (std::size_t half = 0; half < halves; ++half) {
    // Is a random number below the threshold? Decided from the lowest digit up: a higher one overrules.
    alignas(64) std::uint32_t below[train_lanes] = {};
    for (unsigned digit = 0; digit < train_digits; ++digit) {
      for (std::size_t l = 0; l < train_lanes; ++l) {
        const std::uint32_t one = 0U - ((threshold[l] >> digit) & 1U);
        const std::uint32_t random = words[l];
        below[l] = (below[l] & random) | (one & (below[l] | random));
      }
      words += train_lanes;
    }
    for (std::size_t l = 0; l < train_lanes; ++l) {
      out[half * train_lanes + l] = below[l] | (0U - (threshold[l] >> train_digits));
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

void draw_trains(const float* magnitudes, float gain, float full, const std::uint32_t* words,
                 std::size_t halves, std::uint32_t* out) {
  draw_all(magnitudes, gain, full, words, halves, out);
}

}  // namespace kirchhoff::periphery
