#include "testbenches/explore/validate_command.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>

#include "foundation/error.h"
#include "foundation/mark.h"
#include "foundation/nearest_name.h"
#include "testbenches/host/number_format.h"

namespace kirchhoff::testbenches {
namespace {

using foundation::InputError;
using model::Comparison;
using model::Influence;
using model::PublishedDesign;

constexpr const char* help_text =
    R"(usage: kirchhoff validate [DESIGN or FILE.toml ...] [--json]

Computes published designs with the model's closed form, from the parameters of their publications and
assumed ones with their ranges, and prints the results beside the published ones. None is fitted.

  --json   machine readable

Exit codes: 0 done, 2 bad input or usage.
)";

constexpr std::size_t most_named = 5;  ///< assumed parameters named in the table

struct Arguments {
  std::vector<std::string> designs;
  bool json = false;
  bool help = false;
};

Arguments parse(int argc, const char* const* argv) {
  Arguments arguments;
  for (int i = 2; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--json") {
      arguments.json = true;
    } else if (argument == "--help") {
      arguments.help = true;
    } else if (argument.starts_with("-")) {
      const std::vector<std::string> known{"--json", "--help"};
      const std::string hint = foundation::did_you_mean(argument, known);
      throw InputError("unknown option '" + argument + "'" + (hint.empty() ? "; see --help" : hint));
    } else {
      arguments.designs.push_back(argument);
    }
  }
  if (arguments.designs.empty()) arguments.designs = model::design_names();
  return arguments;
}

/// Values that an engineer writes with a prefix get one; the label of the others says TOP/s already.
std::string value_text(double value, const std::string& unit) {
  return unit.starts_with("TOP") ? significant(value) : engineering(value, unit);
}

std::string range_text(double low, double high, const std::string& unit) {
  return value_text(low, unit) + " .. " + value_text(high, unit);
}

std::string published_text(const Comparison& comparison) {
  const model::PublishedValue& published = comparison.published;
  return published.low < published.high ? range_text(published.low, published.high, comparison.unit)
                                        : value_text(published.value, comparison.unit);
}

std::string influence_text(const Influence& influence, double model) {
  if (!(model > 0)) return influence.parameter;
  return influence.parameter + " (x" + significant(influence.at_low / model, 2) + " .. x" +
         significant(influence.at_high / model, 2) + (influence.given ? ")" : ", from the technology)");
}

/// Broken between words at the terminal's width, with a small indent from the second on.
void add_wrapped(std::string& out, const Terminal& terminal, const std::string& head,
                 const std::string& text) {
  constexpr std::size_t indent = 4;
  const auto width = static_cast<std::size_t>(std::max(terminal.columns, 60));
  std::string line = head;
  bool empty = true;  // but for the head
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (!empty && display_width(line) + 1 + display_width(word) > width) {
      out += line + '\n';
      line = std::string(indent, ' ');
      empty = true;
    }
    line += (empty ? "" : " ") + word;
    empty = false;
    at = end + 1;
  }
  out += line + '\n';
}

std::string assumed_text(const Comparison& comparison) {
  std::string text;
  std::size_t named = 0;
  for (const Influence& influence : comparison.assumed) {
    if (named == most_named) break;
    text += (named == 0 ? "" : ", ") + influence_text(influence, comparison.model);
    ++named;
  }
  if (comparison.assumed.size() > named) {
    text += ", " + std::to_string(comparison.assumed.size() - named) + " more";
  }
  return text;
}

nlohmann::ordered_json influences_json(const Comparison& comparison) {
  auto list = nlohmann::ordered_json::array();
  for (const Influence& influence : comparison.assumed) {
    list.push_back({{"parameter", influence.parameter},
                    {"at_low", influence.at_low},
                    {"at_high", influence.at_high},
                    {"given_by_design", influence.given}});
  }
  return list;
}

nlohmann::ordered_json parameters_json(const PublishedDesign& design) {
  nlohmann::ordered_json parameters;
  for (const foundation::TechnologyField& field : foundation::technology_fields()) {
    const foundation::Quantity& quantity = design.technology.*field.member;
    const std::string name(field.name);
    const bool given = std::find(design.given.begin(), design.given.end(), name) != design.given.end();
    parameters[name] = {{"value", quantity.base},
                        {"unit", field.unit},
                        {"low", quantity.low},
                        {"high", quantity.high},
                        {"mark", to_string(quantity.mark)},
                        {"note", quantity.note},
                        {"given_by_design", given}};
  }
  return parameters;
}

}  // namespace

