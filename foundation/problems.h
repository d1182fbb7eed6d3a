#pragma once

#include <string>
#include <vector>

namespace kirchhoff::foundation {

/// Collects everything that is wrong with one file, so that the user hears it all at once.
class Problems {
 public:
  /// Line 0 names no line.
  explicit Problems(std::string file_name) : file_name_(std::move(file_name)) {}

  void add(int line, const std::string& text);
  /// Throws InputError, one line per problem in order of the file's lines, where there are any.
  void raise() const;

  /// "file:line"
  [[nodiscard]] std::string place(int line) const;

 private:
  struct Problem {
    int line;
    std::string text;
  };

  std::string file_name_;
  std::vector<Problem> problems_;
};

/// Control characters written as escapes, so that a message stays on its line.
std::string printable(const std::string& text);

}  // namespace kirchhoff::foundation
