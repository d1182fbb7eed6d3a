#pragma once

#include <cstdint>
#include <span>

namespace kirchhoff::tiles {

/// Standard normal numbers from uniform words, many at a time, single precision.
///
/// Inverse error function after Giles, GPU Computing Gems (2011): relative error about 4e-7, |x| < 6.3.
/// The lowest bit of a word is its sign.
void normals_from_words(std::span<const std::uint32_t> words, std::span<float> normals);

}  // namespace kirchhoff::tiles
