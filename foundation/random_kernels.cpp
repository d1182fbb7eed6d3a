#include <algorithm>
#include <bit>
#include <cstddef>

#include "foundation/dispatch.h"
#include "foundation/random.h"

namespace kirchhoff::foundation {
namespace {

constexpr std::size_t kLanes = 16;
constexpr int kRounds = 20;
/// Threefry's rotations, a pair per round, and the parity of its key schedule.
constexpr int kRotations[8][2] = {{10, 26}, {11, 21}, {13, 27}, {23, 5},
                                  {6, 20},  {17, 11}, {25, 10}, {18, 20}};
constexpr std::uint32_t kParity = 0x1BD11BDAU;

inline void mix(std::uint32_t& a, std::uint32_t& b, int rotation) {
  a += b;
  b = std::rotl(b, rotation) ^ a;
}

/// Blocks first..first+15 of Threefry4x32-20, one lane each; word w of block l comes to out[w][l].
KIRCHHOFF_CLONES void threefry_lanes(std::uint32_t first, std::uint32_t lane_word, std::uint64_t operation,
                                     std::uint64_t seed, std::uint32_t* __restrict out) {
  const auto key0 = static_cast<std::uint32_t>(seed);
  const auto key1 = static_cast<std::uint32_t>(seed >> 32);
  const std::uint32_t key[5] = {key0, key1, 0, 0, kParity ^ key0 ^ key1};
  alignas(64) std::uint32_t x0[kLanes], x1[kLanes], x2[kLanes], x3[kLanes];
  for (std::size_t l = 0; l < kLanes; ++l) {
    x0[l] = first + static_cast<std::uint32_t>(l) + key[0];
    x1[l] = lane_word + key[1];
    x2[l] = static_cast<std::uint32_t>(operation);
    x3[l] = static_cast<std::uint32_t>(operation >> 32);
  }
#pragma GCC unroll 20
  for (int round = 0; round < kRounds; ++round) {
    const int rotation_a = kRotations[round % 8][0];
    const int rotation_b = kRotations[round % 8][1];
    for (std::size_t l = 0; l < kLanes; ++l) {
      mix(x0[l], round % 2 == 0 ? x1[l] : x3[l], rotation_a);
      mix(x2[l], round % 2 == 0 ? x3[l] : x1[l], rotation_b);
    }
    if (round % 4 == 3) {
      const int injection = round / 4 + 1;
      for (std::size_t l = 0; l < kLanes; ++l) {
        x0[l] += key[injection % 5];
        x1[l] += key[(injection + 1) % 5];
        x2[l] += key[(injection + 2) % 5];
        x3[l] += key[(injection + 3) % 5] + static_cast<std::uint32_t>(injection);
      }
    }
  }
  for (std::size_t l = 0; l < kLanes; ++l) {
    out[l] = x0[l];
    out[kLanes + l] = x1[l];
    out[2 * kLanes + l] = x2[l];
    out[3 * kLanes + l] = x3[l];
  }
}

/// Fills whole rounds of sixteen words from sixteen xoshiro128++ generators side by side.
/// `state` holds word w of generator l at [w][l].
KIRCHHOFF_CLONES void xoshiro_lanes(std::uint32_t* __restrict state, std::uint32_t* __restrict out,
                                    std::size_t rounds) {
  alignas(64) std::uint32_t s0[kLanes], s1[kLanes], s2[kLanes], s3[kLanes];
  for (std::size_t l = 0; l < kLanes; ++l) {
    s0[l] = state[l];
    s1[l] = state[kLanes + l];
    s2[l] = state[2 * kLanes + l];
    s3[l] = state[3 * kLanes + l];
  }
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      out[round * kLanes + l] = std::rotl(s0[l] + s3[l], 7) + s0[l];
      const std::uint32_t shifted = s1[l] << 9;
      s2[l] ^= s0[l];
      s3[l] ^= s1[l];
      s1[l] ^= s2[l];
      s0[l] ^= s3[l];
      s2[l] ^= shifted;
      s3[l] = std::rotl(s3[l], 11);
    }
  }
  for (std::size_t l = 0; l < kLanes; ++l) {
    state[l] = s0[l];
    state[kLanes + l] = s1[l];
    state[2 * kLanes + l] = s2[l];
    state[3 * kLanes + l] = s3[l];
  }
}

}  // namespace

void RandomStream::words(std::uint64_t operation, std::span<std::uint32_t> out) const {
  alignas(64) std::uint32_t state[4 * kLanes];
  threefry_lanes(0, lane_, operation, seed_, state);
  const std::size_t rounds = out.size() / kLanes;
  xoshiro_lanes(state, out.data(), rounds);
  const std::size_t done = rounds * kLanes;
  if (done < out.size()) {
    alignas(64) std::uint32_t rest[kLanes];
    xoshiro_lanes(state, rest, 1);
    std::copy_n(rest, out.size() - done, out.data() + done);
  }
}

}  // namespace kirchhoff::foundation
