#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "foundation/aligned.h"
#include "tiles/join.h"

namespace kirchhoff::tiles {

/// What a tile keeps of one example on its way forward. A tile with several takes inputs of the next examples
/// while it reads for this one, which only inference may do: an update changes what they would be read with.
struct LineBuffer {
  explicit LineBuffer(std::size_t rows) : x(rows, 0.0F) {}

  Join inputs;
  Join partials;                       ///< of the collector
  foundation::AlignedVector<float> x;  ///< codes in detail physics, values in detail ideal

  /// Empty, for so many inputs and partial sums.
  void prepare(std::size_t input_rows, std::uint32_t partial_sums) {
    std::fill(x.begin(), x.end(), 0.0F);
    inputs.reset();
    inputs.expect(static_cast<std::uint32_t>(input_rows));
    partials.reset();
    partials.expect(partial_sums);
  }
  /// As after power-on.
  void clear() {
    inputs = Join{};
    partials = Join{};
    std::fill(x.begin(), x.end(), 0.0F);
  }
};

}  // namespace kirchhoff::tiles
