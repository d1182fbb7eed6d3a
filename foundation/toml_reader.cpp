#include "foundation/toml_reader.h"

#include <algorithm>
#include <optional>
#include <set>

#include "foundation/error.h"
#include "foundation/nearest_name.h"
#include "foundation/problems.h"
#include "foundation/toml_document.h"

namespace kirchhoff::foundation {
namespace {

/// "a.b" for every key "a.b.c", and "a".
std::vector<std::string> groups_of(const ParameterTable& table) {
  std::set<std::string> groups;
  for (const ParameterTable::Entry& entry : table.entries()) {
    for (std::size_t dot = entry.key.find('.'); dot != std::string::npos;
         dot = entry.key.find('.', dot + 1)) {
      groups.insert(entry.key.substr(0, dot));
    }
  }
  return {groups.begin(), groups.end()};
}

bool contains(std::span<const std::string> names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Reader {
 public:
  Reader(ParameterTable& table, const std::string& file_name, const TomlReading& reading)
      : table_(table), reading_(reading), problems_(file_name), groups_(groups_of(table)) {}

  void read(std::string_view text, const std::string& file_name) {
    walk(parse_toml(text, file_name), "");
    problems_.raise();
  }

 private:
  void walk(const std::vector<TomlItem>& items, const std::string& path) {
    for (const TomlItem& item : items) {
      const std::string key = path.empty() ? item.key : path + "." + item.key;
      if (path.empty() && contains(reading_.header_keys, key)) {
        continue;
      }
      if (table_.find(key) != nullptr) {
        value(key, item);
      } else if (item.is_table && contains(groups_, key)) {
        walk(item.items, key);
      } else {
        unknown(key, item);
      }
    }
  }

  void value(const std::string& key, const TomlItem& item) {
    // TOML itself refuses a key twice, but "a.b" in quotes is another key to it than b in [a].
    if (!seen_.insert(key).second) {
      problems_.add(item.line, key + " is given twice");
      return;
    }
    ParameterTable::Assignment how;
    how.place = problems_.place(item.line);
    how.built_in = reading_.built_in;
    const Literal* literal = item.is_table ? annotated(key, item, how) : &item.literal;
    if (literal == nullptr) {
      return;
    }
    try {
      table_.assign(key, *literal, how);
    } catch (const InputError& problem) {
      problems_.add(item.line, problem.what());
    }
  }

  /// The value of { value = ..., mark = ..., note = ... }; null after a problem.
  const Literal* annotated(const std::string& key, const TomlItem& table, ParameterTable::Assignment& how) {
    static const std::vector<std::string> names{"value", "mark", "note"};
    const Literal* value = nullptr;
    bool good = true;
    const auto wrong = [&](const TomlItem& item, const std::string& what) {
      problems_.add(item.line, key + what);
      good = false;
    };
    for (const TomlItem& item : table.items) {
      const auto* text = std::get_if<std::string>(&item.literal.value);
      if (!contains(names, item.key)) {
        wrong(item, " = { ... }: unknown key '" + item.key + "'" + did_you_mean(item.key, names) +
                        " (value, mark, note)");
      } else if (item.key == "value") {
        if (item.is_table) {
          wrong(item, ": value must not be a table");
        }
        value = &item.literal;
      } else if (item.is_table || text == nullptr) {
        wrong(item, ": " + item.key + " must be a text");
      } else if (item.key == "note") {
        how.note = *text;
      } else if (how.mark = mark_from(*text); !how.mark) {
        wrong(item, ": mark is " + to_string(item.literal) +
                        ", but must be one of source, derived, assumed, user" +
                        did_you_mean(*text, mark_names()));
      }
    }
    if (value == nullptr && good) {
      wrong(table, " = { ... } lacks its value");
    }
    return good ? value : nullptr;
  }

  void unknown(const std::string& key, const TomlItem& item) {
    if (contains(groups_, key)) {
      problems_.add(item.line, "'" + key + "' is a section: write [" + key + "] and its keys below");
      return;
    }
    if (item.is_table) {
      const std::string_view nearest = nearest_name(key, groups_);
      problems_.add(item.line, "unknown section [" + key + "]" +
                                   (nearest.empty() ? "" : "; did you mean [" + std::string(nearest) + "]?"));
      return;
    }
    // A key of the header that is misspelt stands alone, as the others do.
    const std::string header =
        key.find('.') == std::string::npos ? did_you_mean(key, reading_.header_keys) : "";
    problems_.add(item.line, header.empty() ? table_.unknown_key(key) : "unknown key '" + key + "'" + header);
  }

  ParameterTable& table_;
  const TomlReading& reading_;
  Problems problems_;
  std::vector<std::string> groups_;
  std::set<std::string> seen_;
};

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// A value as TOML reads it; what is no TOML value is taken as a text (20ms, relu).
Literal command_line_literal(const std::string& text) {
  try {
    const std::vector<TomlItem> items = parse_toml("value = " + text, "--set");
    if (items.size() == 1 && !items[0].is_table && items[0].literal.value.index() != 0) {
      return items[0].literal;
    }
  } catch (const InputError&) {
    // Not TOML: a text without its quotes.
  }
  return {text};
}

}  // namespace

void read_toml(ParameterTable& table, std::string_view text, const std::string& file_name,
               const TomlReading& reading) {
  Reader(table, file_name, reading).read(text, file_name);
}

std::map<std::string, HeaderValue> read_header(std::string_view text, const std::string& file_name,
                                               std::span<const std::string> header_keys) {
  std::map<std::string, HeaderValue> header;
  Problems problems(file_name);
  for (const TomlItem& item : parse_toml(text, file_name)) {
    if (!contains(header_keys, item.key)) {
      continue;
    }
    const auto* value = std::get_if<std::string>(&item.literal.value);
    if (value == nullptr) {
      problems.add(item.line, item.key + " must be a text in quotes");
      continue;
    }
    header[item.key] = {*value, problems.place(item.line)};
  }
  problems.raise();
  return header;
}

void set(ParameterTable& table, std::span<const std::string> assignments) {
  Problems problems("--set");
  std::set<std::string> seen;
  for (const std::string& assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    const std::string key = trimmed(assignment.substr(0, equals));
    const std::string value = equals == std::string::npos ? "" : trimmed(assignment.substr(equals + 1));
    if (key.empty() || value.empty()) {
      problems.add(0, "'" + assignment + "' is not of the form key=value");
      continue;
    }
    if (!seen.insert(key).second) {
      problems.add(0, key + " is given twice");
      continue;
    }
    try {
      table.assign(key, command_line_literal(value), {"--set", false, {}, {}});
    } catch (const InputError& problem) {
      problems.add(0, problem.what());
    }
  }
  problems.raise();
}

void set(ParameterTable& table, const std::string& assignment) {
  set(table, std::span(&assignment, 1));
}

}  // namespace kirchhoff::foundation
