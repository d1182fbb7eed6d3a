#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "foundation/peak.h"
#include "foundation/uncertainty.h"
#include "model/validation/published_design.h"

namespace kirchhoff::model {

/// One parameter moved from the low to the high end of its range, all others at their base.
struct Influence {
  std::string parameter;
  double at_low = 0;
  double at_high = 0;
  bool given = false;  ///< by the design's file; else by its base technology
};

/// A published result beside the model's own.
struct Comparison {
  PublishedValue published;
  std::string unit;
  std::string label;
  double model = 0;                ///< at base values
  foundation::Interval interval;   ///< over the ranges of the design's parameters
  double ratio = 0;                ///< model / published
  bool inside = false;             ///< the published value, or range, meets the 5-95 % interval
  std::vector<Influence> assumed;  ///< assumed parameters that move the result by 1 % or more, most first
};

/// Each published value of a design against the closed form of one busy tile (foundation/peak.h) under the
/// design's parameters, transfer excluded. Deterministic.
std::vector<Comparison> compare(const PublishedDesign& design, std::size_t draws = foundation::usual_draws);

}  // namespace kirchhoff::model
