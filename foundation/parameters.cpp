#include "foundation/parameters.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "foundation/error.h"
#include "foundation/nearest_name.h"
#include "foundation/problems.h"
#include "foundation/toml_document.h"
#include "foundation/units.h"
#include "foundation/utf8.h"

namespace kirchhoff::foundation {
namespace {

/// Every integer up to here is a double, too.
constexpr double exact_integers = 9007199254740992.0;

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    text += (text.empty() ? "" : std::string(separator)) + part;
  }
  return text;
}

std::string range_text(double low, double high, const std::string& unit) {
  const bool from = std::isfinite(low);
  const bool to = std::isfinite(high);
  if (from && to) {
    std::string first = quantity_text(low, unit);
    const std::string last = quantity_text(high, unit);
    const std::size_t space = first.find(' ');
    if (space != std::string::npos && first.substr(space) == last.substr(last.find(' '))) {
      first.erase(space);  // the unit once
    } else if (low == 0) {
      first = "0";
    }
    return first + " .. " + last;
  }
  return from ? "at least " + quantity_text(low, unit)
         : to ? "at most " + quantity_text(high, unit)
              : "any number";
}

/// "must be" or "must lie within", as the range reads best.
std::string out_of_range(const std::string& value, double low, double high, const std::string& unit) {
  const bool closed = std::isfinite(low) && std::isfinite(high);
  return "is " + value + ", but must be " + (closed ? "within " : "") + range_text(low, high, unit);
}

/// Its own text for a number or list, quoted for a text.
std::string shown(const Literal& literal) {
  return to_string(literal);
}

double number_in_unit(const Literal& literal, const std::string& unit, const std::string& example) {
  const bool has_unit = !unit.empty() && unit != "1";
  const std::string want =
      has_unit ? "a number with a unit, e.g. \"" + example + "\"" : "a number, e.g. " + example;
  if (const auto* text = std::get_if<std::string>(&literal.value)) {
    const QuantityText quantity = split_quantity(*text);
    if (quantity.number.empty()) {
      throw InputError("is " + shown(literal) + ", but needs " + want);
    }
    if (quantity.unit.empty() && has_unit) {
      throw InputError("is " + shown(literal) + ", but needs a unit, e.g. \"" + example + "\"");
    }
    const std::optional<int> shift = decimal_shift(quantity.unit, unit);
    if (!shift) {
      throw InputError("is " + shown(literal) +
                       (has_unit ? ", but is measured in " + unit + ", e.g. \"" + example + "\""
                                 : ", but is a number without unit, e.g. " + example));
    }
    const std::optional<double> value = scaled_number(quantity.number, *shift);
    if (!value) {
      throw InputError("is " + shown(literal) + ", which is no number that a double can hold");
    }
    return *value;
  }
  double value = 0;
  if (const auto* integer = std::get_if<std::int64_t>(&literal.value)) {
    value = static_cast<double>(*integer);
  } else if (const auto* real = std::get_if<double>(&literal.value)) {
    value = *real;
  } else {
    throw InputError("is " + shown(literal) + ", but needs " + want);
  }
  if (has_unit) {
    throw InputError("is " + shown(literal) + ", but needs a unit, e.g. \"" + example + "\"");
  }
  return value;
}

std::int64_t whole_number(const Literal& literal, std::int64_t low, std::int64_t high,
                          const std::string& example) {
  std::optional<std::int64_t> value;
  if (const auto* integer = std::get_if<std::int64_t>(&literal.value)) {
    value = *integer;
  } else if (const auto* real = std::get_if<double>(&literal.value)) {
    if (std::fabs(*real) <= exact_integers && std::floor(*real) == *real) {
      value = static_cast<std::int64_t>(*real);
    }
  } else if (const auto* text = std::get_if<std::string>(&literal.value)) {
    std::int64_t read = 0;
    const auto result = std::from_chars(text->data(), text->data() + text->size(), read);
    if (result.ec == std::errc{} && result.ptr == text->data() + text->size()) {
      value = read;
    }
  }
  if (!value) {
    throw InputError("is " + shown(literal) + ", but needs a whole number, e.g. " + example);
  }
  if (*value < low || *value > high) {
    throw InputError(
        out_of_range(std::to_string(*value), static_cast<double>(low), static_cast<double>(high), ""));
  }
  return *value;
}

std::string list_text(const std::vector<std::int64_t>& values) {
  std::string text = "[";
  for (const std::int64_t value : values) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(value);
  }
  return text + "]";
}

std::string list_text(const std::vector<std::string>& values) {
  std::string text = "[";
  for (const std::string& value : values) {
    text += (text.size() > 1 ? ", " : "") + toml_string(value);
  }
  return text + "]";
}

bool is_line_of_text(const std::string& text) {
  return !first_invalid_utf8(text) && printable(text) == text;
}

bool is_key(std::string_view key) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  return key.find('.') != std::string_view::npos && key.front() != '.' && key.back() != '.' &&
         key.find("..") == std::string_view::npos && std::all_of(key.begin(), key.end(), allowed);
}

}  // namespace

