#include "foundation/technology.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "foundation/error.h"
#include "foundation/nearest_name.h"
#include "foundation/parameters.h"
#include "foundation/problems.h"
#include "foundation/toml_document.h"
#include "foundation/units.h"

namespace kirchhoff::foundation {
namespace {

using T = Technology;

constexpr std::array fields{
    TechnologyField{"n_row", "1", true, &T::n_row},
    TechnologyField{"n_col", "1", true, &T::n_col},
    TechnologyField{"bits", "1", true, &T::bits},
    TechnologyField{"duty_x", "1", false, &T::duty_x},
    TechnologyField{"duty_d", "1", false, &T::duty_d},
    TechnologyField{"g_pcm_pair", "S", false, &T::g_pcm_pair},
    TechnologyField{"g_cap", "S", false, &T::g_cap},
    TechnologyField{"vdd", "V", true, &T::vdd},
    TechnologyField{"v_read", "V", true, &T::v_read},
    TechnologyField{"v_rail", "V", true, &T::v_rail},
    TechnologyField{"t_int", "s", true, &T::t_int},
    TechnologyField{"t_conv", "s", false, &T::t_conv},
    TechnologyField{"n_upd", "1", true, &T::n_upd},
    TechnologyField{"t_upd", "s", true, &T::t_upd},
    TechnologyField{"k_transfer", "examples", true, &T::k_transfer},
    TechnologyField{"n_clt", "1", true, &T::n_clt},
    TechnologyField{"t_pcm", "s", true, &T::t_pcm},
    TechnologyField{"n_set", "1", false, &T::n_set},
    TechnologyField{"e_set", "J", false, &T::e_set},
    TechnologyField{"p_reset", "1", false, &T::p_reset},
    TechnologyField{"e_reset", "J", false, &T::e_reset},
    TechnologyField{"e_adc", "J", false, &T::e_adc},
    TechnologyField{"i_amp", "A", false, &T::i_amp},
    TechnologyField{"e_drv", "J", false, &T::e_drv},
    TechnologyField{"e_upl", "J", false, &T::e_upl},
    TechnologyField{"e_store", "J", false, &T::e_store},
    TechnologyField{"e_sum", "J", false, &T::e_sum},
    TechnologyField{"e_act", "J", false, &T::e_act},
    TechnologyField{"e_softmax", "J", false, &T::e_softmax},
    TechnologyField{"c_line_um", "F/um", false, &T::c_line_um},
    TechnologyField{"r_line_um", "ohm/um", false, &T::r_line_um},
    TechnologyField{"c_gate", "F", false, &T::c_gate},
    TechnologyField{"i_leak", "A", false, &T::i_leak},
    TechnologyField{"ctl", "1", false, &T::ctl},
    TechnologyField{"mesh_clock", "Hz", true, &T::mesh_clock},
    TechnologyField{"link_width", "bit", true, &T::link_width},
    TechnologyField{"router_latency", "cycles", true, &T::router_latency},
    TechnologyField{"e_router", "J/bit", false, &T::e_router},
    TechnologyField{"e_wire", "J/bit/mm", false, &T::e_wire},
    TechnologyField{"route_mm", "mm", false, &T::route_mm},
    TechnologyField{"e_host", "J/bit", false, &T::e_host},
    TechnologyField{"t_act", "s", false, &T::t_act},
    TechnologyField{"t_softmax", "s", false, &T::t_softmax},
    TechnologyField{"dma_bandwidth", "byte/s", true, &T::dma_bandwidth},
    TechnologyField{"dma_latency", "s", false, &T::dma_latency},
    TechnologyField{"t_register", "s", false, &T::t_register},
    TechnologyField{"a_cell", "um2", true, &T::a_cell},
    TechnologyField{"a_neu", "um2", false, &T::a_neu},
    TechnologyField{"a_router", "um2", false, &T::a_router},
    TechnologyField{"a_sram", "um2/bit", false, &T::a_sram},
    TechnologyField{"a_dig", "um2", false, &T::a_dig},
    TechnologyField{"a_seq", "um2", false, &T::a_seq},
    TechnologyField{"a_ovh", "1", false, &T::a_ovh},
    TechnologyField{"t_buffer", "s", false, &T::t_buffer},
    TechnologyField{"e_buffer", "J", false, &T::e_buffer},
    TechnologyField{"a_buffer", "um2", false, &T::a_buffer},
    TechnologyField{"reduce_latency", "cycles", false, &T::reduce_latency},
    TechnologyField{"e_reduce", "J", false, &T::e_reduce},
    TechnologyField{"a_reduce", "um2", false, &T::a_reduce},
};

constexpr double no_limit = 1e300;

class QuantityReader {
 public:
  QuantityReader(const TechnologyField& field, Problems& problems) : field_(field), problems_(problems) {}

