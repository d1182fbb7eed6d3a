#include "testbenches/explore/config_command.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/problems.h"
#include "foundation/units.h"

namespace kirchhoff::testbenches {
namespace {

using foundation::Mark;
using foundation::ParameterTable;
using foundation::quantity_text;

/// Columns on the screen of UTF-8 text (no wide or combining characters).
std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Lines of at most `width` columns, broken between words; a longer word stands alone.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (!line.empty() && columns_of(line) + 1 + columns_of(word) > width) {
      lines.push_back(line);
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    at = end + 1;
  }
  if (!line.empty()) {
    lines.push_back(line);
  }
  return lines;
}

enum class Style { plain, bold, dim, changed };

class Painter {
 public:
  explicit Painter(const Display& display) : display_(display) {}

  [[nodiscard]] std::string paint(const std::string& text, Style style) const {
    if (!display_.colour || style == Style::plain || text.empty()) {
      return text;
    }
    const char* code = style == Style::bold ? "\033[1m" : style == Style::dim ? "\033[2m" : "\033[33m";
    return code + text + "\033[0m";
  }

  /// Columns left for text that starts at column `used`; too narrow a rest goes onto a line of its own.
  [[nodiscard]] std::size_t rest(std::size_t used) const {
    constexpr std::size_t unlimited = 1U << 20U;
    const auto width = static_cast<std::size_t>(std::max(display_.width, 0));
    return width == 0 ? unlimited : width > used ? width - used : 0;
  }

 private:
  Display display_;
};

struct Cell {
  std::string text;
  bool right = false;
};

struct Row {
  std::vector<Cell> cells;
  std::string note;
  Mark mark = Mark::assumed;
};

struct Block {
  std::string title;
  std::vector<Row> rows;
};

/// Rows of cells in columns shared by all blocks, the note last, wrapped under itself.
class Table {
 public:
  Table(std::vector<std::string> header, std::vector<Block> blocks)
      : header_(std::move(header)), blocks_(std::move(blocks)), widths_(header_.size() - 1) {
    for (std::size_t i = 0; i < widths_.size(); ++i) {
      widths_[i] = columns_of(header_[i]);
    }
    for (const Block& block : blocks_) {
      for (const Row& row : block.rows) {
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
          // One long cell (a list of many layers) must not push all other rows apart.
          constexpr std::size_t widest = 30;
          const std::size_t width = columns_of(row.cells[i].text);
          widths_[i] = std::max(widths_[i], width <= widest ? width : 0);
        }
      }
    }
  }

  void print(std::ostream& out, const Painter& painter) const {
    out << painter.paint(line_of(cells_of_header()) + (notes_below(painter) ? "" : header_.back()),
                         Style::dim)
        << '\n';
    for (const Block& block : blocks_) {
      out << '\n' << painter.paint(block.title, Style::bold) << '\n';
      for (const Row& row : block.rows) {
        print(out, row, painter);
      }
    }
  }

 private:
  [[nodiscard]] std::vector<Cell> cells_of_header() const {
    std::vector<Cell> cells;
    const Row* sample = blocks_.empty() || blocks_[0].rows.empty() ? nullptr : &blocks_[0].rows[0];
    for (std::size_t i = 0; i < widths_.size(); ++i) {
      cells.push_back({header_[i], sample != nullptr && sample->cells[i].right});
    }
    return cells;
  }

  [[nodiscard]] std::string line_of(const std::vector<Cell>& cells) const {
    std::string line(margin, ' ');
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::size_t width = columns_of(cells[i].text);
      const std::string space(widths_[i] - std::min(widths_[i], width), ' ');
      line += (cells[i].right ? space + cells[i].text : cells[i].text + space);
      line += gap;
    }
    return line;
  }

  [[nodiscard]] std::size_t note_column() const {
    std::size_t column = margin;
    for (const std::size_t width : widths_) {
      column += width + gap.size();
    }
    return column;
  }

  /// On a narrow terminal every note has lines of its own.
  [[nodiscard]] bool notes_below(const Painter& painter) const {
    return painter.rest(note_column()) < narrowest;
  }

  void print(std::ostream& out, const Row& row, const Painter& painter) const {
    const std::string line = line_of(row.cells);
    const std::size_t column = note_column();
    const bool own_line = notes_below(painter);
    const std::size_t indent = own_line ? own_line_indent : column;
    const std::vector<std::string> lines = wrapped(row.note, std::max(painter.rest(indent), narrowest));
    const Style style = row.mark == Mark::user ? Style::changed : Style::plain;
    const std::string text = line.substr(0, line.find_last_not_of(' ') + 1);
    const bool beside = !own_line && columns_of(line) == column;
    out << painter.paint(beside && !lines.empty() ? line : text, style);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i > 0 || !beside) {
        out << '\n' << std::string(indent, ' ');
      }
      out << painter.paint(lines[i], Style::dim);
    }
    out << '\n';
  }

  static constexpr std::size_t margin = 2;
  static constexpr std::size_t own_line_indent = margin + 4;
  static constexpr std::size_t narrowest = 28;   ///< columns of a note
  static constexpr std::string_view gap = "  ";  ///< between columns

  std::vector<std::string> header_;
  std::vector<Block> blocks_;
  std::vector<std::size_t> widths_;
};

Row row_of(const ParameterTable::Entry& entry, const std::string& name) {
  std::string note = foundation::printable(entry.origin.note);
  if (!entry.origin.place.empty() && entry.origin.mark == Mark::user) {
    note = entry.origin.place + (note.empty() ? "" : "; ") + note;
  }
  return {{{name}, {entry.text(), true}, {entry.range()}, {std::string(to_string(entry.origin.mark))}},
          note,
          entry.origin.mark};
}

