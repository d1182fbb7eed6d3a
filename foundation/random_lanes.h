#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "foundation/aligned.h"

namespace kirchhoff::foundation {

/// Sixteen xoshiro128++ generators side by side (Blackman, Vigna, ACM TOMS 2021), for kernels that use up
/// numbers where they are drawn. RandomStream seeds them.
struct alignas(cache_line_bytes) RandomLanes {
  static constexpr std::size_t count = 16;

  // Arrays of their own, not one of four: the compiler keeps them in registers.
  std::uint32_t s0[count];
  std::uint32_t s1[count];
  std::uint32_t s2[count];
  std::uint32_t s3[count];

  /// One word of each.
  [[gnu::always_inline]] void next(std::uint32_t* __restrict out) {
#pragma GCC unroll 1  // a vector loop, not sixteen scalars
    for (std::size_t l = 0; l < count; ++l) {
      out[l] = std::rotl(s0[l] + s3[l], 7) + s0[l];
    }
#pragma GCC unroll 1
    for (std::size_t l = 0; l < count; ++l) {
      const std::uint32_t shifted = s1[l] << 9;
      s2[l] ^= s0[l];
      s3[l] ^= s1[l];
      s1[l] ^= s2[l];
      s0[l] ^= s3[l];
      s2[l] ^= shifted;
      s3[l] = std::rotl(s3[l], 11);
    }
  }
};

}  // namespace kirchhoff::foundation
