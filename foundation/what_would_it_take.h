#pragma once

#include <string_view>
#include <vector>

#include "foundation/uncertainty.h"

namespace kirchhoff::foundation {

/// Whether stated figures can be reached together within the ranges of the technology, and with what.
struct WhatWouldItTake {
  /// A parameter that moves any of the figures.
  struct Input {
    std::string_view parameter;
    double low = 0;  ///< its range, in the unit of its TechnologyField
    double base = 0;
    double high = 0;
    double best = 0;  ///< at the best point
    // Where a solution exists:
    double from = 0;     ///< the narrowest sub-range found to contain solutions
    double to = 0;       ///< it touches the best end of the range
    double nearest = 0;  ///< at the solution nearest to base
  };

  bool exists = false;
  /// Where none exists: true if one figure alone is out of reach, which is a proof; false if each can be
  /// reached but no point with all of them was found.
  bool proven = false;
  std::vector<double> at_base;  ///< the figures there
  std::vector<double> best;     ///< ... and at the best point: the largest smallest ratio to the targets
  std::vector<double> nearest;  ///< ... and at the solution nearest to base; empty where none exists
  double distance = 0;          ///< of that solution: root of the sum of squares of log(value / base)
  std::vector<Input> inputs;    ///< in the order of technology_fields()
};

/// Figures, each the better the larger, all positive, from a technology's base values.
///
/// A solution is a point within the ranges where every figure is at least its target. Method: every figure
/// is taken to be monotone in every parameter, as sums of products of prices and counts are. Then the corner
/// with all parameters at their better end bounds a figure, and one corner that misses proves absence.
/// Parameters that help one figure and hurt another are settled by a search along each in turn. Sub-ranges
/// come from bisection with all others at the best point, which is exact where no parameter hurts any figure
/// that it helps another with. The nearest solution is the projection of base onto the set of solutions in
/// logarithmic coordinates, by cutting planes: the logarithm of a sum of products of powers is convex there
/// (geometric programming: Boyd et al., Optimization and Engineering 8, 67, 2007), so the set is convex and
/// the projection unique. A range that starts at 0 is followed down to a millionth of its base; a parameter
/// whose base is 0 keeps it in the nearest solution. No random numbers.
[[nodiscard]] WhatWouldItTake what_would_it_take(const Technology& ranges, const Evaluation& figures,
                                                 const std::vector<double>& targets);

}  // namespace kirchhoff::foundation