std::vector<Block> parameter_blocks(const ParameterTable& table) {
  std::vector<Block> blocks;
  for (const ParameterTable::Entry& entry : table.entries()) {
    const std::size_t dot = entry.key.rfind('.');
    const std::string group = entry.key.substr(0, dot);
    auto block =
        std::find_if(blocks.begin(), blocks.end(), [&](const Block& known) { return known.title == group; });
    if (block == blocks.end()) {
      block = blocks.insert(block, {group, {}});
    }
    block->rows.push_back(row_of(entry, entry.key.substr(dot + 1)));
  }
  return blocks;
}

std::vector<Block> technology_blocks(const foundation::Technology& technology) {
  Block block{technology.name + ": " + technology.title, {}};
  for (const foundation::TechnologyField& field : foundation::technology_fields()) {
    const foundation::Quantity& quantity = technology.*field.member;
    const auto text = [&](double value) { return Cell{quantity_text(value, field.unit), true}; };
    std::string note = quantity.meaning;
    if (!quantity.note.empty() && quantity.note != quantity.meaning) {
      note += (note.empty() ? "" : "; ") + quantity.note;
    }
    block.rows.push_back({{{std::string(field.name)},
                           text(quantity.low),
                           text(quantity.base),
                           text(quantity.high),
                           {std::string(to_string(quantity.mark))}},
                          foundation::printable(note),
                          quantity.mark});
  }
  return {block};
}

nlohmann::ordered_json json_value(const ParameterTable::Entry& entry) {
  switch (entry.kind) {
    case ParameterTable::Kind::choice:
    case ParameterTable::Kind::text:
      return entry.value();
    case ParameterTable::Kind::real:
    case ParameterTable::Kind::integer:
    case ParameterTable::Kind::flag:
    case ParameterTable::Kind::integers:
    case ParameterTable::Kind::texts:
      break;
  }
  return nlohmann::ordered_json::parse(entry.value());
}

nlohmann::ordered_json bound(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace

Display display_of_stdout() {
  if (isatty(STDOUT_FILENO) == 0) {
    return {};
  }
  constexpr int usual_width = 80;
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return {known ? size.ws_col : usual_width, !dumb && (no_colour == nullptr || *no_colour == '\0')};
}

void print_configuration(std::ostream& out, const model::Configuration& configuration,
                         const Display& display) {
  const Painter painter(display);
  const auto& entries = configuration.table.entries();
  const auto changed = std::count_if(entries.begin(), entries.end(), [](const ParameterTable::Entry& entry) {
    return entry.origin.mark == Mark::user;
  });
  out << painter.paint(foundation::printable(configuration.preset), Style::bold) << "  "
      << foundation::printable(configuration.title) << '\n'
      << entries.size() << " parameters, " << changed << " set by the user; technology "
      << foundation::printable(configuration.technology_origin) << "\n\n";
  Table({"PARAMETER", "VALUE", "RANGE", "MARK", "SOURCE"}, parameter_blocks(configuration.table))
      .print(out, painter);
  out << '\n' << painter.paint("technology", Style::bold) << "\n\n";
  Table({"PARAMETER", "LOW", "BASE", "HIGH", "MARK", "MEANING AND SOURCE"},
        technology_blocks(configuration.technology))
      .print(out, painter);
  out << '\n'
      << painter.paint(
             "Marks: source = read in a publication, derived = computed from one, assumed = engineering\n"
             "assumption, user = set for this run. Change a value: --set section.name=value.",
             Style::dim)
      << '\n';
}

void print_configuration_json(std::ostream& out, const model::Configuration& configuration) {
  nlohmann::ordered_json json;
  json["schema"] = "kirchhoff.config/1";
  json["preset"] = configuration.preset;
  json["title"] = configuration.title;
  for (const ParameterTable::Entry& entry : configuration.table.entries()) {
    nlohmann::ordered_json item;
    item["value"] = json_value(entry);
    item["unit"] = entry.unit;
    switch (entry.kind) {
      case ParameterTable::Kind::choice:
        item["choices"] = entry.choices;
        break;
      case ParameterTable::Kind::flag:
      case ParameterTable::Kind::text:
      case ParameterTable::Kind::texts:
        break;
      case ParameterTable::Kind::real:
      case ParameterTable::Kind::integer:
      case ParameterTable::Kind::integers:
        item["low"] = bound(entry.low);
        item["high"] = bound(entry.high);
        break;
    }
    item["mark"] = to_string(entry.origin.mark);
    item["note"] = entry.origin.note;
    item["place"] = entry.origin.place;
    json["parameters"][entry.key] = item;
  }
  nlohmann::ordered_json& technology = json["technology"];
  technology["name"] = configuration.technology.name;
  technology["title"] = configuration.technology.title;
  technology["origin"] = configuration.technology_origin;
  for (const foundation::TechnologyField& field : foundation::technology_fields()) {
    const foundation::Quantity& quantity = configuration.technology.*field.member;
    technology["parameters"][std::string(field.name)] = {{"low", quantity.low},
                                                         {"base", quantity.base},
                                                         {"high", quantity.high},
                                                         {"unit", field.unit},
                                                         {"mark", to_string(quantity.mark)},
                                                         {"meaning", quantity.meaning},
                                                         {"note", quantity.note},
                                                         {"place", quantity.place}};
  }
  out << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace kirchhoff::testbenches
