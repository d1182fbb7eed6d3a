#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

/// Float32 loops of the software reference. Rows are `stride` floats (whole vector registers, cache-line
/// aligned, padding 0); sums run in 16 fixed lanes, so every instruction set gives the same bits.
namespace kirchhoff::testbenches {

/// The input lines of a layer that are not 0; the last entry is the bias row with value 1.
struct ActiveRows {
  std::span<const std::uint32_t> rows;
  std::span<const float> values;
};

/// z[j] = sum of value x weights[row][j] over the active rows, in their order.
void weighted_sum(const float* weights, std::size_t stride, const ActiveRows& active, float* z);

/// weights[row] -= value x step, for every active row.
void outer_product_update(float* weights, std::size_t stride, const ActiveRows& active, const float* step);

/// back[row] = weights[row] . delta, then weights[row] -= value x step, for every active row.
void transposed_and_update(float* weights, std::size_t stride, const ActiveRows& active, const float* delta,
                           const float* step, float* back);

/// 1 / (1 + exp(-z)) in place, relative error below 4e-7.
void logistic_lanes(float* z, std::size_t stride);

/// exp(z - max) / sum in place over the first `count`; the padding becomes 0.
void softmax_lanes(float* z, std::size_t count, std::size_t stride);

}  // namespace kirchhoff::testbenches
