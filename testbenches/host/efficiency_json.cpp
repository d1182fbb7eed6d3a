#include "testbenches/host/efficiency_json.h"

#include <algorithm>
#include <string>

#include "testbenches/host/report_uncertainty.h"

namespace kirchhoff::testbenches {

namespace {

using Json = nlohmann::ordered_json;
using foundation::TornadoBar;
using foundation::WhatWouldItTake;

/// As in the provenance, so that readers find unit and source there.
std::string provenance_key(std::string_view parameter) {
  return "technology." + std::string(parameter);
}

Json pair_json(const std::vector<double>& figures) {
  return {{"tops_per_watt", figures.at(0)}, {"tops_per_mm2", figures.at(1)}};
}

Json solution_json(const WhatWouldItTake& answer) {
  std::vector<WhatWouldItTake::Input> moved;
  for (const WhatWouldItTake::Input& input : answer.inputs) {
    if (input.nearest != input.base) moved.push_back(input);
  }
  Json values = Json::object();
  for (const WhatWouldItTake::Input& input : moved) {
    values[provenance_key(input.parameter)] = {{"value", input.nearest}, {"base", input.base}};
  }
  Json solution = pair_json(answer.nearest);
  solution["log_distance"] = answer.distance;
  solution["parameters_moved"] = values;
  return solution;
}

Json region_json(const WhatWouldItTake& answer) {
  Json region = Json::object();
  for (const WhatWouldItTake::Input& input : answer.inputs) {
    region[provenance_key(input.parameter)] = {{"low", input.low},
                                               {"base", input.base},
                                               {"high", input.high},
                                               {"from", input.from},
                                               {"to", input.to}};
  }
  return region;
}

}  // namespace

Json values_json(const NamedValues& values) {
  Json object = Json::object();
  for (const auto& [name, value] : values) object[name] = value;
  return object;
}

Json figures_json(const RunResult::Figures& figures) {
  Json group{{"tops", figures.tops},
             {"tops_per_watt", figures.tops_per_watt},
             {"tops_per_mm2", figures.tops_per_mm2},
             {"pj_per_op", figures.pj_per_op}};
  const auto add = [&group](const char* key, const auto& value) {
    if (value) group[key] = *value;
  };
  add("tops_per_watt_5_95", figures.tops_per_watt_5_95);
  add("tops_per_mm2_5_95", figures.tops_per_mm2_5_95);
  add("pj_per_op_5_95", figures.pj_per_op_5_95);
  add("tops_per_watt_median", figures.tops_per_watt_median);
  add("tops_per_mm2_median", figures.tops_per_mm2_median);
  add("pj_per_op_median", figures.pj_per_op_median);
  return group;
}

Json published_json(const foundation::PublishedFigure& figure) {
  Json group = Json::object();
  if (figure.tops > 0) group["tops"] = figure.tops;
  group["tops_per_watt"] = figure.tops_per_watt;
  group["tops_per_mm2"] = figure.tops_per_mm2;
  group["source"] = figure.source;
  return group;
}

Json uncertainty_json(const RunResult::Uncertainty& uncertainty) {
  return {{"draws", uncertainty.draws},
          {"seed", uncertainty.seed},
          {"distribution",
           "triangular in the logarithm over low .. base .. high of each technology parameter, linear where "
           "low is 0, all independent"}};
}

Json tornado_json(const std::vector<TornadoBar>& bars) {
  Json rows = Json::array();
  for (const TornadoBar& bar : bars) {
    const auto ends = [&bar](std::size_t result) {
      return Json::array({bar.at_low.at(result), bar.at_high.at(result)});
    };
    rows.push_back({{"parameter", provenance_key(bar.parameter)},
                    {"low_value", bar.low},
                    {"high_value", bar.high},
                    {"tops_per_watt", ends(0)},
                    {"tops_per_mm2", ends(1)},
                    {"pj_per_op", ends(2)}});
  }
  return rows;
}

Json reach_json(const RunResult::PublishedReach& reach) {
  const WhatWouldItTake& answer = reach.answer;
  const foundation::PublishedFigure& published = foundation::published_chip;
  Json best = pair_json(answer.best);
  Json values = Json::object();
  for (const WhatWouldItTake::Input& input : answer.inputs)
    values[provenance_key(input.parameter)] = input.best;
  best["parameters"] = values;
  Json group{{"of", "peak"},
             {"statement", sentence(reach)},
             {"exists", answer.exists},
             {"proven", answer.exists || answer.proven},
             {"method",
              "a solution reaches or exceeds both figures at this run's counts; every figure is monotone in "
              "every parameter, so the corner with all parameters at their better end decides; sub-ranges by "
              "bisection with the others at the best point; nearest solution by projection of base onto the "
              "solutions in logarithmic coordinates"},
             {"targets", pair_json({published.tops_per_watt, published.tops_per_mm2})},
             {"at_base", pair_json(answer.at_base)},
             {"best", best},
             {"misses_by_factor", pair_json({std::max(1.0, published.tops_per_watt / answer.best.at(0)),
                                             std::max(1.0, published.tops_per_mm2 / answer.best.at(1))})},
             {"share_of_draws", reach.share_of_draws}};
  if (answer.exists) {
    group["region"] = region_json(answer);
    group["nearest"] = solution_json(answer);
  }
  return group;
}

}  // namespace kirchhoff::testbenches
