#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "foundation/literal.h"

namespace kirchhoff::foundation {

/// One key of a TOML file, with its value or with the keys below it, and where it stands.
struct TomlItem {
  std::string key;  ///< without the path above it
  int line = 0;
  bool is_table = false;
  Literal literal;              ///< of a value
  std::vector<TomlItem> items;  ///< of a table, in the order of the file
};

/// The TOML 1.0 text as a tree. Text that is no TOML throws InputError "file:line:column: ...".
std::vector<TomlItem> parse_toml(std::string_view text, const std::string& file_name);

/// The item of this key; null where there is none.
const TomlItem* find_item(const std::vector<TomlItem>& items, std::string_view key);

/// The text as a TOML basic string, with quotes.
std::string toml_string(std::string_view text);

}  // namespace kirchhoff::foundation
