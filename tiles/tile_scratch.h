#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "foundation/aligned.h"

namespace kirchhoff::tiles {

/// Lines that an operation of a tile fills and empties before it sends: the tiles of a chip share them, so
/// that they stay in the cache. Nothing here outlives an operation, and nothing is used after a send.
struct TileScratch {
  TileScratch(std::size_t rows, std::size_t columns)
      : TileScratch(rows, columns, foundation::padded_to_vector(columns)) {}

  foundation::AlignedVector<float> sums;
  foundation::AlignedVector<float> row_sums;
  foundation::AlignedVector<float> one_sign;  ///< deltas of one phase
  foundation::AlignedVector<float> variances;
  std::vector<float> values;
  std::vector<std::int16_t> codes;
  std::vector<std::int16_t> row_codes;
  std::vector<std::int16_t> column_codes;
  std::vector<std::byte> bytes;

 private:
  TileScratch(std::size_t rows, std::size_t columns, std::size_t stride)
      : sums(stride, 0.0F),
        row_sums(rows, 0.0F),
        one_sign(stride, 0.0F),
        variances(std::max(rows, stride), 0.0F),
        values(std::max(rows, columns)),
        codes(std::max(rows, columns)),
        row_codes(rows),
        column_codes(columns),
        bytes(4 * std::max(rows, columns)) {}
};

}  // namespace kirchhoff::tiles
