#include "testbenches/host/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace kirchhoff::testbenches {

namespace {

constexpr int default_columns = 100;
constexpr int least_columns = 40;

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

/// The first of the three that is set decides, as in POSIX.
bool utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = variable(name);
    if (value.empty()) continue;
    return value.find("UTF-8") != std::string_view::npos || value.find("utf8") != std::string_view::npos ||
           value.find("utf-8") != std::string_view::npos;
  }
  return false;
}

int columns_of(int file_descriptor, bool interactive) {
  winsize size{};
  if (interactive && ioctl(file_descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const std::string_view text = variable("COLUMNS");
  int columns = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), columns);
  return error == std::errc() && columns > 0 ? columns : default_columns;
}

std::string_view escape(Style style) {
  switch (style) {
    case Style::strong:
      return "\x1b[1m";
    case Style::faint:
      return "\x1b[2m";
    case Style::good:
      return "\x1b[1;32m";
    case Style::bad:
      return "\x1b[1;31m";
    case Style::warn:
      return "\x1b[33m";
    case Style::accent:
      return "\x1b[36m";
    case Style::plain:
      break;
  }
  return {};
}

}  // namespace

Terminal terminal_of(int file_descriptor) {
  Terminal terminal;
  const std::string_view kind = variable("TERM");
  terminal.interactive = isatty(file_descriptor) == 1 && !kind.empty() && kind != "dumb";
  terminal.unicode = terminal.interactive && utf8_locale();
  terminal.colour = terminal.interactive && variable("NO_COLOR").empty();
  terminal.columns = std::max(least_columns, columns_of(file_descriptor, terminal.interactive));
  return terminal;
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & '\xc0') != '\x80'; }));
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width) {
      lines.push_back(line);
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

StyledLine& StyledLine::add(std::string_view text, Style style) {
  const std::string_view start = colour_ ? escape(style) : std::string_view();
  text_ += start;
  text_ += text;
  if (!start.empty()) text_ += "\x1b[0m";
  width_ += display_width(text);
  return *this;
}

StyledLine& StyledLine::right(std::string_view text, std::size_t width, Style style) {
  const std::size_t taken = display_width(text);
  add(std::string(taken < width ? width - taken : 1, ' '));
  return add(text, style);
}

StyledLine& StyledLine::left(std::string_view text, std::size_t width, Style style) {
  const std::size_t start = width_;
  return add(text, style).to_column(start + width);
}

StyledLine& StyledLine::to_column(std::size_t column) {
  if (width_ < column) add(std::string(column - width_, ' '));
  return *this;
}

StyledLine& StyledLine::append(const StyledLine& other) {
  text_ += other.text_;
  width_ += other.width_;
  return *this;
}

std::string StyledLine::text() const {
  return text_.substr(0, text_.find_last_not_of(' ') + 1);
}

std::string bar(double fraction, std::size_t width, const Terminal& terminal) {
  // A column is drawn in eighths where the terminal can.
  static constexpr std::array<std::string_view, 8> parts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double columns = std::clamp(fraction, 0.0, 1.0) * static_cast<double>(width);
  if (!(columns > 0)) return {};
  const auto whole = [](double value) { return static_cast<std::size_t>(std::max(1L, std::lround(value))); };
  if (!terminal.unicode) return std::string(whole(columns), '#');
  std::string text;
  const std::size_t eighths = whole(columns * 8);
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  text += parts[eighths % 8];
  return text;
}

}  // namespace kirchhoff::testbenches
