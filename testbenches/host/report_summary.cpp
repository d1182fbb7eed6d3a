#include "testbenches/host/report_summary.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/published.h"
#include "testbenches/host/number_format.h"
#include "testbenches/host/report_uncertainty.h"

namespace kirchhoff::testbenches {

namespace {

constexpr std::size_t widest = 100;
constexpr std::size_t narrowest = 58;          ///< below, the terminal breaks lines
constexpr std::size_t side_by_side_from = 92;  ///< columns from which breakdowns stand beside each other
constexpr std::size_t margin = 2;

using Lines = std::vector<StyledLine>;

std::string with_spaces(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

double sum(const NamedValues& values) {
  double total = 0;
  for (const auto& [name, value] : values) total += value;
  return total;
}

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

class Summary {
 public:
  Summary(const RunResult& result, const Terminal& terminal)
      : result_(result),
        terminal_(terminal),
        width_(std::clamp(static_cast<std::size_t>(terminal.columns), narrowest, widest)) {}

  std::string text(std::span<const OutputFile> files) {
    title();
    accuracy();
    efficiency();
    leverage();
    speed();
    inference();
    breakdowns();
    activity();
    learning();
    power_offs();
    counts();
    checks();
    warnings();
    outputs(files);
    return text_;
  }

 private:
  [[nodiscard]] StyledLine line() const { return StyledLine(terminal_); }
  [[nodiscard]] StyledLine indented() const {
    StyledLine start(terminal_);
    start.to_column(margin);
    return start;
  }
  [[nodiscard]] std::string dot() const { return terminal_.unicode ? " · " : " | "; }
  [[nodiscard]] std::string range_mark() const { return terminal_.unicode ? "–" : "-"; }
  [[nodiscard]] std::string times() const { return terminal_.unicode ? " × " : " x "; }
  /// "3.20 us", with the micro sign where it can be shown.
  [[nodiscard]] std::string quantity(double value, std::string_view unit) const {
    std::string text = engineering(value, unit);
    const std::size_t micro = text.find(" u");
    if (terminal_.unicode && micro != std::string::npos) text.replace(micro, 2, " µ");
    return text;
  }
  [[nodiscard]] std::string mm2() const { return terminal_.unicode ? "mm²" : "mm2"; }

  void put(const StyledLine& finished) { text_ += finished.text() + "\n"; }
  void blank() { text_ += "\n"; }
  void heading(std::string_view text) {
    blank();
    put(line().add(text, Style::strong));
  }
  void paragraph(std::string_view lead, Style lead_style, std::string_view text, Style style) {
    const std::size_t start = margin + display_width(lead) + (lead.empty() ? 0 : 1);
    bool first = true;
    for (const std::string& part : wrapped(text, width_ > start ? width_ - start : 1)) {
      StyledLine row = indented();
      if (first) row.add(lead, lead_style);
      first = false;
      put(row.to_column(start).add(part, style));
    }
  }

  void title() {
    const RunResult::Run& run = result_.run;
    const RunResult::Chip& chip = result_.chip;
    StyledLine head = line();
    head.add("Kirchhoff", Style::accent).add("  ").add(run.preset, Style::strong);
    if (!chip.network.empty()) head.add("  training " + chip.network + " on " + result_.accuracy.dataset);
    if (!result_.checks.empty()) {
      const std::string_view verdict = result_.passed() ? "PASS" : "FAIL";
      head.to_column(width_ - verdict.size() - 1).add(" ");
      head.add(verdict, result_.passed() ? Style::good : Style::bad);
    }
    put(head);
    std::string rule;
    for (std::size_t i = 0; i < width_; ++i) rule += terminal_.unicode ? "─" : "-";
    put(line().add(rule, Style::faint));

    std::string mesh = std::to_string(chip.mesh_rows) + times() + std::to_string(chip.mesh_columns) +
                       " tiles of " + std::to_string(chip.rows) + times() + std::to_string(chip.columns) +
                       " cells";
    if (chip.tiles_used > 0 && chip.tiles_used < chip.tiles)
      mesh += ", " + std::to_string(chip.tiles_used) + " used";
    const std::string mapped = grouped(static_cast<std::uint64_t>(chip.synapses_mapped)) + " synapses in " +
                               grouped(static_cast<std::uint64_t>(chip.cells)) + " cells (" +
                               fixed(100 * chip.utilisation, 1) + " %)";
    paragraph_of({mesh, mapped, run.technology, (run.style == "at" ? "approximately timed" : "loosely timed"),
                  run.detail + " detail", "seed " + std::to_string(run.seed)});
  }

  /// Items with dots between, broken between items.
  void paragraph_of(const std::vector<std::string>& items) {
    StyledLine row = line();
    for (const std::string& item : items) {
      if (row.width() > 0 && row.width() + dot().size() + display_width(item) > width_) {
        put(row);
        row = line();
      }
      if (row.width() > 0) row.add(dot(), Style::faint);
      row.add(item, Style::faint);
    }
    put(row);
  }

  void accuracy() {
    const RunResult::Accuracy& accuracy = result_.accuracy;
    if (accuracy.test_examples == 0) return;
    heading("Test accuracy");
    StyledLine row = indented();
    row.add(fixed(accuracy.test_percent, 2) + " %", Style::strong).add(" on " + accuracy.dataset);
    std::vector<std::string> beside;
    if (accuracy.software_test_percent) {
      beside.push_back("float32 software " + fixed(*accuracy.software_test_percent, 2) + " % (gap " +
                       fixed(*accuracy.software_test_percent - accuracy.test_percent, 2) + ")");
    }
    if (accuracy.linear_test_percent) {
      beside.push_back("linear classifier " + fixed(*accuracy.linear_test_percent, 2) + " %");
    }
    for (const std::string& item : beside) {
      if (row.width() + 4 + display_width(item) > width_) {
        put(row);
        row = indented();
      } else {
        row.add("    ");
      }
      row.add(item);
    }
    put(row);
    const std::string epochs =
        accuracy.epochs == 1 ? "1 epoch of " : std::to_string(accuracy.epochs) + " epochs of ";
    paragraph("", Style::plain,
              grouped(accuracy.test_examples) + " test examples, after " + epochs +
                  grouped(accuracy.train_examples) + " training examples",
              Style::faint);
  }

  struct Column {
    std::string title;
    double per_watt = 0;
    double per_mm2 = 0;
    std::optional<std::array<double, 2>> per_watt_5_95;
    std::optional<std::array<double, 2>> per_mm2_5_95;
    std::optional<std::array<double, 2>> pj_5_95;
    std::optional<double> per_watt_median;
    std::optional<double> per_mm2_median;
    std::optional<double> pj_median;
    Style style = Style::plain;
  };

  static Column column_of(std::string title, const RunResult::Figures& figures, Style style) {
    return {std::move(title),
            figures.tops_per_watt,
            figures.tops_per_mm2,
            figures.tops_per_watt_5_95,
            figures.tops_per_mm2_5_95,
            figures.pj_per_op_5_95,
            figures.tops_per_watt_median,
            figures.tops_per_mm2_median,
            figures.pj_per_op_median,
            style};
  }

  void efficiency() {
    const RunResult::Efficiency& e = result_.efficiency;
    std::vector<Column> columns;
    columns.push_back(column_of("this run", e.achieved, Style::strong));
    columns.push_back(column_of("peak", e.peak, Style::plain));
    if (width_ >= 90) columns.push_back(column_of("peak + transfer", e.peak_with_transfer, Style::plain));
    for (const foundation::PublishedFigure& figure : {foundation::published_chip, foundation::v100_fp16}) {
      columns.push_back({std::string(figure.name),
                         figure.tops_per_watt,
                         figure.tops_per_mm2,
                         {},
                         {},
                         {},
                         {},
                         {},
                         {},
                         Style::faint});
    }
    constexpr std::size_t label = 14;
    const std::size_t cell = std::min<std::size_t>(18, (width_ - label) / columns.size());

    blank();
    StyledLine head = line();
    head.left("Efficiency", label, Style::strong);
    for (const Column& column : columns) head.right(column.title, cell, column.style);
    put(head);

    const auto values = [&](std::string_view name, auto value) {
      StyledLine row = indented();
      row.left(name, label - margin);
      for (const Column& column : columns) row.right(significant(value(column)), cell, column.style);
      put(row);
    };
    const auto ranges = [&](auto interval, auto median) {
      StyledLine low_high = indented();
      StyledLine middle = indented();
      low_high.left("  5-95 %", label - margin, Style::faint);
      middle.left("  median", label - margin, Style::faint);
      bool any = false;
      for (const Column& column : columns) {
        const auto& range = interval(column);
        any = any || range;
        low_high.right(range ? significant((*range)[0], 2) + range_mark() + significant((*range)[1], 2) : "",
                       cell, Style::faint);
        middle.right(median(column) ? significant(*median(column)) : "", cell, Style::faint);
      }
      if (!any) return;
      put(low_high);
      put(middle);
    };
    values("TOP/s/W", [](const Column& column) { return column.per_watt; });
    ranges([](const Column& column) { return column.per_watt_5_95; },
           [](const Column& column) { return column.per_watt_median; });
    values("TOP/s/" + mm2(), [](const Column& column) { return column.per_mm2; });
    ranges([](const Column& column) { return column.per_mm2_5_95; },
           [](const Column& column) { return column.per_mm2_median; });
    values("pJ/op", [](const Column& column) { return column.per_watt > 0 ? 1 / column.per_watt : 0; });
    ranges([](const Column& column) { return column.pj_5_95; },
           [](const Column& column) { return column.pj_median; });
    std::string note;
    if (e.achieved.tops_per_watt_5_95) {
      note += "5-95 % and median: over the ranges of the technology's parameters, at this run's counts. ";
    }
    note += "Peak: every array busy with all three passes";
    if (e.peak.tops_per_watt < e.achieved.tops_per_watt) {
      note +=
          "; this run leaves out the transposed read of its first layer, so it can pay less per operation";
    }
    note += ". Published: " + std::string(foundation::published_chip.short_source) +
            ". V100: " + std::string(foundation::v100_fp16.short_source) + ".";
    paragraph("", Style::plain, note, Style::faint);
    if (e.published_reach) {
      paragraph("", Style::plain, "What would it take? " + capital(sentence(*e.published_reach)) + ".",
                Style::plain);
    }
  }

  /// The inputs that move this run's efficiency most, each alone over its range.
  void leverage() {
    const std::vector<foundation::TornadoBar>& bars = result_.efficiency.tornado;
    if (bars.empty()) return;
    constexpr std::size_t most = 5;
    constexpr std::size_t name = 14;
    constexpr std::size_t cell = 22;
    blank();
    put(line().left("Leverage", name, Style::strong).right("TOP/s/W", cell).right("TOP/s/" + mm2(), cell));
    for (std::size_t i = 0; i < std::min(most, bars.size()); ++i) {
      StyledLine row = indented();
      row.left(bars[i].parameter, name - margin);
      for (const std::size_t result : {0U, 1U}) {
        const std::string low = significant(bars[i].at_low.at(result));
        const std::string high = significant(bars[i].at_high.at(result));
        row.right(low == high ? "" : low + " .. " + high, cell);
      }
      put(row);
    }
    paragraph(
        "", Style::plain,
        "This run with one parameter of the technology at the low and at the high end of its range: the " +
            std::to_string(std::min(most, bars.size())) + " that matter most of " +
            std::to_string(bars.size()) + ".",
        Style::faint);
  }

  void speed() {
    const RunResult::Run& run = result_.run;
    heading("Speed");
    put(indented()
            .left("simulated", 12)
            .add(quantity(result_.time.training_s, "s"), Style::strong)
            .add(" for " + grouped(run.examples) + " examples, " + quantity(result_.time.per_example_s, "s") +
                 " each"));
    put(indented()
            .left("wall clock", 12)
            .add(quantity(run.wall_s, "s"), Style::strong)
            .add(", " + grouped(static_cast<std::uint64_t>(std::llround(run.examples_per_wall_s))) +
                 " examples/s"));
  }

  void inference() {
    if (!result_.inference) return;
    const RunResult::Inference& inference = *result_.inference;
    heading("Inference on the chip");
    put(indented()
            .left("accuracy", 12)
            .add(fixed(inference.test_percent, 2) + " %", Style::strong)
            .add(" of " + grouped(inference.examples) + " test examples"));
    put(indented()
            .left("time", 12)
            .add(quantity(inference.per_example_s, "s"), Style::strong)
            .add(" each, " + quantity(inference.latency_s, "s") + " from input to result, " +
                 std::to_string(inference.in_flight) + " under way"));
    put(indented()
            .left("energy", 12)
            .add(quantity(inference.per_example_j, "J"), Style::strong)
            .add(" each; " + significant(inference.tops_per_watt) + " TOP/s/W, " +
                 significant(inference.tops_per_mm2) + " TOP/s/" + mm2()));
  }

  /// Heading with the total, then a bar per value, largest first where `sorted`.
  [[nodiscard]] Lines breakdown(std::string_view title, NamedValues values, std::string_view unit,
                                std::size_t width, bool sorted) const {
    values.erase(
        std::remove_if(values.begin(), values.end(), [](const auto& entry) { return entry.second <= 0; }),
        values.end());
    if (sorted) {
      std::stable_sort(values.begin(), values.end(),
                       [](const auto& a, const auto& b) { return a.second > b.second; });
    }
    const double total = sum(values);
    double largest = 0;
    std::size_t names = 0;
    for (const auto& [name, value] : values) {
      largest = std::max(largest, value);
      names = std::max(names, display_width(name));
    }
    constexpr std::size_t number = 9;
    constexpr std::size_t percent = 7;
    const std::size_t fixed_part = margin + names + 1 + number + percent + 1;
    const std::size_t bar_width = width > fixed_part + 4 ? width - fixed_part : 4;

    const auto shown = [&](double value) {
      return unit == "mm2" ? significant(value) + " " + mm2() : quantity(value, unit);
    };
    Lines lines;
    StyledLine head = line();
    head.add(title, Style::strong).add("  " + shown(total));
    lines.push_back(head);
    for (const auto& [name, value] : values) {
      StyledLine row = indented();
      row.left(with_spaces(name), names + 1);
      row.right(shown(value), number);
      row.right(fixed(total > 0 ? 100 * value / total : 0, 1) + "%", percent, Style::faint).add(" ");
      row.add(bar(largest > 0 ? value / largest : 0, bar_width, terminal_), Style::accent);
      lines.push_back(row);
    }
    return lines;
  }

  void breakdowns() {
    const RunResult::Time& time = result_.time;
    const bool beside = width_ >= side_by_side_from;
    constexpr std::size_t gap = 3;
    const std::size_t left_width = beside ? 54 : width_;
    const std::size_t right_width = beside ? width_ - left_width - gap : width_;

    const Lines energy = breakdown("Energy per example", result_.energy.breakdown_j, "J", left_width, true);
    Lines right = breakdown("Time per example",
                            {{"forward", time.forward_s},
                             {"backward", time.backward_s},
                             {"update", time.update_s},
                             {"transfer", time.transfer_amortised_s},
                             {"network", time.network_s}},
                            "s", right_width, false);
    right.push_back(line());
    for (const StyledLine& row : breakdown("Area", result_.area.breakdown_mm2, "mm2", right_width, false)) {
      right.push_back(row);
    }
    blank();
    if (!beside) {
      for (const StyledLine& row : energy) put(row);
      blank();
      for (const StyledLine& row : right) put(row);
      return;
    }
    for (std::size_t i = 0; i < std::max(energy.size(), right.size()); ++i) {
      StyledLine row = i < energy.size() ? energy[i] : line();
      if (i < right.size()) row.to_column(left_width + gap).append(right[i]);
      put(row);
    }
  }

  /// At most so many rows, the first and the last among them.
  static std::vector<RunResult::Epoch> chosen(const std::vector<RunResult::Epoch>& epochs) {
    constexpr std::size_t most = 10;
    if (epochs.size() <= most) return epochs;
    std::vector<RunResult::Epoch> some;
    for (std::size_t i = 0; i < most; ++i) some.push_back(epochs[i * (epochs.size() - 1) / (most - 1)]);
    return some;
  }

  void activity() {
    const RunResult::Activity& activity = result_.activity;
    if (!activity.measured.rows) return;
    std::string text =
        "lines were on " + fixed(100 * activity.measured.rows->duty, 1) + " % of the time in forward reads";
    std::string assumed = fixed(100 * activity.assumed_row_duty, 0);
    if (activity.measured.columns) {
      text += " and " + fixed(100 * activity.measured.columns->duty, 1) + " % in transposed ones";
      assumed += " and " + fixed(100 * activity.assumed_column_duty, 0);
    }
    for (const std::string& part :
         wrapped(text + "; the closed form assumes " + assumed + " %", width_ - margin)) {
      put(indented().add(part, Style::faint));
    }
  }

  void learning() {
    const std::vector<RunResult::Epoch> epochs = chosen(result_.accuracy.per_epoch);
    if (epochs.empty()) return;
    // The bars are errors on a common scale from 0: the last points before 100 % stay visible.
    double worst = 0;
    for (const RunResult::Epoch& epoch : epochs) worst = std::max(worst, 100 - epoch.test_percent);
    const bool software = std::any_of(epochs.begin(), epochs.end(), [](const RunResult::Epoch& epoch) {
      return epoch.software_test_percent.has_value();
    });
    blank();
    StyledLine head = line();
    head.left("Learning", 10, Style::strong).right("chip", 9).right(software ? "software" : "", 10);
    head.right("simulated", 13).add("   test error", Style::faint);
    put(head);
    for (const RunResult::Epoch& epoch : epochs) {
      StyledLine row = indented();
      row.left("epoch " + std::to_string(epoch.epoch), 10 - margin);
      row.right(fixed(epoch.test_percent, 2) + "%", 9);
      row.right(epoch.software_test_percent ? fixed(*epoch.software_test_percent, 2) + "%" : "", 10,
                Style::faint);
      row.right(quantity(epoch.simulated_s, "s"), 13, Style::faint).add("   ");
      const double error = 100 - epoch.test_percent;
      const std::size_t room = width_ > row.width() + 8 ? width_ - row.width() - 8 : 0;
      row.add(bar(worst > 0 ? error / worst : 0, room, terminal_), Style::accent);
      row.add(" " + fixed(error, 2) + "%", Style::faint);
      put(row);
    }
  }

  void power_offs() {
    if (result_.power_offs.empty()) return;
    const bool wide = width_ >= 92;
    const std::size_t label = width_ >= 64 ? 36 : 19;
    const std::size_t cell = width_ >= 64 ? 9 : 7;
    blank();
    StyledLine head = line();
    head.left("Power off", label, Style::strong)
        .right("before", cell)
        .right("after", cell)
        .right("lost", cell);
    if (wide) head.add("   registers programmed again", Style::faint);
    put(head);
    for (const RunResult::PowerOff& off : result_.power_offs) {
      StyledLine row = indented();
      const std::string when = grouped(off.example) + ", " + (off.before_transfer ? "before" : "after");
      row.left(width_ >= 64 ? when + " transfer, " + quantity(off.duration_s, "s") : when, label - margin);
      row.right(fixed(off.before_percent, 2) + "%", cell).right(fixed(off.after_percent, 2) + "%", cell);
      row.right(fixed(off.before_percent - off.after_percent, 2), cell, Style::strong);
      if (wide) {
        row.add("   " + grouped(off.register_writes) + " in " + quantity(off.setup_s, "s"), Style::faint);
      }
      put(row);
    }
  }

  void counts() {
    const RunResult::Counts& c = result_.counts;
    const std::vector<std::pair<std::string, std::uint64_t>> entries{
        {"update pulses", c.update_pulses},
        {"clipped pulses", c.clipped_pulses},
        {"saturated capacitors", c.saturated_capacitors},
        {"conversions", c.conversions},
        {"ADC overloads", c.adc_overloads},
        {"transfers", c.transfers},
        {"unconverged weights", c.transfers_unconverged},
        {"SET pulses", c.set_pulses},
        {"RESET pulses", c.reset_pulses},
        {"verify reads", c.verify_reads},
        {"packets", c.packets},
        {"hops", c.hops},
        {"DMA bytes", c.dma_bytes},
        {"out-of-order reservations", c.out_of_order_reservations},
    };
    heading("Counted");
    const std::size_t per_row = width_ >= side_by_side_from ? 3 : (width_ >= 64 ? 2 : 1);
    const std::size_t gap = 3;
    const std::size_t cell = (width_ - margin - (per_row - 1) * gap) / per_row;
    const std::size_t rows = (entries.size() + per_row - 1) / per_row;
    for (std::size_t i = 0; i < rows; ++i) {
      StyledLine row = indented();
      for (std::size_t j = i; j < entries.size(); j += rows) {
        const auto& [name, value] = entries[j];
        if (j > i) row.add(std::string(gap, ' '));
        row.add(name, Style::faint).right(grouped(value), cell - display_width(name));
      }
      put(row);
    }
  }

  void checks() {
    if (result_.checks.empty()) return;
    heading("Checks");
    for (const RunResult::SelfCheck& check : result_.checks) {
      paragraph(check.pass ? "pass" : "FAIL", check.pass ? Style::good : Style::bad,
                check.name + ": " + compact(check.value) + " (limit " + compact(check.limit) + ")",
                Style::plain);
    }
  }

  void warnings() {
    if (result_.warnings.empty()) return;
    heading("Warnings");
    for (const std::string& warning : result_.warnings) paragraph("!", Style::warn, warning, Style::plain);
  }

  void outputs(std::span<const OutputFile> files) {
    if (files.empty()) return;
    heading("Files");
    std::size_t longest = 0;
    for (const OutputFile& file : files) longest = std::max(longest, display_width(file.path.string()));
    for (const OutputFile& file : files) {
      put(indented().left(file.path.string(), longest + 2).add(file.holds, Style::faint));
    }
  }

  const RunResult& result_;
  const Terminal& terminal_;
  std::size_t width_;
  std::string text_;
};

}  // namespace

std::string report_summary(const RunResult& result, const Terminal& terminal,
                           std::span<const OutputFile> files) {
  return Summary(result, terminal).text(files);
}

}  // namespace kirchhoff::testbenches
