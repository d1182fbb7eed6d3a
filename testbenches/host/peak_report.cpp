#include "testbenches/host/peak_report.h"

#include "testbenches/host/report_uncertainty.h"

namespace kirchhoff::testbenches {

namespace {

using foundation::Peak;
using foundation::PeakActivity;
using foundation::PeakSettings;
using foundation::Technology;
using foundation::TileGeometry;

/// The sender's and the receiver's.
constexpr double routers_crossed = 2;

double flits_of_an_activation(const Technology& technology) {
  return routers_crossed * technology.bits.base / technology.link_width.base;
}

/// The same tile under whatever technology.
class BusyTile {
 public:
  BusyTile(const PeakInputs& inputs, bool network) : inputs_(inputs), network_(network) {}

  [[nodiscard]] PeakActivity activity(const Technology& technology) const {
    PeakActivity activity = foundation::closed_form_activity(technology);
    activity.transposed_passes = inputs_.transposed_passes;
    activity.column_drives /= inputs_.transposed_passes;
    if (!inputs_.imposed) {
      activity.slots = inputs_.update_slots;
      activity.transfer_interval = inputs_.transfer_interval;
    }
    if (network_) activity.router_flits = flits_of_an_activation(technology);
    return activity;
  }
  [[nodiscard]] TileGeometry tile(const Technology& technology) const {
    return inputs_.imposed ? foundation::closed_form_geometry(inputs_.tile, technology) : inputs_.tile;
  }
  [[nodiscard]] PeakSettings settings() const {
    return {inputs_.energy, inputs_.convention, network_ ? 1 : 0};
  }
  [[nodiscard]] Peak under(const Technology& technology) const {
    return foundation::peak(activity(technology), tile(technology), technology, settings());
  }

 private:
  const PeakInputs& inputs_;
  bool network_;
};

}  // namespace

PeakReport report_peak(const PeakInputs& inputs) {
  const Technology& technology = inputs.technology;
  const BusyTile tile(inputs, !inputs.imposed);
  PeakReport report;
  report.activity = tile.activity(technology);
  report.base = tile.under(technology);
  report.area =
      foundation::chip_area({tile.tile(technology), 1, tile.settings().routers_per_tile}, technology);
  RunResult::Efficiency& efficiency = report.efficiency;
  efficiency.peak = figures_of(report.base.excluded);
  efficiency.peak_with_transfer = figures_of(report.base.with_transfer);
  efficiency.op_convention = foundation::to_string(inputs.convention);
  if (inputs.draws > 0) {
    // The first of the two gives the tornado.
    fill_uncertainty(
        technology, inputs.draws,
        {{&efficiency.peak_with_transfer, [&](const Technology& t) { return tile.under(t).with_transfer; }},
         {&efficiency.peak, [&](const Technology& t) { return tile.under(t).excluded; }}},
        efficiency);
  }
  if (inputs.imposed) {
    const Peak with_network = BusyTile(inputs, true).under(technology);
    NetworkApart& network = report.network.emplace();
    network.area_mm2 = with_network.area_mm2 - report.base.area_mm2;
    network.energy_per_example_j = with_network.energy.total() - report.base.energy.total();
    network.peak = figures_of(with_network.excluded);
    network.peak_with_transfer = figures_of(with_network.with_transfer);
  }
  return report;
}

}  // namespace kirchhoff::testbenches
