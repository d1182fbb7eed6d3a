#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace kirchhoff::testbenches {

/// The built-in data set `strokes`: handwriting-like digits 0..9, made on the spot, so that a first run needs
/// no files. Each digit has a few ways of writing it (stroke_glyphs.h); their control points are jittered,
/// the strokes bent, slanted, turned, stretched and shifted, then drawn with a pen of varied width and ink,
/// with occasional gaps and specks. It is synthetic: accuracies on it say nothing about real handwriting.
///
/// An example depends on (seed, part, index) only, with the same bits on every CPU. Each ten examples in a
/// row hold each digit once, so any prefix of tens is balanced.
enum class StrokesPart : std::uint8_t { train, test };

inline constexpr std::uint64_t strokes_seed = 1;  ///< of the set that load_data_set() makes
inline constexpr std::size_t strokes_train_count = 12'000;
inline constexpr std::size_t strokes_test_count = 4'000;
inline constexpr std::size_t strokes_classes = 10;
inline constexpr std::size_t most_strokes = 1'000'000;

/// 28 x 28 grey values, row-major from the top, 0 = paper, 255 = full ink.
using StrokesImage = std::array<std::uint8_t, std::size_t{28} * 28>;

/// Draws the example and returns its digit.
std::uint16_t draw_strokes(std::uint64_t seed, StrokesPart part, std::uint32_t index, StrokesImage& image);

}  // namespace kirchhoff::testbenches
