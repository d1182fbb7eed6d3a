#include "model/validation/published_design.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>

#include "foundation/error.h"
#include "foundation/nearest_name.h"
#include "foundation/parameters.h"
#include "foundation/problems.h"
#include "foundation/toml_document.h"
#include "model/presets/configuration.h"
#include "model/presets/embedded_files.h"

namespace kirchhoff::model {
namespace {

using foundation::Problems;
using foundation::Technology;
using foundation::TechnologyField;
using foundation::TomlItem;

using Items = std::vector<TomlItem>;

/// Reads keys of one table and remembers their names, to refuse those that nobody asked for.
class TableReader {
 public:
  TableReader(const Items& items, int line, std::string prefix, Problems& problems)
      : items_(items), line_(line), prefix_(std::move(prefix)), problems_(problems) {}

  std::string text(const std::string& key, bool required = true) {
    const TomlItem* item = take(key, required);
    if (item == nullptr) return {};
    const auto* value = item->is_table ? nullptr : std::get_if<std::string>(&item->literal.value);
    if (value == nullptr || value->empty()) {
      problems_.add(item->line, prefix_ + key + " must be a text in quotes");
      return {};
    }
    return *value;
  }

  std::vector<std::string> texts(const std::string& key) {
    std::vector<std::string> result;
    const TomlItem* item = take(key, false);
    if (item == nullptr) return result;
    const auto* list =
        item->is_table ? nullptr : std::get_if<foundation::Literal::List>(&item->literal.value);
    for (const foundation::Literal& entry : list == nullptr ? foundation::Literal::List{} : *list) {
      const auto* value = std::get_if<std::string>(&entry.value);
      if (value != nullptr) result.push_back(*value);
    }
    if (list == nullptr || result.size() != list->size()) {
      problems_.add(item->line, prefix_ + key + " must be a list of texts");
    }
    return result;
  }

  std::int64_t integer(const std::string& key, std::int64_t least, std::optional<std::int64_t> otherwise) {
    constexpr std::int64_t most = 65536;
    const TomlItem* item = take(key, !otherwise);
    if (item == nullptr) return otherwise.value_or(least);
    const auto* value = item->is_table ? nullptr : std::get_if<std::int64_t>(&item->literal.value);
    if (value == nullptr || *value < least || *value > most) {
      problems_.add(item->line, prefix_ + key + " must be a whole number within " + std::to_string(least) +
                                    " .. " + std::to_string(most));
      return least;
    }
    return *value;
  }

  /// As any value with a unit is written: "10.5 TOP/s/W".
  std::optional<double> quantity(const std::string& key, std::string_view unit, bool required) {
    const TomlItem* item = take(key, required);
    if (item == nullptr) return std::nullopt;
    double value = 1;
    foundation::ParameterTable table;
    table.real(prefix_ + key, value, std::string(unit), std::numeric_limits<double>::min(), 1e300,
               foundation::Mark::source, "");
    try {
      table.assign(prefix_ + key, item->literal, {});
    } catch (const foundation::InputError& error) {
      problems_.add(item->line, error.what());
    }
    return value;
  }

  const Items& tables(const std::string& key) {
    static const Items none;
    const TomlItem* item = take(key, true);
    if (item == nullptr) return none;
    if (!item->is_table) {
      problems_.add(item->line, prefix_ + key + " must be sections [" + key + ".NAME]");
      return none;
    }
    return item->items;
  }

  void refuse_the_rest() const {
    for (const TomlItem& item : items_) {
      if (std::find(known_.begin(), known_.end(), item.key) == known_.end()) {
        problems_.add(item.line, "unknown key '" + prefix_ + item.key + "'" +
                                     foundation::did_you_mean(item.key, known_));
      }
    }
  }

 private:
  const TomlItem* take(const std::string& key, bool required) {
    known_.push_back(key);
    const TomlItem* item = find_item(items_, key);
    if (item == nullptr && required) problems_.add(line_, "missing: " + prefix_ + key);
    return item;
  }

