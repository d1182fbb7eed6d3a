#include "foundation/tornado.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "foundation/math.h"
#include "foundation/technology.h"

namespace kirchhoff::foundation {

double TornadoBar::swing() const {
  double widest = 0;
  for (std::size_t i = 0; i < at_low.size(); ++i) {
    if (at_low[i] == at_high[i]) continue;
    const bool both = at_low[i] > 0 && at_high[i] > 0;
    widest = std::max(widest,
                      both ? std::abs(log(at_high[i] / at_low[i])) : std::numeric_limits<double>::infinity());
  }
  return widest;
}

std::vector<TornadoBar> tornado(const Technology& ranges, const Evaluation& evaluate) {
  const std::vector<double> at_base = evaluate(ranges);
  std::vector<TornadoBar> bars;
  Technology moved = ranges;
  for (const TechnologyField& field : technology_fields()) {
    const Quantity& range = ranges.*field.member;
    if (!(range.high > range.low)) continue;
    double& value = (moved.*field.member).base;
    TornadoBar bar{field.name, range.low, range.high, {}, {}};
    value = range.low;
    bar.at_low = evaluate(moved);
    value = range.high;
    bar.at_high = evaluate(moved);
    value = range.base;
    if (bar.at_low != at_base || bar.at_high != at_base) bars.push_back(std::move(bar));
  }
  std::stable_sort(bars.begin(), bars.end(),
                   [](const TornadoBar& a, const TornadoBar& b) { return a.swing() > b.swing(); });
  return bars;
}

}  // namespace kirchhoff::foundation
