#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace kirchhoff::testbenches {

/// Training steps per second of a fully connected network in float32, one example each, one core: forward,
/// backward and update only, no activation function, on fixed vectors of which a part is zero.
struct Roofline {
  double openblas = 0;    ///< sgemv and sger
  double plain_loop = 0;  ///< straightforward loops that skip zero inputs
};

/// `widths` from inputs to classes; `active_inputs` is the part of inputs that is not zero. Measures for
/// about `seconds` each.
Roofline measure_roofline(std::span<const std::size_t> widths, double active_inputs, double seconds);

}  // namespace kirchhoff::testbenches
