#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace kirchhoff::testbenches {

/// An array as NumPy's .npy, version 1.0, little-endian, C order (last index fastest).
template <typename T>
struct NpyArray {
  std::vector<std::size_t> shape;
  std::vector<T> values;
};

/// Complete or not at all; throws InputError where it cannot be written, ModelError where `values` has not
/// the size that `shape` says.
void write_npy(const std::filesystem::path& path, std::span<const std::size_t> shape,
               std::span<const float> values);
void write_npy(const std::filesystem::path& path, std::span<const std::size_t> shape,
               std::span<const std::uint32_t> values);

/// T is float ('<f4') or std::uint32_t ('<u4'). Throws InputError for anything else.
template <typename T>
NpyArray<T> read_npy(const std::filesystem::path& path);

}  // namespace kirchhoff::testbenches
