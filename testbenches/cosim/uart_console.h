#pragma once

#include <ostream>
#include <string>

namespace kirchhoff::testbenches {

/// What firmware sends over its UART: to people as it comes, a line at a time, and kept for the report.
class UartConsole {
 public:
  /// `out` null: only kept.
  explicit UartConsole(std::ostream* out) : out_(out) {}

  void put(char character);
  /// Ends a line that the firmware has not.
  void finish();

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  /// Enough for any report of a run; the rest is only shown.
  static constexpr std::size_t most_kept = 16U << 20;

  std::ostream* out_;
  std::string text_;
  char last_ = '\n';
};

}  // namespace kirchhoff::testbenches
