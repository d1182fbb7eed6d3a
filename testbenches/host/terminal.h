#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kirchhoff::testbenches {

/// What an output can show.
struct Terminal {
  int columns = 100;
  bool interactive = false;  ///< a person may be watching: progress bars make sense
  bool unicode = false;      ///< block characters and the like
  bool colour = false;
};

/// Of an open file descriptor. Unicode where the locale is UTF-8 and the output a capable terminal; colour
/// there too, unless NO_COLOR is set to anything (no-color.org). Columns from the terminal, else $COLUMNS,
/// else 100; 40 at least.
[[nodiscard]] Terminal terminal_of(int file_descriptor);

enum class Style : unsigned char { plain, strong, faint, good, bad, warn, accent };

/// Columns that UTF-8 text takes, every code point taken as one.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// Lines of at most `width` columns, broken at blanks; a longer word stays whole.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t width);

/// One line of output, put together piece by piece; knows its width without the escape sequences.
class StyledLine {
 public:
  explicit StyledLine(const Terminal& terminal) : colour_(terminal.colour) {}

  StyledLine& add(std::string_view text, Style style = Style::plain);
  /// Text that ends `width` columns further, after one blank at least.
  StyledLine& right(std::string_view text, std::size_t width, Style style = Style::plain);
  /// Text, then blanks up to `width` columns.
  StyledLine& left(std::string_view text, std::size_t width, Style style = Style::plain);
  /// Blanks up to this column; none where the line is there already.
  StyledLine& to_column(std::size_t column);
  StyledLine& append(const StyledLine& other);

  [[nodiscard]] std::size_t width() const { return width_; }
  /// Without blanks at the end.
  [[nodiscard]] std::string text() const;

 private:
  bool colour_;
  std::string text_;
  std::size_t width_ = 0;
};

/// A horizontal bar, `fraction` of `width` columns; anything above 0 shows.
[[nodiscard]] std::string bar(double fraction, std::size_t width, const Terminal& terminal);

}  // namespace kirchhoff::testbenches
