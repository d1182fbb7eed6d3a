#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/problems.h"

namespace kirchhoff::foundation {

/// The text of a file; InputError where it cannot be read.
std::string read_text_file(const std::string& path);

/// A table of comma separated values with a header line, read strictly.
///
/// UTF-8 with or without byte order mark; lines end with LF or CRLF; blank lines and lines that start with #
/// are skipped; spaces and tabs around a field do not count; there are no quotes. The header names every
/// required column, any optional one, none twice, in any order. Every row has as many fields as the header.
/// What is wrong goes into `problems` with its line; rows of the wrong length are left out. Fields are views
/// into the text, which must outlive the table.
class CsvTable {
 public:
  /// `required` names columns that must be there, `optional` those that may be.
  CsvTable(std::string_view text, std::span<const std::string> required,
           std::span<const std::string> optional, Problems& problems);

  /// False where the header could not be understood; there are no rows then.
  [[nodiscard]] bool has_header() const { return width_ > 0; }
  [[nodiscard]] std::size_t rows() const { return lines_.size(); }
  [[nodiscard]] int line(std::size_t row) const { return lines_[row]; }
  /// Its place in a row; nothing for an optional column that is not there.
  [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const;
  [[nodiscard]] std::string_view field(std::size_t row, std::size_t column) const {
    return fields_[row * width_ + column];
  }

 private:
  void read_header(std::string_view line, int number, std::span<const std::string> required,
                   std::span<const std::string> optional, Problems& problems);
  void read_row(std::string_view line, int number, Problems& problems);

  std::size_t width_ = 0;
  std::vector<std::string_view> header_;
  std::vector<std::string_view> fields_;  ///< row by row
  std::vector<int> lines_;
};

/// A decimal number ("12.5", "-3", "1e-3"), the whole field; nothing for anything else, also for "inf", "nan"
/// and what a double cannot hold.
std::optional<double> decimal_number(std::string_view field);
/// Decimal digits only; nothing for anything else and beyond 63 bits.
std::optional<std::int64_t> counting_number(std::string_view field);

}  // namespace kirchhoff::foundation
