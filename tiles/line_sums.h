#pragma once

#include <cstddef>
#include <span>

#include "tiles/capacitor_cell.h"
#include "tiles/synapse_array.h"

namespace kirchhoff::tiles {

/// Sums rows and columns of a rows x stride array into doubles.
void sum_lines(const float* values, std::size_t rows, std::size_t columns, std::size_t stride,
               double* row_sums, double* column_sums);
/// The same of the cells' charge.
void sum_lines(const CapacitorState* cells, std::size_t rows, std::size_t columns, std::size_t stride,
               double* row_sums, double* column_sums);

struct SquareSums {
  float squares = 0;  ///< sum of code^2
  float weighed = 0;  ///< sum of code^2 weight
};
/// Over all codes, in a fixed order.
SquareSums weigh_squares(std::span<const float> codes, const float* weights);

/// Sum over lines of |duty| x (pcm, capacitor + offset) conductance.
DrivenLines weigh_lines(std::span<const float> duties, const double* pcm_us, const double* capacitor_us,
                        double capacitor_offset_us);

}  // namespace kirchhoff::tiles
