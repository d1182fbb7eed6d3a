#include <algorithm>
#include <string>
#include <vector>

#include "foundation/problems.h"
#include "foundation/toml_document.h"
#include "foundation/toml_reader.h"
#include "foundation/units.h"

namespace kirchhoff::foundation {
namespace {

struct Line {
  std::string assignment;
  std::string comment;
};

std::string toml_value(const ParameterTable::Entry& entry) {
  const bool is_text = entry.kind == ParameterTable::Kind::choice ||
                       entry.kind == ParameterTable::Kind::text ||
                       (entry.kind == ParameterTable::Kind::real && !entry.unit.empty() && entry.unit != "1");
  return is_text ? toml_string(entry.text()) : entry.value();
}

Line line_of(const ParameterTable::Entry& entry, const std::string& name) {
  // What a plain value would be taken for when the file is read back; else mark and note must be stated.
  Origin plain = ParameterTable::origin_over_default(entry, {});
  plain.place = entry.origin.place;
  const std::string range = entry.range();
  std::string comment = range;
  const std::string value = toml_value(entry);
  if (!(plain == entry.origin)) {
    return {name + " = { value = " + value + ", mark = " + toml_string(to_string(entry.origin.mark)) +
                ", note = " + toml_string(entry.origin.note) + " }",
            comment};
  }
  comment += (comment.empty() ? "" : "; ") + std::string(to_string(entry.origin.mark));
  comment += (entry.origin.note.empty() ? "" : ": ") + entry.origin.note;
  return {name + " = " + value, comment};
}

struct Section {
  std::string name;
  std::vector<Line> lines;
};

}  // namespace

std::string effective_toml(const ParameterTable& table) {
  std::vector<Section> sections;
  for (const ParameterTable::Entry& entry : table.entries()) {
    const std::size_t dot = entry.key.rfind('.');
    const std::string group = entry.key.substr(0, dot);
    auto section =
        std::find_if(sections.begin(), sections.end(), [&](const Section& s) { return s.name == group; });
    if (section == sections.end()) {
      section = sections.insert(section, {group, {}});
    }
    section->lines.push_back(line_of(entry, entry.key.substr(dot + 1)));
  }
  std::string text;
  // Beyond this, one long line would push all comments of its section out of sight.
  constexpr std::size_t widest_column = 40;
  for (const Section& section : sections) {
    std::size_t width = 0;
    for (const Line& line : section.lines) {
      if (line.assignment.size() <= widest_column) {
        width = std::max(width, line.assignment.size());
      }
    }
    text += (text.empty() ? "[" : "\n[") + section.name + "]\n";
    for (const Line& line : section.lines) {
      text += line.assignment;
      if (!line.comment.empty()) {
        text.append(width - std::min(width, line.assignment.size()), ' ');
        text += "  # " + printable(line.comment);
      }
      text += '\n';
    }
  }
  return text;
}

}  // namespace kirchhoff::foundation
