#pragma once

#include <cstddef>
#include <span>

namespace kirchhoff::tiles {

/// Loops of WireNetwork. Conductances in uS, resistances in Mohm, so that their products have no unit. Sums
/// run in a fixed order in double: the same bits at every instruction set.

/// voltage_ij = voltage at cell ij of column j when its sense end, below the last row, is driven with 1 and
/// every cell is a load to ground. `voltage` has rows x stride elements, `work` stride.
void column_profiles(const float* conductance_us, std::size_t rows, std::size_t columns, std::size_t stride,
                     double segment, double* voltage, double* work);

struct RowPass {
  const float* conductance_us;
  std::size_t rows;
  std::size_t columns;
  std::size_t stride;
  double segment;
  std::span<const std::size_t> row_block;  ///< per row
  std::span<const std::size_t> begin;      ///< first column of a block; one more at the end
  const double* column_voltage;            ///< of column_profiles
  const double* column_scale;              ///< [row][block of columns]
  const double* row_scale;                 ///< [block of rows][column]
  double* work;                            ///< 24 x columns
  double* row_launch_us;                   ///< out: [row][block of columns]
  double* column_launch_us;                ///< adds: [block of rows], columns `stride` apart
  float* attenuation;                      ///< out
};

/// The same ladders v of the rows, whose drivers are left of the first column, u being those of the columns:
///   attenuation_ij = u_ij v_ij
///   row_launch     = sum over a block of columns of G v (1 - u) column_scale
///   column_launch  = sum over a block of rows of G u (1 - v) row_scale
void pass_rows(const RowPass& pass);

/// Between two blocks along a row: value += low[lower] part_low + low[lower + 1] part_high.
void add_between(const double* line, const std::size_t* lower, const double* part_low,
                 const double* part_high, std::size_t columns, double* value);

/// attenuation += stray / conductance, where there is a conductance.
void fold_stray(const float* conductance_us, const float* stray_us, std::size_t count, float* attenuation);

/// Adds `count` floats to doubles.
void add_line(const float* values, std::size_t count, double* sums);

/// Inverse of a symmetric positive definite size x size matrix, in place (Gauss-Jordan).
void invert(double* matrix, std::size_t size);

/// product = left right; left is rows x inner, right inner x size.
void multiply(const double* left, const double* right, std::size_t rows, std::size_t inner, std::size_t size,
              double* product);

}  // namespace kirchhoff::tiles
