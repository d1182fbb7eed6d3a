#include "foundation/uncertainty.h"

#include <algorithm>
#include <cmath>

#include "foundation/error.h"
#include "foundation/math.h"
#include "foundation/random.h"
#include "foundation/technology.h"

namespace kirchhoff::foundation {

namespace {

/// Owner number of the streams, far from any tile's: which of the possible technologies a chip is made in.
constexpr std::uint32_t technology_owner = 0xffffff;

double linear_triangle(double low, double mode, double high, double u) {
  const double width = high - low;
  const double below = (mode - low) / width;
  return u < below ? low + std::sqrt(u * width * (mode - low))
                   : high - std::sqrt((1 - u) * width * (high - mode));
}

/// Linear interpolation between order statistics; `sorted` is not empty.
double quantile(const std::vector<double>& sorted, double p) {
  const double position = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double fraction = position - static_cast<double>(below);
  return sorted[below] + fraction * (sorted[above] - sorted[below]);
}

}  // namespace

double triangular_quantile(double low, double base, double high, double u) {
  if (!(high > low)) return base;
  if (low <= 0) return linear_triangle(low, base, high, u);
  return exp(linear_triangle(log(low), log(base), log(high), u));
}

void draw_technology(const Technology& ranges, RandomSequence& random, Technology& out) {
  for (const TechnologyField& field : technology_fields()) {
    const Quantity& range = ranges.*field.member;
    (out.*field.member).base = triangular_quantile(range.low, range.base, range.high, random.uniform());
  }
}

std::vector<Interval> monte_carlo(const Technology& ranges, std::size_t draws, std::uint64_t seed,
                                  const Evaluation& evaluate) {
  if (draws == 0) throw ModelError("monte_carlo: no draws");
  const RandomStream stream(seed, Purpose::manufacture, technology_owner);
  std::vector<std::vector<double>> values;
  Technology drawn = ranges;
  for (std::size_t draw = 0; draw < draws; ++draw) {
    RandomSequence random(stream, draw);
    draw_technology(ranges, random, drawn);
    const std::vector<double> results = evaluate(drawn);
    values.resize(results.size());
    for (std::size_t i = 0; i < results.size(); ++i) values[i].push_back(results[i]);
  }
  std::vector<Interval> intervals;
  for (std::vector<double>& column : values) {
    std::sort(column.begin(), column.end());
    intervals.push_back({quantile(column, 0.05), quantile(column, 0.5), quantile(column, 0.95)});
  }
  return intervals;
}

}  // namespace kirchhoff::foundation
