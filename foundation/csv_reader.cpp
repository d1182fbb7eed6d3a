#include "foundation/csv_reader.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "foundation/error.h"
#include "foundation/nearest_name.h"
#include "foundation/utf8.h"

namespace kirchhoff::foundation {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string joined(std::span<const std::string> names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ",") + name;
  }
  return text;
}

bool contains(std::span<const std::string> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// For a line that has too few commas: what people write instead.
std::string comma_hint(std::string_view line) {
  const bool other = line.find_first_of(";\t") != std::string_view::npos;
  return other ? "; fields are separated by commas" : "";
}

std::string byte_text(unsigned char byte) {
  constexpr std::string_view hex = "0123456789abcdef";
  return std::string("0x") + hex[byte >> 4U] + hex[byte & 0xfU];
}

}  // namespace

std::string read_text_file(const std::string& path) {
  std::error_code ignored;
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  const std::string reason = std::filesystem::is_directory(path, ignored) ? "it is a folder"
                             : file                                       ? ""
                             : errno != 0                                 ? std::strerror(errno)
                                                                          : "it cannot be opened";
  if (!reason.empty()) {
    throw InputError(printable("cannot read '" + path + "': " + reason));
  }
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) {
    throw InputError(printable("cannot read '" + path + "': reading failed"));
  }
  return text;
}

CsvTable::CsvTable(std::string_view text, std::span<const std::string> required,
                   std::span<const std::string> optional, Problems& problems) {
  if (text.substr(0, byte_order_mark.size()) == byte_order_mark) {
    text.remove_prefix(byte_order_mark.size());
  }
  if (const auto bad = first_invalid_utf8(text)) {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(*bad), '\n');
    problems.add(static_cast<int>(line), "byte " + byte_text(static_cast<unsigned char>(text[*bad])) +
                                             " is no UTF-8; save the table as UTF-8 text");
    return;
  }
  int number = 0;
  bool header_seen = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    line = trimmed(line);
    if (line.empty() || line.front() == '#') {
      continue;
    }
    if (!header_seen) {
      header_seen = true;
      read_header(line, number, required, optional, problems);
      if (!has_header()) {
        return;
      }
    } else {
      read_row(line, number, problems);
    }
  }
  if (!header_seen) {
    problems.add(0, "is empty, but must start with the header '" + joined(required) + "'");
  }
}

void CsvTable::read_header(std::string_view line, int number, std::span<const std::string> required,
                           std::span<const std::string> optional, Problems& problems) {
  std::vector<std::string> known(required.begin(), required.end());
  known.insert(known.end(), optional.begin(), optional.end());
  std::string rest = " (the header is '" + joined(required) + "'";
  rest += optional.empty() ? ")" : ", and may name " + joined(optional) + ")";
  bool good = true;
  const auto wrong = [&](const std::string& what) {
    problems.add(number, what + rest);
    good = false;
  };
  std::vector<std::string_view> names;
  for (std::string_view left = line;;) {
    const std::size_t comma = left.find(',');
    names.push_back(trimmed(left.substr(0, comma)));
    if (comma == std::string_view::npos) {
      break;
    }
    left.remove_prefix(comma + 1);
  }
  if (names.size() == 1 && !comma_hint(line).empty()) {
    wrong("header '" + std::string(line) + "' is one field" + comma_hint(line));
    return;
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!contains(known, names[i])) {
      wrong("unknown column '" + std::string(names[i]) + "'" + did_you_mean(names[i], known));
    } else if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
               names.begin() + static_cast<std::ptrdiff_t>(i)) {
      wrong("column '" + std::string(names[i]) + "' is named twice");
    }
  }
  for (const std::string& name : required) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      wrong("the header lacks column '" + name + "'");
    }
  }
  if (good) {
    header_ = std::move(names);
    width_ = header_.size();
  }
}

void CsvTable::read_row(std::string_view line, int number, Problems& problems) {
  const std::size_t before = fields_.size();
  std::size_t start = 0;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i == line.size() || line[i] == ',') {
      fields_.push_back(trimmed(line.substr(start, i - start)));
      start = i + 1;
    }
  }
  const std::size_t count = fields_.size() - before;
  if (count != width_) {
    std::string names;
    for (const std::string_view name : header_) {
      names += (names.empty() ? "" : ",") + std::string(name);
    }
    problems.add(number, "the row has " + std::to_string(count) + (count == 1 ? " field" : " fields") +
                             ", but needs " + std::to_string(width_) + " (" + names + ")" +
                             (count < width_ ? comma_hint(line) : ""));
    fields_.resize(before);
    return;
  }
  lines_.push_back(number);
}

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
  const auto found = std::find(header_.begin(), header_.end(), name);
  if (found == header_.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - header_.begin());
}

std::optional<double> decimal_number(std::string_view field) {
  double value = 0;
  const char* end = field.data() + field.size();
  const auto [stop, error] = std::from_chars(field.data(), end, value);
  if (error != std::errc{} || stop != end || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> counting_number(std::string_view field) {
  std::int64_t value = 0;
  const char* end = field.data() + field.size();
  const auto [stop, error] = std::from_chars(field.data(), end, value);
  if (error != std::errc{} || stop != end || field.front() == '-') {
    return std::nullopt;
  }
  return value;
}

}  // namespace kirchhoff::foundation
