#include <algorithm>
#include <cstddef>

#include "foundation/dispatch.h"
#include "foundation/random.h"

namespace kirchhoff::foundation {
namespace {

constexpr std::size_t kLanes = 16;

/// Blocks first..first+15 of Philox4x32-10, one lane each, written word by word in block order.
KIRCHHOFF_CLONES void philox_lanes(std::uint32_t first, std::uint32_t lane_word, std::uint64_t operation,
                                   std::uint64_t seed, std::uint32_t* out) {
  alignas(64) std::uint32_t c0[kLanes], c1[kLanes], c2[kLanes], c3[kLanes];
#pragma omp simd
  for (std::size_t l = 0; l < kLanes; ++l) {
    c0[l] = first + static_cast<std::uint32_t>(l);
    c1[l] = lane_word;
    c2[l] = static_cast<std::uint32_t>(operation);
    c3[l] = static_cast<std::uint32_t>(operation >> 32);
  }
  auto key0 = static_cast<std::uint32_t>(seed);
  auto key1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
#pragma omp simd
    for (std::size_t l = 0; l < kLanes; ++l) {
      const std::uint64_t product0 = std::uint64_t{0xD2511F53U} * c0[l];
      const std::uint64_t product1 = std::uint64_t{0xCD9E8D57U} * c2[l];
      c0[l] = static_cast<std::uint32_t>(product1 >> 32) ^ c1[l] ^ key0;
      c1[l] = static_cast<std::uint32_t>(product1);
      c2[l] = static_cast<std::uint32_t>(product0 >> 32) ^ c3[l] ^ key1;
      c3[l] = static_cast<std::uint32_t>(product0);
    }
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
#pragma omp simd
  for (std::size_t l = 0; l < kLanes; ++l) {
    out[4 * l + 0] = c0[l];
    out[4 * l + 1] = c1[l];
    out[4 * l + 2] = c2[l];
    out[4 * l + 3] = c3[l];
  }
}

}  // namespace

void RandomStream::words(std::uint64_t operation, std::span<std::uint32_t> out) const {
  constexpr std::size_t kWords = 4 * kLanes;
  std::uint32_t index = 0;
  std::size_t done = 0;
  for (; done + kWords <= out.size(); done += kWords, index += kLanes) {
    philox_lanes(index, lane_, operation, seed_, out.data() + done);
  }
  if (done < out.size()) {
    alignas(64) std::uint32_t rest[kWords];
    philox_lanes(index, lane_, operation, seed_, rest);
    std::copy_n(rest, out.size() - done, out.data() + done);
  }
}

}  // namespace kirchhoff::foundation
