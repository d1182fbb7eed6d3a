#include "foundation/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <map>

namespace kirchhoff::foundation {
namespace {

struct Prefix {
  std::string_view text;
  int exponent;
};

// Smallest first; "" is the unit itself.
constexpr std::array<Prefix, 11> prefixes{{{"a", -18},
                                           {"f", -15},
                                           {"p", -12},
                                           {"n", -9},
                                           {"u", -6},
                                           {"m", -3},
                                           {"", 0},
                                           {"k", 3},
                                           {"M", 6},
                                           {"G", 9},
                                           {"T", 12}}};

enum class Prefixes { all, large };

struct BaseUnit {
  std::string_view name;
  std::string_view canonical;
  Prefixes allowed;
};

constexpr std::array<BaseUnit, 20> base_units{
    {{"s", "s", Prefixes::all},          {"S", "S", Prefixes::all},        {"V", "V", Prefixes::all},
     {"A", "A", Prefixes::all},          {"W", "W", Prefixes::all},        {"J", "J", Prefixes::all},
     {"F", "F", Prefixes::all},          {"C", "C", Prefixes::all},        {"m", "m", Prefixes::all},
     {"K", "K", Prefixes::all},          {"Hz", "Hz", Prefixes::all},      {"ohm", "ohm", Prefixes::all},
     {"Ohm", "ohm", Prefixes::all},      {"\u03A9", "ohm", Prefixes::all}, {"bit", "bit", Prefixes::large},
     {"bits", "bit", Prefixes::large},   {"B", "byte", Prefixes::large},   {"byte", "byte", Prefixes::large},
     {"bytes", "byte", Prefixes::large}, {"op", "op", Prefixes::large}}};

struct Component {
  std::string base;
  int prefix_exponent = 0;
  int power = 1;
  bool may_take_small_prefix = false;
  bool may_take_prefix = false;
};

const BaseUnit* find_base(std::string_view name) {
  const auto* found =
      std::find_if(base_units.begin(), base_units.end(), [&](const BaseUnit& b) { return b.name == name; });
  return found == base_units.end() ? nullptr : found;
}

/// "cycle" and "cycles" are one unit.
std::string_view singular(std::string_view word) {
  return word.size() > 2 && word.back() == 's' ? word.substr(0, word.size() - 1) : word;
}

Component parse_component(std::string_view text) {
  Component component;
  std::string_view name = text;
  if (name.size() > 1 && (name.back() == '2' || name.back() == '3')) {
    component.power = name.back() - '0';
    name.remove_suffix(1);
  }
  const auto use = [&](const BaseUnit& base, int exponent) {
    component.base = base.canonical;
    component.prefix_exponent = exponent;
    component.may_take_prefix = true;
    component.may_take_small_prefix = base.allowed == Prefixes::all;
    return component;
  };
  if (const BaseUnit* base = find_base(name)) {
    return use(*base, 0);
  }
  // Both code points that print as a Greek mu.
  for (const std::string_view mu : {"\u00B5", "\u03BC"}) {
    if (name.substr(0, mu.size()) == mu) {
      if (const BaseUnit* base = find_base(name.substr(mu.size())); base && base->allowed == Prefixes::all) {
        return use(*base, -6);
      }
    }
  }
  for (const Prefix& prefix : prefixes) {
    if (prefix.text.empty() || name.substr(0, 1) != prefix.text) {
      continue;
    }
    if (const BaseUnit* base = find_base(name.substr(1));
        base && (base->allowed == Prefixes::all || prefix.exponent > 0)) {
      return use(*base, prefix.exponent);
    }
  }
  component.base = singular(text);
  component.power = 1;
  return component;
}

struct Unit {
  int exponent = 0;
  std::map<std::string, int> dimension;  ///< power of each base unit
};

Unit parse_unit(std::string_view text) {
  Unit unit;
  if (text == "%") {
    unit.exponent = -2;
    return unit;
  }
  int sign = 1;
  while (!text.empty()) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    const std::string_view part = text.substr(0, slash);
    if (part != "1") {
      const Component component = parse_component(part);
      unit.exponent += sign * component.power * component.prefix_exponent;
      unit.dimension[component.base] += sign * component.power;
    }
    text.remove_prefix(std::min(slash + 1, text.size()));
    sign = -1;
  }
  std::erase_if(unit.dimension, [](const auto& item) { return item.second == 0; });
  return unit;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// A positive finite number as its shortest digits d.ddd x 10^exponent.
struct Decimal {
  std::string digits;
  int exponent = 0;
};

Decimal to_decimal(double value) {
  std::array<char, 40> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t e = text.find('e');
  Decimal decimal;
  std::copy_if(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(e),
               std::back_inserter(decimal.digits), [](char c) { return c != '.'; });
  decimal.exponent = std::atoi(text.data() + e + 1);
  return decimal;
}

/// Plain notation of digits x 10^exponent.
std::string plain(const Decimal& decimal) {
  const int size = static_cast<int>(decimal.digits.size());
  if (decimal.exponent < 0) {
    return "0." + std::string(static_cast<std::size_t>(-decimal.exponent - 1), '0') + decimal.digits;
  }
  if (decimal.exponent >= size - 1) {
    return decimal.digits + std::string(static_cast<std::size_t>(decimal.exponent - size + 1), '0');
  }
  const auto point = static_cast<std::size_t>(decimal.exponent) + 1;
  return decimal.digits.substr(0, point) + "." + decimal.digits.substr(point);
}

std::string scientific(const Decimal& decimal) {
  std::string text = decimal.digits.substr(0, 1);
  if (decimal.digits.size() > 1) {
    text += "." + decimal.digits.substr(1);
  }
  return text + "e" + std::to_string(decimal.exponent);
}

/// Plain notation unless it is mostly zeros, or beyond the integers that TOML and a double share.
std::string readable(const Decimal& decimal) {
  constexpr int plain_from = -20;
  constexpr int plain_to = 15;
  constexpr std::size_t zeros_read_at_a_glance = 3;
  std::string short_form = scientific(decimal);
  if (decimal.exponent < plain_from || decimal.exponent > plain_to) {
    return short_form;
  }
  std::string long_form = plain(decimal);
  return long_form.size() <= short_form.size() + zeros_read_at_a_glance ? long_form : short_form;
}

}  // namespace

std::optional<int> decimal_shift(std::string_view from, std::string_view to) {
  const Unit a = parse_unit(from);
  const Unit b = parse_unit(to);
  if (a.dimension != b.dimension) {
    return std::nullopt;
  }
  return a.exponent - b.exponent;
}

QuantityText split_quantity(std::string_view text) {
  text = trimmed(text);
  const std::size_t sign = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  std::size_t end = sign;
  const auto digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  std::size_t digits = 0;
  while (digit(end) || (end < text.size() && (text[end] == '.' || (text[end] == '_' && digits > 0)))) {
    digits += digit(end) ? 1 : 0;
    ++end;
  }
  if (digits == 0) {
    return {{}, text};
  }
  if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
    std::size_t exponent = end + 1;
    exponent += exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-') ? 1 : 0;
    if (digit(exponent)) {
      while (digit(exponent)) {
        ++exponent;
      }
      end = exponent;
    }
  }
  return {text.substr(0, end), trimmed(text.substr(end))};
}

