#include "testbenches/explore/peak_command.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "foundation/error.h"
#include "foundation/imposed_activity.h"
#include "foundation/problems.h"
#include "foundation/published.h"
#include "foundation/units.h"
#include "model/chip/chip_description.h"
#include "testbenches/host/efficiency_json.h"
#include "testbenches/host/number_format.h"
#include "testbenches/host/peak_report.h"
#include "testbenches/host/report_cost.h"
#include "testbenches/host/report_uncertainty.h"
#include "testbenches/host/terminal.h"

namespace kirchhoff::testbenches {

namespace {

using Json = nlohmann::ordered_json;
using foundation::InputError;
using foundation::Quantity;
using foundation::Technology;
using foundation::TechnologyField;

constexpr const char* closed_form = "closed-form";

std::string read_activity(const std::string& path) {
  std::error_code ignored;
  const std::string expected = "; --impose-activity must be closed-form or the name of a TOML file";
  if (std::filesystem::is_directory(path, ignored)) {
    throw InputError("cannot read the activity '" + path + "': it is a folder" + expected);
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw InputError("cannot read the activity '" + path +
                     "': " + (errno != 0 ? std::strerror(errno) : "it cannot be opened") + expected);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

PeakInputs inputs_of(const model::Configuration& configuration, const std::string& imposed) {
  PeakInputs inputs;
  inputs.technology = configuration.technology;
  inputs.imposed = !imposed.empty();
  if (inputs.imposed && imposed != closed_form) {
    foundation::impose_activity(read_activity(imposed), imposed, inputs.technology);
  }
  inputs.tile = model::chip_shape(configuration).tile;
  inputs.energy = model::energy_settings(configuration);
  inputs.convention = foundation::op_convention_from(configuration.chip.op_convention);
  inputs.transposed_passes = configuration.periphery.adc_two_phase_deltas ? 2 : 1;
  inputs.update_slots = static_cast<double>(configuration.periphery.update_slots);
  inputs.transfer_interval = static_cast<double>(configuration.network.transfer_interval);
  return inputs;
}

/// A parameter of the activity as it took effect.
struct ActivityValue {
  const TechnologyField* field;
  double value;
  std::string mark;
  std::string place;
};

std::vector<ActivityValue> activity_of(const PeakInputs& inputs) {
  std::vector<ActivityValue> values;
  const auto& keys = foundation::activity_keys();
  for (const TechnologyField& field : foundation::technology_fields()) {
    if (std::find(keys.begin(), keys.end(), field.name) == keys.end()) continue;
    const Quantity& quantity = inputs.technology.*field.member;
    ActivityValue value{&field, quantity.base, std::string(to_string(quantity.mark)), quantity.place};
    if (!inputs.imposed) {
      const auto configured = [&](double number, const char* place) {
        value = {&field, number, "user", place};
      };
      if (field.name == "n_upd") configured(inputs.update_slots, "update.slots");
      if (field.name == "k_transfer") configured(inputs.transfer_interval, "training.transfer_interval");
      if (field.name == "route_mm") continue;  // links of the tile pitch
    }
    values.push_back(value);
  }
  return values;
}

Json peak_json(const RunResult::Figures& figures, const foundation::EnergyBreakdown& energy) {
  Json group = figures_json(figures);
  group["energy_per_example_j"] = energy.total();
  group["breakdown_j"] = values_json(by_booking(energy));
  return group;
}

void print_json(std::ostream& out, const model::Configuration& configuration, const PeakInputs& inputs,
                const std::string& activity, const PeakReport& report) {
  const foundation::Peak& base = report.base;
  const RunResult::Efficiency& efficiency = report.efficiency;
  Json json{{"schema", "kirchhoff.peak/1"},
            {"preset", configuration.preset},
            {"technology", configuration.technology.name},
            {"tile", {{"rows", inputs.tile.rows}, {"columns", inputs.tile.columns}}},
            {"op_convention", efficiency.op_convention},
            {"activity", {{"from", activity}}}};
  for (const ActivityValue& value : activity_of(inputs)) {
    json["activity"][std::string(value.field->name)] = {
        {"value", value.value}, {"unit", value.field->unit}, {"mark", value.mark}, {"place", value.place}};
  }
  json["peak"] = peak_json(efficiency.peak, base.energy);
  json["peak_with_transfer"] = peak_json(efficiency.peak_with_transfer, base.energy_with_transfer);
  json["time"] = {{"forward_s", base.forward_s},
                  {"backward_s", base.backward_s},
                  {"update_s", base.update_s},
                  {"transfer_amortised_s", base.transfer_s}};
  json["area"] = {{"total_mm2", base.area_mm2}, {"breakdown_mm2", values_json(by_part(report.area))}};
  if (report.network) {
    json["network_apart"] = {{"area_mm2", report.network->area_mm2},
                             {"energy_per_example_j", report.network->energy_per_example_j},
                             {"peak", figures_json(report.network->peak)},
                             {"peak_with_transfer", figures_json(report.network->peak_with_transfer)}};
  }
  json["published"] = published_json(foundation::published_chip);
  json["gpu_v100_fp16"] = published_json(foundation::v100_fp16);
  json["uncertainty"] = uncertainty_json(*efficiency.uncertainty);
  json["tornado"] = tornado_json(efficiency.tornado_peak);
  json["tornado_with_transfer"] = tornado_json(efficiency.tornado);
  json["what_would_it_take"] = reach_json(*efficiency.published_reach);
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

/// For people: a screen in plain columns.
class PeakScreen {
 public:
  PeakScreen(std::ostream& out, const Terminal& terminal) : out_(out), terminal_(terminal) {}

  void print(const model::Configuration& configuration, const PeakInputs& inputs, const std::string& activity,
             const PeakReport& report) {
    put(line()
            .add(foundation::printable(configuration.preset), Style::strong)
            .add("  one tile of " + std::to_string(inputs.tile.rows) + " x " +
                 std::to_string(inputs.tile.columns) + " cells at " +
                 foundation::printable(configuration.technology.name) + ", every array busy"));
    put(line().add("activity: " + foundation::printable(activity), Style::faint));
    figures(report);
    activities(inputs);
    times(report.base);
    energy(report.base);
    area(report);
    leverage(report.efficiency.tornado_peak);
    blank();
    put(line().add("What would it take?", Style::strong));
    constexpr std::size_t widest = 96;
    for (const std::string& text : wrapped(sentence(*report.efficiency.published_reach), widest)) {
      put(line().add("  " + text));
    }
  }

 private:
  [[nodiscard]] StyledLine line() const { return StyledLine(terminal_); }
  void put(const StyledLine& finished) { out_ << finished.text() << '\n'; }
  void blank() { out_ << '\n'; }

  void figures(const PeakReport& report) {
    blank();
    StyledLine head = line();
    head.left("Efficiency", figures_name, Style::strong);
    for (const char* title : {"TOP/s/W", "TOP/s/mm2", "pJ/op"}) {
      head.right(title, figure).right("5/50/95 %", quantiles, Style::faint);
    }
    put(head);
    row("peak", report.efficiency.peak, Style::strong);
    row("with transfer", report.efficiency.peak_with_transfer, Style::strong);
    if (report.network) {
      row("with router", report.network->peak, Style::plain);
      row("... and transfer", report.network->peak_with_transfer, Style::plain);
    }
    for (const foundation::PublishedFigure& known : {foundation::published_chip, foundation::v100_fp16}) {
      row(std::string(known.name), figures_of({0, known.tops_per_watt, known.tops_per_mm2}), Style::faint);
    }
  }
  void row(const std::string& name, const RunResult::Figures& figures, Style style) {
    const auto range = [](const auto& interval, const auto& median) {
      if (!interval || !median) return std::string();
      return significant((*interval)[0], 2) + "/" + significant(*median, 2) + "/" +
             significant((*interval)[1], 2);
    };
    put(line()
            .left("  " + name, figures_name, style)
            .right(significant(figures.tops_per_watt), figure, style)
            .right(range(figures.tops_per_watt_5_95, figures.tops_per_watt_median), quantiles, Style::faint)
            .right(significant(figures.tops_per_mm2), figure, style)
            .right(range(figures.tops_per_mm2_5_95, figures.tops_per_mm2_median), quantiles, Style::faint)
            .right(significant(figures.pj_per_op), figure, style)
            .right(range(figures.pj_per_op_5_95, figures.pj_per_op_median), quantiles, Style::faint));
  }
  void activities(const PeakInputs& inputs) {
    blank();
    put(line().add("Activity", Style::strong));
    for (const ActivityValue& value : activity_of(inputs)) {
      const std::string unit = value.field->unit == "1" ? "" : std::string(value.field->unit);
      put(line()
              .left("  " + std::string(value.field->name), name_width)
              .right(foundation::quantity_text(value.value, unit), cell + 2)
              .add("  " + value.mark + (value.place.empty() ? "" : ", " + foundation::printable(value.place)),
                   Style::faint));
    }
  }
  void times(const foundation::Peak& base) {
    blank();
    put(line()
            .left("Time", name_width, Style::strong)
            .add("forward " + engineering(base.forward_s, "s") + ", transposed " +
                 engineering(base.backward_s, "s") + ", update " + engineering(base.update_s, "s") +
                 ", transfer " + engineering(base.transfer_s, "s")));
  }
  void energy(const foundation::Peak& base) {
    const double total = base.energy_with_transfer.total();
    blank();
    put(line()
            .left("Energy", name_width, Style::strong)
            .add(engineering(total, "J") + " an example, transfer included"));
    NamedValues bookings = by_booking(base.energy_with_transfer);
    std::stable_sort(bookings.begin(), bookings.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    for (const auto& [name, joules] : bookings) {
      if (joules > 0) share(name, engineering(joules, "J"), joules / total);
    }
  }
  void area(const PeakReport& report) {
    const double total = report.area.total_mm2();
    blank();
    put(line().left("Area", name_width, Style::strong).add(significant(total) + " mm2"));
    for (const auto& [name, mm2] : by_part(report.area)) {
      if (mm2 > 0) share(name, significant(mm2) + " mm2", mm2 / total);
    }
    if (report.network) {
      put(line()
              .left("  router, digital, apart", name_width)
              .add("  " + significant(report.network->area_mm2) + " mm2, " +
                   engineering(report.network->energy_per_example_j, "J") + " an example"));
    }
  }
  void share(std::string name, const std::string& amount, double fraction) {
    std::replace(name.begin(), name.end(), '_', ' ');
    put(line()
            .left("  " + name, name_width)
            .right(amount, cell)
            .right(fixed(100 * fraction, 1) + " %", cell));
  }
  void leverage(const std::vector<foundation::TornadoBar>& bars) {
    constexpr std::size_t most = 10;
    blank();
    put(line()
            .left("Leverage", name_width, Style::strong)
            .right("TOP/s/W", 2 * cell)
            .right("TOP/s/mm2", 2 * cell)
            .add("  peak at low .. high", Style::faint));
    for (std::size_t i = 0; i < std::min(most, bars.size()); ++i) {
      const auto ends = [&](std::size_t result) {
        return significant(bars[i].at_low[result]) + " .. " + significant(bars[i].at_high[result]);
      };
      put(line()
              .left("  " + std::string(bars[i].parameter), name_width)
              .right(ends(0), 2 * cell)
              .right(ends(1), 2 * cell));
    }
  }

  static constexpr std::size_t name_width = 25;
  static constexpr std::size_t cell = 12;
  static constexpr std::size_t figures_name = 18;
  static constexpr std::size_t figure = 9;
  static constexpr std::size_t quantiles = 18;

  std::ostream& out_;
  const Terminal& terminal_;
};

}  // namespace

void print_peak(std::ostream& out, const model::Configuration& configuration, const Options& options) {
  const std::string& imposed = options.impose_activity;
  const PeakInputs inputs = inputs_of(configuration, imposed);
  const PeakReport report = report_peak(inputs);
  const std::string activity = imposed.empty()
                                   ? "assumed: the technology's, with this configuration's slots, "
                                     "transfer interval and links"
                                   : imposed;
  if (options.json) {
    print_json(out, configuration, inputs, activity, report);
  } else {
    const Terminal terminal = terminal_of(STDOUT_FILENO);
    PeakScreen(out, terminal).print(configuration, inputs, activity, report);
  }
}

}  // namespace kirchhoff::testbenches
