#include "foundation/what_would_it_take.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "foundation/error.h"
#include "foundation/math.h"
#include "foundation/nearest_point.h"
#include "foundation/technology.h"

namespace kirchhoff::foundation {

namespace {

using Input = WhatWouldItTake::Input;

/// The figures as a function of the inputs' values alone.
class Search {
 public:
  Search(const Technology& ranges, const Evaluation& figures, const std::vector<double>& targets)
      : figures_(figures), targets_(targets), technology_(ranges) {
    for (const TechnologyField& field : technology_fields()) {
      const Quantity& range = ranges.*field.member;
      if (!(range.high > range.low)) continue;
      const std::vector<int> signs = effect_of(field, range);
      if (std::all_of(signs.begin(), signs.end(), [](int sign) { return sign == 0; })) continue;
      members_.push_back(field.member);
      signs_.push_back(signs);
      inputs_.push_back({field.name, range.low, range.base, range.high, range.base, 0, 0, 0});
    }
  }

  [[nodiscard]] const std::vector<Input>& inputs() const { return inputs_; }

  [[nodiscard]] Point base() const {
    Point values;
    for (const Input& input : inputs_) values.push_back(input.base);
    return values;
  }

  std::vector<double> at(const Point& values) {
    for (std::size_t i = 0; i < values.size(); ++i) (technology_.*members_[i]).base = values[i];
    return figures_(technology_);
  }
  /// log(figure / target) of each figure.
  std::vector<double> margins(const Point& values) {
    std::vector<double> result = at(values);
    for (std::size_t k = 0; k < result.size(); ++k) {
      result[k] = result[k] > 0 ? log(result[k] / targets_[k]) : -std::numeric_limits<double>::infinity();
    }
    return result;
  }
  double smallest_margin(const Point& values) {
    const std::vector<double> all = margins(values);
    return *std::min_element(all.begin(), all.end());
  }
  bool holds(const Point& values) {
    const std::vector<double> result = at(values);
    for (std::size_t k = 0; k < result.size(); ++k) {
      if (!(result[k] >= targets_[k])) return false;
    }
    return true;
  }

  /// Every input at the end that is better for this figure.
  [[nodiscard]] Point corner_of(std::size_t figure) const {
    Point values = base();
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const int sign = signs_[i][figure];
      if (sign != 0) values[i] = sign > 0 ? inputs_[i].high : inputs_[i].low;
    }
    return values;
  }

  [[nodiscard]] bool conflicts(std::size_t input) const {
    const auto [worst, best] = std::minmax_element(signs_[input].begin(), signs_[input].end());
    return *worst < 0 && *best > 0;
  }
  /// +1: the larger the better; for an input without conflict.
  [[nodiscard]] int direction(std::size_t input) const {
    const auto& signs = signs_[input];
    return std::any_of(signs.begin(), signs.end(), [](int sign) { return sign > 0; }) ? 1 : -1;
  }

 private:
  std::vector<int> effect_of(const TechnologyField& field, const Quantity& range) {
    double& value = (technology_.*field.member).base;
    value = range.low;
    const std::vector<double> at_low = figures_(technology_);
    value = range.high;
    const std::vector<double> at_high = figures_(technology_);
    value = range.base;
    std::vector<int> signs;
    for (std::size_t k = 0; k < at_low.size(); ++k) {
      signs.push_back(at_high[k] > at_low[k] ? 1 : at_high[k] < at_low[k] ? -1 : 0);
    }
    return signs;
  }

  const Evaluation& figures_;
  const std::vector<double>& targets_;
  Technology technology_;
  std::vector<Quantity Technology::*> members_;
  std::vector<std::vector<int>> signs_;  ///< [input][figure]
  std::vector<Input> inputs_;
};

/// Between values that are of one sign, in the logarithm.
double between(double a, double b, double share) {
  if (!(a > 0 && b > 0)) return a + share * (b - a);
  return exp(log(a) + share * (log(b) - log(a)));
}

/// The largest smallest margin along one input, by golden section.
void climb(Search& search, std::size_t input, Point& values) {
  constexpr double golden = 0.61803398874989485;
  constexpr int steps = 60;
  const Input& range = search.inputs()[input];
  const auto margin = [&](double share) {
    values[input] = between(range.low, range.high, share);
    return search.smallest_margin(values);
  };
  double left = 0;
  double right = 1;
  for (int step = 0; step < steps; ++step) {
    const double width = right - left;
    if (margin(right - golden * width) < margin(left + golden * width)) {
      left = right - golden * width;
    } else {
      right = left + golden * width;
    }
  }
  double best = 0.5 * (left + right);
  for (const double end : {0.0, 1.0}) {
    if (margin(end) > margin(best)) best = end;
  }
  values[input] = between(range.low, range.high, best);
}

/// Common best end of all inputs, and a compromise where there is none.
Point best_point(Search& search) {
  Point values = search.base();
  std::vector<std::size_t> torn;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Input& input = search.inputs()[i];
    if (search.conflicts(i)) {
      torn.push_back(i);
    } else {
      values[i] = search.direction(i) > 0 ? input.high : input.low;
    }
  }
  constexpr int rounds = 20;
  for (int round = 0; round < (torn.size() > 1 ? rounds : 1); ++round) {
    for (const std::size_t input : torn) climb(search, input, values);
  }
  return values;
}

