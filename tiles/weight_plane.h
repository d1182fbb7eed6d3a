#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "foundation/aligned.h"
#include "foundation/state_fields.h"

namespace kirchhoff::tiles {

/// The effective weights of an array as its reads see them, in software units, and the two reads.
///
/// Row-major, rows padded to whole vectors; padding is zero. Sums run in a fixed order, so the bits do not
/// depend on the instruction set.
class WeightPlane {
 public:
  WeightPlane(std::size_t rows, std::size_t columns);

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::size_t stride() const { return stride_; }
  [[nodiscard]] std::size_t cell(std::size_t row, std::size_t column) const { return row * stride_ + column; }

  [[nodiscard]] float* data() { return weights_.data(); }
  [[nodiscard]] const float* data() const { return weights_.data(); }
  [[nodiscard]] float at(std::size_t row, std::size_t column) const { return weights_[cell(row, column)]; }
  [[nodiscard]] std::size_t bytes() const { return weights_.size() * sizeof(float); }

  /// y_j = sum over rows of x_i w_ij for j < y.size(), which is a whole number of vectors and at most
  /// stride(). x.size() rows are driven.
  void forward(std::span<const float> x, std::span<float> y) const;

  /// e_i = sum over columns of w_ij d_j for i < e.size() and j < d.size(). That is a whole number of vectors
  /// and at most stride(); d is zero beyond the columns used.
  void transposed(std::span<const float> d, std::span<float> e) const;

  /// w_ij -= rate x_i d_j: plain gradient descent, for functional detail `ideal`.
  void subtract_outer(float rate, std::span<const float> x, std::span<const float> d);

 private:
  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(std::span{self.weights_});
  }

  std::size_t rows_;
  std::size_t columns_;
  std::size_t stride_;
  foundation::AlignedVector<float> weights_;
};

}  // namespace kirchhoff::tiles
