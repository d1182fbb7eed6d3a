#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "foundation/efficiency.h"
#include "foundation/technology.h"
#include "testbenches/host/report.h"

namespace kirchhoff::testbenches {

/// The figures at base values, without intervals.
[[nodiscard]] RunResult::Figures figures_of(const foundation::Efficiency& efficiency);

/// A figure of the report and how it depends on the technology.
struct UncertainFigure {
  RunResult::Figures* figures;
  std::function<foundation::Efficiency(const foundation::Technology&)> under;
};

/// Medians and 5-95 % intervals of all figures over the ranges of the technology, from `draws` (at least 1)
/// draws common to all of them; the tornado of the first and of the second figure; and what the published
/// figures would take of the second, the peak.
void fill_uncertainty(const foundation::Technology& technology, std::size_t draws,
                      const std::vector<UncertainFigure>& figures, RunResult::Efficiency& efficiency);

/// What `reach` says, in one sentence without a stop.
[[nodiscard]] std::string sentence(const RunResult::PublishedReach& reach);

}  // namespace kirchhoff::testbenches
