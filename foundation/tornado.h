#pragma once

#include <string_view>
#include <vector>

#include "foundation/uncertainty.h"

namespace kirchhoff::foundation {

/// One technology parameter moved alone to the ends of its range, all others at base.
struct TornadoBar {
  std::string_view parameter;
  double low = 0;  ///< the range, in the unit of its TechnologyField
  double high = 0;
  std::vector<double> at_low;  ///< what the evaluation gives there
  std::vector<double> at_high;

  /// |log| of the ratio of both ends, of the result that it moves most; infinite where one end is 0.
  [[nodiscard]] double swing() const;
};

/// A bar for every parameter that changes any result, largest swing first, equal ones in the order of
/// technology_fields(). Results must not be negative.
[[nodiscard]] std::vector<TornadoBar> tornado(const Technology& ranges, const Evaluation& evaluate);

}  // namespace kirchhoff::foundation