std::optional<double> scaled_number(std::string_view number, int shift) {
  std::string text(number);
  if (text.empty() || text.back() == '_') {
    return std::nullopt;
  }
  std::erase(text, '_');
  if (text.front() == '+') {
    text.erase(0, 1);
  }
  const std::size_t e = text.find_first_of("eE");
  int exponent = 0;
  if (e != std::string::npos) {
    const char* first = text.data() + e + 1;
    first += *first == '+' ? 1 : 0;
    const auto read = std::from_chars(first, text.data() + text.size(), exponent);
    constexpr int beyond_any_double = 100000;
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() ||
        std::abs(exponent) > beyond_any_double) {
      return std::nullopt;
    }
    text.erase(e);
  }
  text += "e" + std::to_string(exponent + shift);
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::string number_text(double value) {
  if (!std::isfinite(value)) {
    return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
  }
  return (std::signbit(value) ? "-" : "") + readable(to_decimal(std::fabs(value)));
}

std::string quantity_text(double value, std::string_view unit) {
  if (unit.empty() || unit == "1") {
    return number_text(value);
  }
  const std::string_view first = unit.substr(0, unit.find('/'));
  const Component component = parse_component(first);
  constexpr double kept_from = 1e-2;
  constexpr double kept_to = 1e4;
  const double magnitude = std::fabs(value);
  const bool keep = component.prefix_exponent != 0 && magnitude >= kept_from && magnitude < kept_to;
  if (!component.may_take_prefix || keep || value == 0 || !std::isfinite(value)) {
    const bool one_word = !component.may_take_prefix && value == 1;
    return number_text(value) + " " + std::string(one_word ? singular(unit) : unit);
  }
  Decimal decimal = to_decimal(magnitude);
  const int exponent = decimal.exponent + component.power * component.prefix_exponent;  // in the bare unit
  const Prefix* best = nullptr;
  for (const Prefix& prefix : prefixes) {
    if (prefix.exponent < 0 && !component.may_take_small_prefix) {
      continue;
    }
    if (best == nullptr || prefix.exponent * component.power <= exponent) {
      best = &prefix;
    }
  }
  decimal.exponent = exponent - best->exponent * component.power;
  std::string_view name = first;
  if (component.prefix_exponent != 0) {
    name.remove_prefix(1);
  }
  return (value < 0 ? "-" : "") + readable(decimal) + " " + std::string(best->text) + std::string(name) +
         std::string(unit.substr(first.size()));
}

}  // namespace kirchhoff::foundation
