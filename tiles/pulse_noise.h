#pragma once

#include <cstdint>
#include <span>

namespace kirchhoff::tiles {

/// Standard normal numbers from uniform words, many at a time, single precision: |x| < 6.3, absolute error
/// below 3e-6. The lowest bit of a word is its sign.
///
/// The quantile of the upper 24 bits by cubic pieces, four to each octave of the distance from the tail; in
/// the tail (one word in 256, |x| > 2.9) that of all bits, after Giles, GPU Computing Gems (2011).
void normals_from_words(std::span<const std::uint32_t> words, std::span<float> normals);

}  // namespace kirchhoff::tiles