  Quantity read(const TomlItem& table) {
    Quantity quantity;
    quantity.unit = field_.unit;
    quantity.place = problems_.place(table.line);
    if (!table.is_table) {
      problems_.add(table.line, name() + " must be a section [" + name() + "] with low, base, high and mark");
      return quantity;
    }
    static const std::vector<std::string> names{"meaning", "low", "base", "high", "mark", "note"};
    for (const TomlItem& item : table.items) {
      if (std::find(names.begin(), names.end(), item.key) == names.end()) {
        problems_.add(item.line,
                      "unknown key '" + name() + "." + item.key + "'" + did_you_mean(item.key, names));
      }
    }
    quantity.meaning = text(table, "meaning", false);
    quantity.note = text(table, "note", false);
    const std::string mark = text(table, "mark", true);
    if (const std::optional<Mark> known = mark_from(mark)) {
      quantity.mark = *known;
    } else if (!mark.empty()) {
      problems_.add(find_item(table.items, "mark")->line,
                    name() + ".mark is \"" + mark + "\", but must be one of source, derived, assumed, user" +
                        did_you_mean(mark, mark_names()));
    }
    const std::optional<double> low = number(table, "low");
    const std::optional<double> base = number(table, "base");
    const std::optional<double> high = number(table, "high");
    if (low && base && high) {
      quantity.low = *low;
      quantity.base = *base;
      quantity.high = *high;
      if (!(*low <= *base && *base <= *high)) {
        const auto shown = [&](double value) { return quantity_text(value, field_.unit); };
        problems_.add(table.line, name() + " needs low <= base <= high, but has " + shown(*low) + ", " +
                                      shown(*base) + ", " + shown(*high));
      } else if (field_.positive && *low <= 0) {
        problems_.add(table.line, name() + ".low must be greater than 0");
      }
    }
    return quantity;
  }

 private:
  [[nodiscard]] std::string name() const { return std::string(field_.name); }

  std::string text(const TomlItem& table, const std::string& key, bool required) {
    const TomlItem* item = find_item(table.items, key);
    if (item == nullptr) {
      if (required) {
        problems_.add(table.line, name() + " lacks its " + key);
      }
      return {};
    }
    const auto* value = std::get_if<std::string>(&item->literal.value);
    if (value == nullptr || item->is_table) {
      problems_.add(item->line, name() + "." + key + " must be a text in quotes");
      return {};
    }
    return *value;
  }

  std::optional<double> number(const TomlItem& table, const std::string& key) {
    const TomlItem* item = find_item(table.items, key);
    if (item == nullptr) {
      problems_.add(table.line, name() + " lacks its " + key);
      return std::nullopt;
    }
    // One value with a unit is read by the rules of every other value with a unit.
    double value = 1;
    ParameterTable reader;
    const std::string unit = field_.unit == "1" ? "" : std::string(field_.unit);
    reader.real(name() + "." + key, value, unit, 0, no_limit, Mark::assumed, "");
    try {
      reader.assign(name() + "." + key, item->literal, {});
    } catch (const InputError& problem) {
      problems_.add(item->line, problem.what());
      return std::nullopt;
    }
    return value;
  }

