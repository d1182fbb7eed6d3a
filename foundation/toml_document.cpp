#include "foundation/toml_document.h"

#include <toml++/toml.h>

#include <algorithm>

#include "foundation/error.h"
#include "foundation/problems.h"

#if TOML_HEADER_ONLY
#error "toml++ must be its shared library: the header-only build aborts on malformed input such as \"[\\n\""
#endif

namespace kirchhoff::foundation {
namespace {

Literal to_literal(const toml::node& node) {
  if (const auto* boolean = node.as_boolean()) {
    return {boolean->get()};
  }
  if (const auto* integer = node.as_integer()) {
    return {integer->get()};
  }
  if (const auto* real = node.as_floating_point()) {
    return {real->get()};
  }
  if (const auto* text = node.as_string()) {
    return {text->get()};
  }
  if (const auto* array = node.as_array()) {
    Literal::List list;
    for (const toml::node& item : *array) {
      list.push_back(to_literal(item));
    }
    return {std::move(list)};
  }
  return {};
}

std::vector<TomlItem> to_items(const toml::table& table) {
  std::vector<TomlItem> items;
  for (const auto& [key, node] : table) {
    TomlItem item;
    item.key = std::string(key.str());
    item.line = static_cast<int>(key.source().begin.line);
    if (const auto* below = node.as_table()) {
      item.is_table = true;
      item.items = to_items(*below);
    } else {
      item.literal = to_literal(node);
    }
    items.push_back(std::move(item));
  }
  std::stable_sort(items.begin(), items.end(),
                   [](const TomlItem& a, const TomlItem& b) { return a.line < b.line; });
  return items;
}

}  // namespace

std::vector<TomlItem> parse_toml(std::string_view text, const std::string& file_name) {
  try {
    return to_items(toml::parse(text, file_name));
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    std::string what(error.description());
    constexpr std::string_view opening = "Error while ";
    if (what.rfind(opening, 0) == 0) {
      what.erase(0, opening.size());
    }
    throw InputError(printable(file_name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
                               ": not valid TOML: " + what));
  }
}

const TomlItem* find_item(const std::vector<TomlItem>& items, std::string_view key) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const TomlItem& item) { return item.key == key; });
  return found == items.end() ? nullptr : &*found;
}

std::string toml_string(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      escaped += '\\';
    }
    escaped += c;
  }
  return '"' + printable(escaped) + '"';
}

}  // namespace kirchhoff::foundation
