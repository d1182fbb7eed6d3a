#pragma once

// For kernels that have a version of their own for AVX-512.
#ifdef KIRCHHOFF_DISPATCH

// What GCC 12 says about its own intrinsics' undefined registers is a false alarm (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>

#include <bit>
#include <cstddef>

namespace kirchhoff::foundation {

/// Writes the chosen of sixteen words to `out`, and zeros behind them up to the sixteenth place.
__attribute__((target("arch=x86-64-v4"))) inline void keep_lanes(__mmask16 chosen, __m512i words, void* out) {
  _mm512_storeu_si512(out, _mm512_maskz_compress_epi32(chosen, words));
}

__attribute__((target("arch=x86-64-v4"))) inline std::size_t lanes_in(__mmask16 chosen) {
  return static_cast<std::size_t>(std::popcount(static_cast<unsigned>(chosen)));
}

/// The first `count` of sixteen lanes.
inline __mmask16 first_lanes(std::size_t count) {
  return static_cast<__mmask16>(count < 16 ? (1U << count) - 1U : 0xffffU);
}

}  // namespace kirchhoff::foundation

#endif
