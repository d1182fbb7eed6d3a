#include "model/validation/comparison.h"

#include <algorithm>
#include <cmath>

#include "foundation/error.h"
#include "foundation/tornado.h"

namespace kirchhoff::model {
namespace {

using foundation::Peak;
using foundation::Technology;

constexpr double least_influence = 0.01;

double value_of(const std::string& quantity, const PublishedDesign& design, const Technology& technology,
                const Peak& peak, const Peak& forward) {
  if (quantity == "tops_per_watt") return peak.excluded.tops_per_watt;
  if (quantity == "tops_per_mm2") return peak.excluded.tops_per_mm2;
  if (quantity == "tops") return peak.excluded.tops * static_cast<double>(design.tiles);
  if (quantity == "mac_energy") return peak.energy.total() / (peak.operations / 2);
  if (quantity == "read_energy") return forward.energy.total();
  if (quantity == "conversion_energy") return forward.energy[foundation::Booking::conversion];
  if (quantity == "read_time") return forward.forward_s;
  if (quantity == "conversion_time") return technology.t_conv.base;
  if (quantity == "update_time") return peak.update_s;
  throw foundation::ModelError("no such quantity: " + quantity);
}

std::vector<double> evaluate(const PublishedDesign& design, const Technology& technology) {
  const foundation::PeakActivity activity = foundation::closed_form_activity(technology);
  const foundation::TileGeometry tile = foundation::closed_form_geometry(design.tile, technology);
  foundation::PeakSettings settings;
  settings.convention = design.convention;
  settings.routers_per_tile = design.routers_per_tile;
  const Peak peak = foundation::peak(activity, tile, technology, settings);
  settings.convention = foundation::OpConvention::forward;
  const Peak forward = foundation::peak(activity, tile, technology, settings);
  std::vector<double> values;
  for (const PublishedValue& published : design.published) {
    values.push_back(value_of(published.quantity, design, technology, peak, forward));
  }
  return values;
}

/// How far apart the ends are: 1 where one is twice the other.
double reach(const Influence& influence) {
  return std::abs(std::log2(influence.at_high / influence.at_low));
}

foundation::Mark mark_of(std::string_view parameter, const Technology& technology) {
  const auto fields = foundation::technology_fields();
  const auto field =
      std::find_if(fields.begin(), fields.end(), [&](const auto& one) { return one.name == parameter; });
  return (technology.*field->member).mark;
}

void add_influences(const PublishedDesign& design, std::vector<Comparison>& comparisons) {
  const auto bars = foundation::tornado(
      design.technology, [&](const Technology& technology) { return evaluate(design, technology); });
  for (const foundation::TornadoBar& bar : bars) {
    const std::string name(bar.parameter);
    if (mark_of(bar.parameter, design.technology) != foundation::Mark::assumed) continue;
    const bool given = std::find(design.given.begin(), design.given.end(), name) != design.given.end();
    for (std::size_t i = 0; i < comparisons.size(); ++i) {
      const double model = comparisons[i].model;
      const double widest = std::max(std::abs(bar.at_low[i] - model), std::abs(bar.at_high[i] - model));
      if (widest > least_influence * model) {
        comparisons[i].assumed.push_back({name, bar.at_low[i], bar.at_high[i], given});
      }
    }
  }
  for (Comparison& comparison : comparisons) {
    std::stable_sort(comparison.assumed.begin(), comparison.assumed.end(),
                     [](const Influence& a, const Influence& b) { return reach(a) > reach(b); });
  }
}

}  // namespace

std::vector<Comparison> compare(const PublishedDesign& design, std::size_t draws) {
  const std::vector<double> base = evaluate(design, design.technology);
  const std::vector<foundation::Interval> intervals =
      foundation::monte_carlo(design.technology, draws, foundation::usual_draw_seed,
                              [&](const Technology& drawn) { return evaluate(design, drawn); });
  std::vector<Comparison> comparisons;
  for (std::size_t i = 0; i < design.published.size(); ++i) {
    Comparison comparison;
    comparison.published = design.published[i];
    const auto& all = design_quantities();
    const auto known = std::find_if(all.begin(), all.end(), [&](const DesignQuantity& quantity) {
      return quantity.name == comparison.published.quantity;
    });
    comparison.unit = known->unit;
    comparison.label = known->label;
    comparison.model = base[i];
    comparison.interval = intervals[i];
    comparison.ratio = base[i] / comparison.published.value;
    comparison.inside =
        comparison.published.high >= intervals[i].p5 && comparison.published.low <= intervals[i].p95;
    comparisons.push_back(std::move(comparison));
  }
  add_influences(design, comparisons);
  return comparisons;
}

}  // namespace kirchhoff::model
