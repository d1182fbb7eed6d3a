#include "testbenches/host/report_uncertainty.h"

#include <algorithm>
#include <string>
#include <utility>

#include "foundation/published.h"
#include "foundation/uncertainty.h"
#include "testbenches/host/number_format.h"

namespace kirchhoff::testbenches {

namespace {

using foundation::Efficiency;
using foundation::Interval;
using foundation::Technology;

constexpr std::size_t results_per_figure = 3;

double pj_per_op(const Efficiency& efficiency) {
  return efficiency.tops_per_watt > 0 ? 1 / efficiency.tops_per_watt : 0;
}

std::vector<double> results_of(const Efficiency& efficiency) {
  return {efficiency.tops_per_watt, efficiency.tops_per_mm2, pj_per_op(efficiency)};
}

void set_intervals(const Interval& per_watt, const Interval& per_mm2, const Interval& pj,
                   RunResult::Figures& figures) {
  figures.tops_per_watt_5_95 = {per_watt.p5, per_watt.p95};
  figures.tops_per_watt_median = per_watt.median;
  figures.tops_per_mm2_5_95 = {per_mm2.p5, per_mm2.p95};
  figures.tops_per_mm2_median = per_mm2.median;
  figures.pj_per_op_5_95 = {pj.p5, pj.p95};
  figures.pj_per_op_median = pj.median;
}

/// What is missing at the best point; empty where the figure is reached there.
std::string shortfall(double best, double target, const char* unit) {
  if (best >= target) return "";
  return significant(best) + " " + unit + ", " + significant(target / best) + " times too little";
}

/// "5 parameters moved: t_conv x 0.32, a_neu x 0.35, t_int x 0.41 and 2 more", largest moves first.
std::string moves(const foundation::WhatWouldItTake& answer) {
  constexpr std::size_t told = 3;
  using Move = std::pair<double, std::string_view>;  ///< factor, name
  std::vector<Move> all;
  for (const auto& input : answer.inputs) {
    if (input.nearest != input.base && input.base > 0) {
      all.emplace_back(input.nearest / input.base, input.parameter);
    }
  }
  const auto size = [](const Move& move) { return std::max(move.first, 1 / move.first); };
  std::stable_sort(all.begin(), all.end(), [&](const Move& a, const Move& b) { return size(a) > size(b); });
  std::string text =
      std::to_string(all.size()) + (all.size() == 1 ? " parameter" : " parameters") + " moved: ";
  for (std::size_t i = 0; i < std::min(told, all.size()); ++i) {
    text += (i > 0 ? ", " : "") + std::string(all[i].second) + " x " + significant(all[i].first, 2);
  }
  if (all.size() > told) text += " and " + std::to_string(all.size() - told) + " more";
  return text;
}

}  // namespace

RunResult::Figures figures_of(const Efficiency& efficiency) {
  RunResult::Figures result;
  result.tops = efficiency.tops;
  result.tops_per_watt = efficiency.tops_per_watt;
  result.tops_per_mm2 = efficiency.tops_per_mm2;
  result.pj_per_op = pj_per_op(efficiency);
  return result;
}

void fill_uncertainty(const Technology& technology, std::size_t draws,
                      const std::vector<UncertainFigure>& figures, RunResult::Efficiency& efficiency) {
  const foundation::PublishedFigure& published = foundation::published_chip;
  const UncertainFigure& peak = figures.at(1);
  std::size_t both = 0;
  const std::vector<Interval> intervals =
      foundation::monte_carlo(technology, draws, foundation::usual_draw_seed, [&](const Technology& drawn) {
        std::vector<double> all;
        for (const UncertainFigure& figure : figures) {
          const Efficiency e = figure.under(drawn);
          all.insert(all.end(), {e.tops_per_watt, e.tops_per_mm2, pj_per_op(e)});
          const bool holds =
              e.tops_per_watt >= published.tops_per_watt && e.tops_per_mm2 >= published.tops_per_mm2;
          if (&figure == &peak && holds) ++both;
        }
        return all;
      });
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const std::size_t at = i * results_per_figure;
    set_intervals(intervals[at], intervals[at + 1], intervals[at + 2], *figures[i].figures);
  }
  efficiency.uncertainty = {draws, foundation::usual_draw_seed};
  const auto bars = [&](const UncertainFigure& figure) {
    return foundation::tornado(technology, [&](const Technology& t) { return results_of(figure.under(t)); });
  };
  efficiency.tornado = bars(figures.front());
  efficiency.tornado_peak = bars(peak);

  RunResult::PublishedReach reach;
  reach.answer = foundation::what_would_it_take(technology,
                                                [&](const Technology& t) {
                                                  const Efficiency e = peak.under(t);
                                                  return std::vector<double>{e.tops_per_watt, e.tops_per_mm2};
                                                },
                                                {published.tops_per_watt, published.tops_per_mm2});
  reach.share_of_draws = static_cast<double>(both) / static_cast<double>(draws);
  efficiency.published_reach = std::move(reach);
}

std::string sentence(const RunResult::PublishedReach& reach) {
  const foundation::PublishedFigure& published = foundation::published_chip;
  const foundation::WhatWouldItTake& answer = reach.answer;
  const std::string both = "both published figures";
  if (answer.exists) {
    if (answer.distance == 0) return both + " hold with the base values at peak";
    return both + " are within the ranges at peak, nearest to base with " + moves(answer);
  }
  std::string missed = shortfall(answer.best[0], published.tops_per_watt, "TOP/s/W");
  const std::string density = shortfall(answer.best[1], published.tops_per_mm2, "TOP/s/mm2");
  if (!missed.empty() && !density.empty()) missed += ", and ";
  missed += density;
  return "no point within the ranges " + std::string(answer.proven ? "has " : "was found to have ") + both +
         " at peak; the best reaches " + missed;
}

}  // namespace kirchhoff::testbenches