std::string ParameterTable::Entry::text() const {
  if (kind != Kind::real) {
    return value();
  }
  return quantity_text(*scaled_number(value(), 0), unit);
}

std::string ParameterTable::Entry::range() const {
  switch (kind) {
    case Kind::flag:
    case Kind::text:
    case Kind::texts:
      return {};
    case Kind::choice:
      return joined(choices, " | ");
    case Kind::integers:
      return "each " + range_text(low, high, unit);
    case Kind::real:
    case Kind::integer:
      break;
  }
  return range_text(low, high, unit);
}

void ParameterTable::declare(Entry entry, Write write) {
  if (!is_key(entry.key)) {
    throw ModelError("parameter '" + entry.key + "': a key has the form group.name");
  }
  if (find(entry.key) != nullptr) {
    throw ModelError("parameter '" + entry.key + "' is declared twice");
  }
  entry.default_value = entry.value();
  entry.default_origin = entry.origin;
  proposals_.push_back({entry.default_value, entry.text(), entry.origin});
  entries_.push_back(std::move(entry));
  writes_.push_back(std::move(write));
}

void ParameterTable::real(std::string key, double& target, const std::string& unit, double low, double high,
                          Mark mark, std::string note) {
  if (!(target >= low && target <= high) || !std::isfinite(target)) {
    throw ModelError("parameter '" + key + "': default " + quantity_text(target, unit) + " is outside " +
                     range_text(low, high, unit));
  }
  Entry entry{std::move(key), Kind::real, unit, low, high, {}, {mark, std::move(note), {}}, {}, {}, {}};
  entry.value = [&target] { return number_text(target); };
  const std::string example = quantity_text(target, unit);
  declare(std::move(entry), [&target, unit, low, high, example](const Literal& literal) {
    const double value = number_in_unit(literal, unit, example);
    if (!(value >= low && value <= high) || !std::isfinite(value)) {
      throw InputError(out_of_range(quantity_text(value, unit), low, high, unit));
    }
    target = value == 0 ? 0 : value;  // no negative zero: it would print as a value of its own
  });
}

void ParameterTable::integer(std::string key, std::int64_t& target, std::int64_t low, std::int64_t high,
                             Mark mark, std::string note) {
  if (target < low || target > high) {
    throw ModelError("parameter '" + key + "': default " + std::to_string(target) + " is out of range");
  }
  Entry entry{std::move(key),
              Kind::integer,
              {},
              static_cast<double>(low),
              static_cast<double>(high),
              {},
              {mark, std::move(note), {}},
              {},
              {},
              {}};
  entry.value = [&target] { return std::to_string(target); };
  const std::string example = std::to_string(target);
  declare(std::move(entry), [&target, low, high, example](const Literal& literal) {
    target = whole_number(literal, low, high, example);
  });
}

void ParameterTable::flag(std::string key, bool& target, Mark mark, std::string note) {
  Entry entry{std::move(key), Kind::flag, {}, 0, 1, {}, {mark, std::move(note), {}}, {}, {}, {}};
  entry.value = [&target] { return std::string(target ? "true" : "false"); };
  declare(std::move(entry), [&target](const Literal& literal) {
    const auto* flag = std::get_if<bool>(&literal.value);
    if (flag == nullptr) {
      throw InputError("is " + shown(literal) + ", but must be true or false");
    }
    target = *flag;
  });
}

void ParameterTable::choice(std::string key, std::string& target, std::vector<std::string> choices, Mark mark,
                            std::string note) {
  if (std::find(choices.begin(), choices.end(), target) == choices.end()) {
    throw ModelError("parameter '" + key + "': default '" + target + "' is none of its choices");
  }
  Entry entry{std::move(key), Kind::choice, {}, 0, 0, choices, {mark, std::move(note), {}}, {}, {}, {}};
  entry.value = [&target] { return target; };
  declare(std::move(entry), [&target, choices](const Literal& literal) {
    const auto* text = std::get_if<std::string>(&literal.value);
    if (text == nullptr || std::find(choices.begin(), choices.end(), *text) == choices.end()) {
      throw InputError("is " + shown(literal) + ", but must be one of " + joined(choices, ", ") +
                       (text == nullptr ? "" : did_you_mean(*text, choices)));
    }
    target = *text;
  });
}

