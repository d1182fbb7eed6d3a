#include "foundation/problems.h"

#include <algorithm>
#include <string_view>

#include "foundation/error.h"

namespace kirchhoff::foundation {

std::string printable(const std::string& text) {
  constexpr std::string_view hex = "0123456789abcdef";
  constexpr unsigned char first_printable = 0x20;
  constexpr unsigned char del = 0x7f;
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < first_printable || byte == del) {
      out += "\\u00";
      out += hex[byte >> 4U];
      out += hex[byte & 0xfU];
    } else {
      out += c;
    }
  }
  return out;
}

void Problems::add(int line, const std::string& text) {
  problems_.push_back({line, text});
}

std::string Problems::place(int line) const {
  return line > 0 ? file_name_ + ":" + std::to_string(line) : file_name_;
}

void Problems::raise() const {
  if (problems_.empty()) {
    return;
  }
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
  std::string text;
  for (std::size_t i = 0; i < std::min(sorted.size(), most_); ++i) {
    const Problem& problem = sorted[i];
    text += (text.empty() ? "" : "\n") + printable(place(problem.line) + ": " + problem.text);
  }
  if (sorted.size() > most_) {
    const std::size_t rest = sorted.size() - most_;
    text += "\n" +
            printable(place(0) + ": and " + std::to_string(rest) + " more problem" + (rest == 1 ? "" : "s"));
  }
  throw InputError(text);
}

}  // namespace kirchhoff::foundation