  const TechnologyField& field_;
  Problems& problems_;
};

std::string header_text(const std::vector<TomlItem>& items, const std::string& key, Problems& problems) {
  const TomlItem* item = find_item(items, key);
  const auto* value = item == nullptr ? nullptr : std::get_if<std::string>(&item->literal.value);
  if (item == nullptr || value == nullptr || value->empty()) {
    problems.add(item == nullptr ? 0 : item->line, key + " must be given, a text in quotes");
    return {};
  }
  return *value;
}

/// A plain number greater than 0; 0 where there is none.
double header_number(const std::vector<TomlItem>& items, const std::string& key, Problems& problems) {
  const TomlItem* item = find_item(items, key);
  if (item == nullptr) {
    return 0;
  }
  const auto* real = std::get_if<double>(&item->literal.value);
  const auto* integer = std::get_if<std::int64_t>(&item->literal.value);
  const double value = real != nullptr ? *real : integer != nullptr ? static_cast<double>(*integer) : 0;
  if (item->is_table || !(value > 0 && value < no_limit)) {
    problems.add(item->line, key + " must be a number greater than 0, as in 90");
    return 0;
  }
  return value;
}

}  // namespace

std::span<const TechnologyField> technology_fields() {
  return fields;
}

Quantity read_quantity(const TechnologyField& field, const TomlItem& table, Problems& problems) {
  return QuantityReader(field, problems).read(table);
}

double update_slot_s(const Technology& technology, bool pulses_pcm) {
  return pulses_pcm ? technology.t_pcm.base : technology.t_upd.base;
}

double read_s(const Technology& technology, bool overlap) {
  const double integrate = technology.t_int.base;
  const double convert = technology.t_conv.base;
  return overlap ? std::max(integrate, convert) : integrate + convert;
}

void stretch_time(Technology& technology, double factor) {
  if (factor == 1) {
    return;
  }
  const auto multiply = [](Quantity& quantity, double by) {
    quantity.low *= by;
    quantity.base *= by;
    quantity.high *= by;
    quantity.note +=
        (quantity.note.empty() ? "" : "; ") + ("times " + number_text(by) + " by choice of the user");
  };
  for (const TechnologyField& field : fields) {
    if (field.unit == "s") {
      multiply(technology.*field.member, factor);
    } else if (field.unit == "Hz" || field.unit == "byte/s") {
      multiply(technology.*field.member, 1 / factor);
    }
  }
}

Technology parse_technology(std::string_view text, const std::string& file_name) {
  const std::vector<TomlItem> items = parse_toml(text, file_name);
  Problems problems(file_name);
  Technology technology;
  technology.name = header_text(items, "name", problems);
  technology.title = header_text(items, "title", problems);

  technology.feature_nm = header_number(items, "feature_nm", problems);

  std::vector<std::string> names{"name", "title", "feature_nm"};
  for (const TechnologyField& field : fields) {
    names.emplace_back(field.name);
  }
  for (const TomlItem& item : items) {
    if (std::find(names.begin(), names.end(), item.key) == names.end()) {
      problems.add(item.line, "unknown " + std::string(item.is_table ? "section" : "key") + " '" + item.key +
                                  "'" + did_you_mean(item.key, names));
    }
  }
  std::string missing;
  for (const TechnologyField& field : fields) {
    if (const TomlItem* item = find_item(items, field.name)) {
      technology.*field.member = QuantityReader(field, problems).read(*item);
    } else {
      missing += (missing.empty() ? "" : ", ") + std::string(field.name);
    }
  }
  if (!missing.empty()) {
    problems.add(0, "missing: " + missing);
  }
  problems.raise();
  return technology;
}

}  // namespace kirchhoff::foundation
