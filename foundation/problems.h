#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace kirchhoff::foundation {

/// Collects everything that is wrong with one file, so that the user hears it all at once.
class Problems {
 public:
  static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

  /// Of more than `most` problems the first are told, and how many more there are.
  explicit Problems(std::string file_name, std::size_t most = all)
      : file_name_(std::move(file_name)), most_(most) {}

  /// Line 0 names no line.
  void add(int line, const std::string& text);
  /// Throws InputError, one line per problem in order of the file's lines, where there are any.
  void raise() const;
  [[nodiscard]] bool empty() const { return problems_.empty(); }

  /// "file:line"
  [[nodiscard]] std::string place(int line) const;

 private:
  struct Problem {
    int line;
    std::string text;
  };

  std::string file_name_;
  std::size_t most_;
  std::vector<Problem> problems_;
};

/// Control characters written as escapes, so that a message stays on its line.
std::string printable(const std::string& text);

}  // namespace kirchhoff::foundation
