#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kirchhoff::testbenches {

/// Examples one after the other; a network input is byte / 255.
struct Examples {
  std::size_t input_count = 0;
  std::vector<std::uint8_t> inputs;   ///< count x input_count
  std::vector<std::uint16_t> labels;  ///< count

  [[nodiscard]] std::size_t count() const { return labels.size(); }
  [[nodiscard]] std::span<const std::uint8_t> input(std::size_t example) const {
    return std::span(inputs).subspan(example * input_count, input_count);
  }
};

struct DataSet {
  enum class Kind : std::uint8_t { images, features };

  std::string name;  ///< last part of the path, or the built-in name
  Kind kind = Kind::images;
  std::size_t input_count = 0;
  std::size_t class_count = 0;  ///< largest label in the files (taken or not) plus 1; 10 of strokes
  Examples train;
  Examples test;
};

/// How many examples to take, from the beginning; all where not given.
struct DataSetLimits {
  std::optional<std::size_t> train;
  std::optional<std::size_t> test;
};

/// Name of the generated data set that needs no files (strokes.h).
inline constexpr std::string_view built_in_data_set = "strokes";

/// `name_or_folder`: "strokes", or a folder with train-* and t10k-* files `images-idx3-ubyte` or
/// `features-idx2-ubyte`, and `labels-idx1-ubyte`, each as it is or with ".gz".
///
/// Images of 28 x 28 are cropped to rows 2..25 and columns 3..24: 528 inputs, index (row - 2) 22 + (column -
/// 3), the 528 inputs of Ambrogio et al., Nature 558, 60 (2018). Other sizes and features are taken whole. A
/// limit beyond what a folder holds is an error; `strokes` makes as many examples as are asked for. Throws
/// InputError.
DataSet load_data_set(const std::string& name_or_folder, const DataSetLimits& limits = {});

/// The crop described above; `image` is 28 x 28 bytes, `out` 528.
void crop_image(std::span<const std::uint8_t> image, std::span<std::uint8_t> out);

inline constexpr std::size_t image_side = 28;
inline constexpr std::size_t cropped_inputs = 528;

}  // namespace kirchhoff::testbenches
