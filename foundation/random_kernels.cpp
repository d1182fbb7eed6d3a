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

/// Blocks first..first+15 of Threefry4x32-20, one lane each.
KIRCHHOFF_CLONES void threefry_lanes(std::uint32_t first, std::uint32_t lane_word, std::uint64_t operation,
                                     std::uint64_t seed, RandomLanes& __restrict out) {
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
    out.s0[l] = x0[l];
    out.s1[l] = x1[l];
    out.s2[l] = x2[l];
    out.s3[l] = x3[l];
  }
}

/// Whole rounds of sixteen words.
KIRCHHOFF_CLONES void fill(RandomLanes* lanes, std::uint32_t* __restrict out, std::size_t rounds) {
  RandomLanes local = *lanes;
  for (std::size_t round = 0; round < rounds; ++round) {
    local.next(out + round * RandomLanes::count);
  }
  *lanes = local;
}

}  // namespace

RandomLanes RandomStream::lanes(std::uint64_t operation) const {
  RandomLanes lanes;
  threefry_lanes(0, lane_, operation, seed_, lanes);
  return lanes;
}

void RandomStream::words(std::uint64_t operation, std::span<std::uint32_t> out) const {
  RandomLanes generators = lanes(operation);
  const std::size_t rounds = out.size() / RandomLanes::count;
  fill(&generators, out.data(), rounds);
  const std::size_t done = rounds * RandomLanes::count;
  if (done < out.size()) {
    alignas(64) std::uint32_t rest[RandomLanes::count];
    fill(&generators, rest, 1);
    std::copy_n(rest, out.size() - done, out.data() + done);
  }
}

}  // namespace kirchhoff::foundation
