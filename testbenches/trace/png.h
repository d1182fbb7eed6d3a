#pragma once

#include <filesystem>

namespace kirchhoff::testbenches {

/// Draws an SVG file as PNG with rsvg-convert (Debian: librsvg2-bin), twice as large for sharp letters. False
/// where that program is missing or fails; an older PNG is then removed, so that it does not stand beside
/// another picture.
bool draw_png(const std::filesystem::path& svg, const std::filesystem::path& png);

}  // namespace kirchhoff::testbenches
