#pragma once

#include <span>
#include <vector>

namespace kirchhoff::testbenches {

/// A point the pen passes; the digit fills about 0..1 in both directions, y downwards.
struct GlyphPoint {
  double x = 0;
  double y = 0;
  bool corner = false;  ///< the pen turns sharply here instead of passing smoothly
};

using GlyphStroke = std::vector<GlyphPoint>;  ///< pen down at the first point, up at the last
using Glyph = std::vector<GlyphStroke>;       ///< one way of writing a digit

/// The ways of writing `digit` (0..9).
std::span<const Glyph> glyphs_of(unsigned digit);

}  // namespace kirchhoff::testbenches