/// How far `input` can go from its best value to `end` before a figure is missed.
double limit_towards(Search& search, const Point& best, std::size_t input, double end) {
  Point values = best;
  values[input] = end;
  if (search.holds(values)) return end;
  double held = 0;
  double missed = 1;
  constexpr int halvings = 60;
  for (int i = 0; i < halvings; ++i) {
    const double middle = 0.5 * (held + missed);
    values[input] = between(best[input], end, middle);
    (search.holds(values) ? held : missed) = middle;
  }
  return held > 0 ? between(best[input], end, held) : best[input];
}

/// Logarithmic coordinates around base.
class Logarithms {
 public:
  explicit Logarithms(const std::vector<Input>& inputs) : inputs_(inputs) {}

  [[nodiscard]] Box box() const {
    const double nearly_zero = log(1e-6);
    Box box;
    for (const Input& input : inputs_) {
      const bool fixed = !(input.base > 0);
      box.low.push_back(fixed ? 0 : input.low > 0 ? log(input.low / input.base) : nearly_zero);
      box.high.push_back(fixed ? 0 : log(input.high / input.base));
    }
    return box;
  }
  [[nodiscard]] Point values(const Point& logarithms) const {
    Point values;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      values.push_back(logarithms[i] == 0 ? inputs_[i].base : inputs_[i].base * exp(logarithms[i]));
    }
    return values;
  }

 private:
  const std::vector<Input>& inputs_;
};

/// A solution; the nearest one for all but a rounding error wherever the cutting planes find it.
Point nearest_solution(Search& search, const Point& best) {
  const Logarithms logarithms(search.inputs());
  const Box box = logarithms.box();
  // A little more than is asked for, so that rounding does not leave the figures a little short.
  const auto with_reserve = [&](double reserve) {
    return nearest_to_origin(box, [&](const Point& point) {
      std::vector<double> margins = search.margins(logarithms.values(point));
      for (double& margin : margins) margin -= reserve;
      return margins;
    });
  };
  constexpr double a_little = 2e-7;
  std::optional<Point> nearest = with_reserve(a_little);
  if (!nearest) nearest = with_reserve(0);
  Point from = logarithms.values(nearest.value_or(Point(box.low.size(), 0.0)));
  if (search.holds(from)) return from;
  // The rest of the way towards the best point, where every figure holds.
  double missed = 0;
  double held = 1;
  constexpr int halvings = 60;
  const auto on_the_way = [&](double share) {
    Point values;
    for (std::size_t i = 0; i < best.size(); ++i) values.push_back(between(from[i], best[i], share));
    return values;
  };
  for (int i = 0; i < halvings; ++i) {
    const double middle = 0.5 * (missed + held);
    (search.holds(on_the_way(middle)) ? held : missed) = middle;
  }
  Point found = on_the_way(held);
  return search.holds(found) ? found : best;
}

double log_distance(const Point& values, const std::vector<Input>& inputs) {
  double sum = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!(inputs[i].base > 0) || values[i] == inputs[i].base) continue;
    const double away = log(std::max(values[i] / inputs[i].base, 1e-6));
    sum += away * away;
  }
  return std::sqrt(sum);
}

}  // namespace

WhatWouldItTake what_would_it_take(const Technology& ranges, const Evaluation& figures,
                                   const std::vector<double>& targets) {
  Search search(ranges, figures, targets);
  WhatWouldItTake result;
  result.at_base = search.at(search.base());
  if (result.at_base.size() != targets.size()) {
    throw ModelError("what_would_it_take: " + std::to_string(result.at_base.size()) + " figures for " +
                     std::to_string(targets.size()) + " targets");
  }
  for (std::size_t k = 0; k < targets.size(); ++k) {
    if (search.at(search.corner_of(k))[k] < targets[k]) result.proven = true;
  }
  const Point best = best_point(search);
  result.best = search.at(best);
  result.inputs = search.inputs();
  result.exists = !result.proven && search.holds(best);
  for (std::size_t i = 0; i < best.size(); ++i) result.inputs[i].best = best[i];
  if (!result.exists) return result;

  const Point nearest = search.holds(search.base()) ? search.base() : nearest_solution(search, best);
  result.nearest = search.at(nearest);
  result.distance = log_distance(nearest, search.inputs());
  for (std::size_t i = 0; i < best.size(); ++i) {
    Input& input = result.inputs[i];
    input.from = limit_towards(search, best, i, input.low);
    input.to = limit_towards(search, best, i, input.high);
    input.nearest = nearest[i];
  }
  return result;
}

}  // namespace kirchhoff::foundation