  const Items& items_;
  int line_;
  std::string prefix_;
  Problems& problems_;
  std::vector<std::string> known_;
};

PublishedValue read_published(const TomlItem& item, Problems& problems) {
  PublishedValue result;
  result.quantity = item.key;
  const auto& all = design_quantities();
  const auto known = std::find_if(all.begin(), all.end(),
                                  [&](const DesignQuantity& quantity) { return quantity.name == item.key; });
  if (known == all.end()) {
    std::vector<std::string> names;
    names.reserve(all.size());
    for (const DesignQuantity& quantity : all) names.emplace_back(quantity.name);
    problems.add(item.line,
                 "unknown quantity 'published." + item.key + "'" + foundation::did_you_mean(item.key, names));
    return result;
  }
  if (!item.is_table) {
    problems.add(item.line, "published." + item.key + " must be a section with value and note");
    return result;
  }
  TableReader table(item.items, item.line, "published." + item.key + ".", problems);
  result.value = table.quantity("value", known->unit, true).value_or(0);
  result.low = table.quantity("low", known->unit, false).value_or(result.value);
  result.high = table.quantity("high", known->unit, false).value_or(result.value);
  result.note = table.text("note");
  result.outside = table.text("outside", false);
  table.refuse_the_rest();
  if (!(result.low <= result.value && result.value <= result.high)) {
    problems.add(item.line, "published." + item.key + " needs low <= value <= high");
  }
  return result;
}

void read_parameters(const Items& tables, PublishedDesign& design, Problems& problems) {
  std::vector<std::string> names;
  for (const TechnologyField& field : foundation::technology_fields()) names.emplace_back(field.name);
  for (const TomlItem& item : tables) {
    const auto fields = foundation::technology_fields();
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const TechnologyField& known) { return known.name == item.key; });
    if (field == fields.end()) {
      problems.add(item.line,
                   "unknown parameter '" + item.key + "'" + foundation::did_you_mean(item.key, names));
      continue;
    }
    foundation::Quantity& quantity = design.technology.*(field->member);
    const std::string meaning = quantity.meaning;
    quantity = foundation::read_quantity(*field, item, problems);
    if (quantity.meaning.empty()) quantity.meaning = meaning;
    if (quantity.note.empty()) {
      problems.add(item.line, item.key + " lacks its note: where it is published, or why it is assumed");
    }
    design.given.push_back(item.key);
  }
}

}  // namespace

const std::vector<DesignQuantity>& design_quantities() {
  static const std::vector<DesignQuantity> quantities{
      {"tops_per_watt", "TOP/s/W", "TOP/s/W"},  {"tops_per_mm2", "TOP/s/mm2", "TOP/s/mm2"},
      {"tops", "TOP/s", "TOP/s, all tiles"},    {"mac_energy", "J", "energy per MAC"},
      {"read_energy", "J", "energy of a read"}, {"conversion_energy", "J", "conversions of a read"},
      {"read_time", "s", "time of a read"},     {"conversion_time", "s", "time of a conversion"},
      {"update_time", "s", "time of an update"}};
  return quantities;
}

PublishedDesign parse_design(std::string_view text, const std::string& file_name) {
  const Items items = foundation::parse_toml(text, file_name);
  Problems problems(file_name);
  TableReader file(items, 0, "", problems);
  PublishedDesign design;
  design.name = file.text("name");
  design.title = file.text("title");
  design.publication = file.text("publication");
  design.counts = file.text("counts");
  const std::string technology = file.text("technology");
  const std::string convention = file.text("convention");
  try {
    if (!convention.empty()) design.convention = foundation::op_convention_from(convention);
    if (!technology.empty()) design.technology = load_technology(technology);
  } catch (const foundation::InputError& error) {
    problems.add(0, error.what());
  }
  design.tile.rows = file.integer("rows", 1, std::nullopt);
  design.tile.columns = file.integer("columns", 1, std::nullopt);
  design.tile.reference_lines = 0;
  design.tiles = file.integer("tiles", 1, 1);
  design.routers_per_tile = static_cast<int>(file.integer("routers_per_tile", 0, 0));
  design.choices = file.texts("choices");
  for (const TomlItem& item : file.tables("published")) {
    design.published.push_back(read_published(item, problems));
  }
  read_parameters(file.tables("parameters"), design, problems);
  file.refuse_the_rest();
  problems.raise();
  return design;
}

PublishedDesign load_design(const std::string& name_or_file) {
  if (const EmbeddedFile* file = find_file(embedded_designs(), name_or_file)) {
    return parse_design(file->text, std::string(file->path));
  }
  const bool is_path = name_or_file.find('/') != std::string::npos || name_or_file.ends_with(".toml");
  if (!is_path) {
    const std::vector<std::string> names = design_names();
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    throw foundation::InputError("unknown design '" + name_or_file + "'" +
                                 foundation::did_you_mean(name_or_file, names) + " (designs: " + list +
                                 "; or a path to a .toml file)");
  }
  std::ifstream stream(name_or_file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) throw foundation::InputError("cannot read '" + name_or_file + "'");
  return parse_design(text, name_or_file);
}

std::vector<std::string> design_names() {
  return names_of(embedded_designs());
}

}  // namespace kirchhoff::model