std::string validation_table(const std::vector<ValidatedDesign>& designs, const Terminal& terminal) {
  constexpr std::size_t quantity_width = 26;
  constexpr std::size_t model_width = 9;
  constexpr std::size_t interval_width = 21;
  constexpr std::size_t published_width = 14;
  constexpr std::size_t ratio_width = 7;
  std::string out;
  StyledLine head(terminal);
  head.left("", quantity_width, Style::faint)
      .left("model", model_width, Style::faint)
      .left("median", model_width, Style::faint)
      .left("5-95 %", interval_width, Style::faint)
      .left("published", published_width, Style::faint)
      .left("ratio", ratio_width, Style::faint)
      .add("published is", Style::faint);
  out += head.text() + '\n';
  for (const ValidatedDesign& validated : designs) {
    const PublishedDesign& design = validated.design;
    StyledLine title(terminal);
    title.add(design.title, Style::strong).add("  " + design.name);
    out += '\n' + title.text() + '\n';
    for (const Comparison& comparison : validated.comparisons) {
      StyledLine line(terminal);
      line.left("  " + comparison.label, quantity_width)
          .left(value_text(comparison.model, comparison.unit), model_width)
          .left(value_text(comparison.interval.median, comparison.unit), model_width)
          .left(range_text(comparison.interval.p5, comparison.interval.p95, comparison.unit), interval_width)
          .left(published_text(comparison), published_width)
          .left(significant(comparison.ratio, 2), ratio_width)
          .add(comparison.inside ? "inside" : "outside", comparison.inside ? Style::good : Style::warn);
      out += line.text() + '\n';
    }
    add_wrapped(out, terminal, "  source: ", design.publication + "; counts " + design.counts);
    for (const std::string& choice : design.choices) add_wrapped(out, terminal, "  assumed: ", choice);
    for (const Comparison& comparison : validated.comparisons) {
      const std::string assumed = assumed_text(comparison);
      if (!assumed.empty()) {
        add_wrapped(out, terminal, "  assumed for " + comparison.label + ": ", assumed);
      }
      if (!comparison.inside) {
        add_wrapped(
            out, terminal, "  " + comparison.label + " outside: ",
            comparison.published.outside.empty() ? "no reason is known" : comparison.published.outside);
      }
    }
  }
  out +=
      "\nModel: at base values; median and 5-95 %: over the ranges of each design's parameters, all "
      "independent\n"
      "(some have their base at an end of the range). Ratio: model / published. (x): the result with that\n"
      "parameter alone at the ends of its range, over the result at its base.\n";
  return out;
}

void print_validation_json(std::ostream& out, const std::vector<ValidatedDesign>& designs) {
  nlohmann::ordered_json json;
  json["schema"] = "kirchhoff.validation/1";
  json["designs"] = nlohmann::ordered_json::array();
  for (const ValidatedDesign& validated : designs) {
    const PublishedDesign& design = validated.design;
    nlohmann::ordered_json entry;
    entry["name"] = design.name;
    entry["title"] = design.title;
    entry["publication"] = design.publication;
    entry["counts"] = design.counts;
    entry["op_convention"] = to_string(design.convention);
    entry["technology"] = design.technology.name;
    entry["rows"] = design.tile.rows;
    entry["columns"] = design.tile.columns;
    entry["tiles"] = design.tiles;
    entry["choices"] = design.choices;
    entry["results"] = nlohmann::ordered_json::array();
    for (const Comparison& comparison : validated.comparisons) {
      const model::PublishedValue& published = comparison.published;
      entry["results"].push_back({{"quantity", published.quantity},
                                  {"unit", comparison.unit},
                                  {"model", comparison.model},
                                  {"model_median", comparison.interval.median},
                                  {"model_5_95", {comparison.interval.p5, comparison.interval.p95}},
                                  {"published", published.value},
                                  {"published_range", {published.low, published.high}},
                                  {"published_note", published.note},
                                  {"ratio", comparison.ratio},
                                  {"inside", comparison.inside},
                                  {"why_outside", published.outside},
                                  {"assumed", influences_json(comparison)}});
    }
    entry["parameters"] = parameters_json(design);
    json["designs"].push_back(std::move(entry));
  }
  out << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

int validate(int argc, const char* const* argv) {
  const Arguments arguments = parse(argc, argv);
  if (arguments.help) {
    std::cout << help_text;
    return foundation::exit_pass;
  }
  std::vector<ValidatedDesign> validated;
  for (const std::string& name : arguments.designs) {
    model::PublishedDesign design = model::load_design(name);
    auto comparisons = model::compare(design);
    validated.push_back({std::move(design), std::move(comparisons)});
  }
  if (arguments.json) {
    print_validation_json(std::cout, validated);
  } else {
    std::cout << validation_table(validated, terminal_of(STDOUT_FILENO));
  }
  return foundation::exit_pass;
}

}  // namespace kirchhoff::testbenches
