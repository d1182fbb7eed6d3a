#include <cstddef>
#include <cstdlib>

#include "foundation/dispatch.h"
#include "periphery/pulse_candidates.h"

namespace kirchhoff::periphery {
namespace {

constexpr std::size_t kLanes = 16;

/// Bits of sixteen lines that share a half of their words.
inline std::uint64_t candidates_of(const std::int16_t* codes, const std::uint32_t* words, unsigned shift,
                                   float fire_per_code) {
  std::uint32_t bits = 0;
  for (std::size_t l = 0; l < kLanes; ++l) {
    const auto missing =
        static_cast<float>(0xffff - static_cast<std::int32_t>((words[l] >> shift) & 0xffffU));
    const auto code = static_cast<float>(std::abs(static_cast<std::int32_t>(codes[l])));
    bits |= missing <= code * fire_per_code ? 1U << l : 0U;
  }
  return bits;
}

KIRCHHOFF_CLONES void find_all(const std::int16_t* codes, std::size_t count, const std::uint32_t* words,
                               float fire_per_code, std::uint64_t* masks) {
  const auto find = [&](const std::int16_t* sixteen, std::size_t line) {
    const std::uint64_t bits = candidates_of(sixteen, words + line / 32 * kLanes,
                                             static_cast<unsigned>(line % 32 / 16 * 16), fire_per_code);
    masks[line / 64] |= bits << (line % 64);
  };
  std::size_t line = 0;
  for (; line + kLanes <= count; line += kLanes) {
    find(codes + line, line);
  }
  if (line < count) {
    std::int16_t rest[kLanes] = {};
    for (std::size_t l = 0; l < count - line; ++l) {
      rest[l] = codes[line + l];
    }
    find(rest, line);
    masks[line / 64] &= ~std::uint64_t{0} >> (63 - (count - 1) % 64);
  }
}

}  // namespace

void find_candidates(std::span<const std::int16_t> codes, std::span<const std::uint32_t> words,
                     float fire_per_code, std::span<std::uint64_t> masks) {
  for (std::uint64_t& mask : masks) {
    mask = 0;
  }
  find_all(codes.data(), codes.size(), words.data(), fire_per_code, masks.data());
}

}  // namespace kirchhoff::periphery
