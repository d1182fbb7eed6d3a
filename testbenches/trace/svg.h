#pragma once

#include <string>
#include <string_view>

namespace kirchhoff::testbenches {

/// A drawing in SVG, put together element by element. Lengths in pixels, y down.
class Svg {
 public:
  enum class Anchor { start, middle, end };
  struct TextStyle {
    double size = 12;
    std::string_view fill = "#222222";
    Anchor anchor = Anchor::start;
    bool bold = false;
  };

  void rectangle(double x, double y, double width, double height, std::string_view fill, double opacity = 1);
  void line(double x1, double y1, double x2, double y2, std::string_view stroke, double width = 1);
  /// A closed area; `points` as "x,y x,y ...".
  void polygon(const std::string& points, std::string_view fill, double opacity = 1);
  void text(double x, double y, std::string_view text, const TextStyle& style);
  /// Shown by browsers when the pointer is on the element drawn last.
  void title(std::string_view text);

  /// All of another drawing, in front of this one.
  void append(const Svg& other) { body_ += other.body_; }

  /// The whole file, on white.
  [[nodiscard]] std::string file(double width, double height, std::string_view title) const;

  /// "x,y " with two decimals.
  static std::string point(double x, double y);

 private:
  std::string body_;
};

/// Text where markup could be.
std::string xml_escaped(std::string_view text);

}  // namespace kirchhoff::testbenches