void ParameterTable::integers(std::string key, std::vector<std::int64_t>& target, std::int64_t low,
                              std::int64_t high, Mark mark, std::string note) {
  if (std::any_of(target.begin(), target.end(),
                  [&](std::int64_t value) { return value < low || value > high; })) {
    throw ModelError("parameter '" + key + "': default " + list_text(target) + " is out of range");
  }
  Entry entry{std::move(key),
              Kind::integers,
              {},
              static_cast<double>(low),
              static_cast<double>(high),
              {},
              {mark, std::move(note), {}},
              {},
              {},
              {}};
  entry.value = [&target] { return list_text(target); };
  const std::string example = target.empty() ? list_text({low, low}) : list_text(target);
  declare(std::move(entry), [&target, low, high, example](const Literal& literal) {
    const auto* list = std::get_if<Literal::List>(&literal.value);
    if (list == nullptr) {
      throw InputError("is " + shown(literal) + ", but needs a list of whole numbers, e.g. " + example);
    }
    std::vector<std::int64_t> values;
    for (const Literal& item : *list) {
      try {
        values.push_back(whole_number(item, low, high, std::to_string(low)));
      } catch (const InputError& problem) {
        throw InputError("[" + std::to_string(values.size()) + "] " + problem.what());
      }
    }
    target = std::move(values);
  });
}

void ParameterTable::text(std::string key, std::string& target, Mark mark, std::string note) {
  if (!is_line_of_text(target)) {
    throw ModelError("parameter '" + key + "': default is no line of text");
  }
  Entry entry{std::move(key), Kind::text, {}, 0, 0, {}, {mark, std::move(note), {}}, {}, {}, {}};
  entry.value = [&target] { return target; };
  declare(std::move(entry), [&target](const Literal& literal) {
    const auto* line = std::get_if<std::string>(&literal.value);
    if (line == nullptr) {
      throw InputError("is " + shown(literal) + ", but needs a text in quotes");
    }
    if (!is_line_of_text(*line)) {
      throw InputError("is " + shown(literal) +
                       ", but must be one line of UTF-8 text without control characters");
    }
    target = *line;
  });
}

void ParameterTable::texts(std::string key, std::vector<std::string>& target,
                           std::function<void(const std::string&)> check, Mark mark, std::string note) {
  Entry entry{std::move(key), Kind::texts, {}, 0, 0, {}, {mark, std::move(note), {}}, {}, {}, {}};
  entry.value = [&target] { return list_text(target); };
  declare(std::move(entry), [&target, check = std::move(check)](const Literal& literal) {
    const auto* list = std::get_if<Literal::List>(&literal.value);
    const Literal::List items = list != nullptr ? *list : Literal::List{literal};
    std::vector<std::string> values;
    for (const Literal& item : items) {
      const std::string place = list == nullptr ? "" : "[" + std::to_string(values.size()) + "] ";
      const auto* line = std::get_if<std::string>(&item.value);
      if (line == nullptr || !is_line_of_text(*line)) {
        throw InputError(place + "is " + shown(item) + ", but needs a list of texts in quotes");
      }
      try {
        check(*line);
      } catch (const InputError& problem) {
        throw InputError(place + "is " + shown(item) + ", " + problem.what());
      }
      values.push_back(*line);
    }
    target = std::move(values);
  });
}

const ParameterTable::Entry* ParameterTable::find(std::string_view key) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; });
  return found == entries_.end() ? nullptr : &*found;
}

std::vector<std::string> ParameterTable::keys() const {
  std::vector<std::string> names;
  names.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    names.push_back(entry.key);
  }
  return names;
}

std::string ParameterTable::unknown_key(std::string_view key) const {
  const std::string nearest = did_you_mean(key, keys());
  return "unknown key '" + std::string(key) + "'" +
         (nearest.empty() ? " (kirchhoff config lists all keys)" : nearest);
}

Origin ParameterTable::origin_over(const Proposal& proposal, const std::string& value,
                                   const Assignment& how) {
  Origin origin = proposal.origin;
  origin.place = how.place;
  if (value != proposal.value) {
    if (how.built_in) {
      origin.mark = Mark::assumed;
    } else {
      origin.mark = Mark::user;
      const std::string& note = proposal.origin.note;
      origin.note = "instead of " + (proposal.text.empty() ? "nothing" : proposal.text) + " (" +
                    std::string(to_string(proposal.origin.mark)) + (note.empty() ? "" : ": " + note) + ")";
    }
  }
  origin.mark = how.mark.value_or(origin.mark);
  origin.note = how.note.value_or(origin.note);
  return origin;
}

Origin ParameterTable::origin_over_default(const Entry& entry, const Assignment& how) {
  std::string text = entry.default_value;
  if (entry.kind == Kind::real) {
    text = quantity_text(*scaled_number(entry.default_value, 0), entry.unit);
  }
  return origin_over({entry.default_value, text, entry.default_origin}, entry.value(), how);
}

void ParameterTable::assign(std::string_view key, const Literal& literal, const Assignment& how) {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; });
  if (found == entries_.end()) {
    throw InputError(unknown_key(key));
  }
  const auto index = static_cast<std::size_t>(found - entries_.begin());
  try {
    writes_[index](literal);
  } catch (const InputError& problem) {
    const std::string what = problem.what();
    throw InputError(found->key + (what.front() == '[' ? "" : " ") + what);
  }
  found->origin = origin_over(proposals_[index], found->value(), how);
  if (how.built_in) {
    proposals_[index] = {found->value(), found->text(), found->origin};
  }
}

}  // namespace kirchhoff::foundation
