#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace kirchhoff::unit {

/// Every node of a crossbar with resistive wires, solved to rounding: the reference of WireNetwork.
///
/// Row i starts at a driver left of column 0, column j ends at a terminal below the last row; conductances in
/// uS, segments in ohm, none zero. Column nodes are eliminated line by line, the row nodes solved by
/// conjugate gradients preconditioned with the rows' ladders: nothing in it is shared with WireNetwork.
class NodalReference {
 public:
  NodalReference(std::size_t rows, std::size_t columns, std::vector<double> conductance_us, double row_ohm,
                 double column_ohm)
      : rows_(rows),
        columns_(columns),
        g_(std::move(conductance_us)),
        row_us_(1e6 / row_ohm),
        column_us_(1e6 / column_ohm),
        row_pivot_(g_.size()),
        column_pivot_(g_.size()) {
    for (std::size_t i = 0; i < rows_; ++i) {
      for (std::size_t j = 0; j < columns_; ++j) {
        const std::size_t c = i * columns_ + j;
        const double in_row = g_[c] + row_us_ * (j + 1 < columns_ ? 2 : 1);
        const double in_column = g_[c] + column_us_ * (i > 0 ? 2 : 1);
        row_pivot_[c] = 1 / (j == 0 ? in_row : in_row - row_us_ * row_us_ * row_pivot_[c - 1]);
        column_pivot_[c] =
            1 / (i == 0 ? in_column : in_column - column_us_ * column_us_ * column_pivot_[c - columns_]);
      }
    }
  }

  /// Currents into the columns' terminals (0 V) with the row drivers at `duty`.
  [[nodiscard]] std::vector<double> forward(std::span<const double> duty) const {
    std::vector<double> source(g_.size());
    for (std::size_t i = 0; i < rows_; ++i) {
      source[i * columns_] = row_us_ * duty[i];
    }
    auto u = solve(source);
    for (std::size_t c = 0; c < u.size(); ++c) {
      u[c] *= g_[c];
    }
    solve_columns(u);
    std::vector<double> current(columns_);
    for (std::size_t j = 0; j < columns_; ++j) {
      current[j] = column_us_ * u[(rows_ - 1) * columns_ + j];
    }
    return current;
  }

  /// Currents into the rows' terminals (0 V) with the columns driven from below at `duty`.
  [[nodiscard]] std::vector<double> transposed(std::span<const double> duty) const {
    std::vector<double> u(g_.size());
    for (std::size_t j = 0; j < columns_; ++j) {
      u[(rows_ - 1) * columns_ + j] = column_us_ * duty[j];
    }
    solve_columns(u);
    for (std::size_t c = 0; c < u.size(); ++c) {
      u[c] *= g_[c];
    }
    const auto v = solve(u);
    std::vector<double> current(rows_);
    for (std::size_t i = 0; i < rows_; ++i) {
      current[i] = row_us_ * v[i * columns_];
    }
    return current;
  }

 private:
  /// x := (column ladders with cells to ground)^-1 x
  void solve_columns(std::vector<double>& x) const {
    for (std::size_t c = columns_; c < x.size(); ++c) {
      x[c] += column_us_ * column_pivot_[c - columns_] * x[c - columns_];
    }
    for (std::size_t c = x.size(); c-- > 0;) {
      x[c] = column_pivot_[c] * (x[c] + (c + columns_ < x.size() ? column_us_ * x[c + columns_] : 0));
    }
  }

  void solve_rows(std::vector<double>& x) const {
    for (std::size_t i = 0; i < rows_; ++i) {
      const std::size_t first = i * columns_;
      const std::size_t last = first + columns_ - 1;
      for (std::size_t c = first + 1; c <= last; ++c) {
        x[c] += row_us_ * row_pivot_[c - 1] * x[c - 1];
      }
      x[last] *= row_pivot_[last];
      for (std::size_t c = last; c-- > first;) {
        x[c] = row_pivot_[c] * (x[c] + row_us_ * x[c + 1]);
      }
    }
  }

  /// y = (row ladders - G column^-1 G) x
  void apply(const std::vector<double>& x, std::vector<double>& y) const {
    for (std::size_t c = 0; c < x.size(); ++c) {
      y[c] = g_[c] * x[c];
    }
    solve_columns(y);
    for (std::size_t i = 0; i < rows_; ++i) {
      for (std::size_t j = 0; j < columns_; ++j) {
        const std::size_t c = i * columns_ + j;
        double current = g_[c] * (x[c] - y[c]) + row_us_ * (x[c] - (j > 0 ? x[c - 1] : 0));
        if (j + 1 < columns_) {
          current += row_us_ * (x[c] - x[c + 1]);
        }
        y[c] = current;
      }
    }
  }

  [[nodiscard]] static double dot(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t c = 0; c < a.size(); ++c) {
      sum += a[c] * b[c];
    }
    return sum;
  }

  [[nodiscard]] std::vector<double> solve(std::vector<double> residual) const {
    std::vector<double> x(residual.size());
    std::vector<double> image(residual.size());
    auto z = residual;
    solve_rows(z);
    auto direction = z;
    double size = dot(residual, z);
    const double enough = 1e-25 * size;
    for (int round = 0; round < 1000 && size > enough; ++round) {
      apply(direction, image);
      const double step = size / dot(direction, image);
      for (std::size_t c = 0; c < x.size(); ++c) {
        x[c] += step * direction[c];
        residual[c] -= step * image[c];
      }
      z = residual;
      solve_rows(z);
      const double next = dot(residual, z);
      for (std::size_t c = 0; c < x.size(); ++c) {
        direction[c] = z[c] + next / size * direction[c];
      }
      size = next;
    }
    return x;
  }

  std::size_t rows_;
  std::size_t columns_;
  std::vector<double> g_;
  double row_us_;
  double column_us_;
  std::vector<double> row_pivot_;
  std::vector<double> column_pivot_;
};

}  // namespace kirchhoff::unit
