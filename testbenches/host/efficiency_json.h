#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "foundation/published.h"
#include "testbenches/host/report.h"

namespace kirchhoff::testbenches {

/// TOP/s, TOP/s/W, TOP/s/mm2 and pJ per operation, with medians and intervals where there are any.
[[nodiscard]] nlohmann::ordered_json figures_json(const RunResult::Figures& figures);

[[nodiscard]] nlohmann::ordered_json published_json(const foundation::PublishedFigure& figure);

/// An object of values by name.
[[nodiscard]] nlohmann::ordered_json values_json(const NamedValues& values);

[[nodiscard]] nlohmann::ordered_json uncertainty_json(const RunResult::Uncertainty& uncertainty);

/// A list, largest swing first; parameters by their names in the provenance.
[[nodiscard]] nlohmann::ordered_json tornado_json(const std::vector<foundation::TornadoBar>& bars);

/// "what_would_it_take".
[[nodiscard]] nlohmann::ordered_json reach_json(const RunResult::PublishedReach& reach);

}  // namespace kirchhoff::testbenches
