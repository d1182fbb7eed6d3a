#include "testbenches/trace/svg.h"

#include <array>
#include <charconv>

namespace kirchhoff::testbenches {

namespace {

/// Two decimals are finer than any screen; zeros at the end only make the file longer.
std::string number(double value) {
  std::array<char, 40> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed, 2).ptr;
  std::string text(digits.data(), end);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) {
    text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

std::string attribute(std::string_view name, std::string_view value) {
  return ' ' + std::string{name} + "=\"" + std::string{value} + '"';
}

std::string attribute(std::string_view name, double value) {
  return attribute(name, number(value));
}

std::string filled(std::string_view fill, double opacity) {
  return attribute("fill", fill) + (opacity < 1 ? attribute("fill-opacity", opacity) : std::string{});
}

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    switch (letter) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += letter;
    }
  }
  return escaped;
}

std::string Svg::point(double x, double y) {
  return number(x) + ',' + number(y) + ' ';
}

void Svg::rectangle(double x, double y, double width, double height, std::string_view fill, double opacity) {
  body_ += "<rect" + attribute("x", x) + attribute("y", y) + attribute("width", width) +
           attribute("height", height) + filled(fill, opacity) + "/>\n";
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view stroke, double width) {
  body_ += "<line" + attribute("x1", x1) + attribute("y1", y1) + attribute("x2", x2) + attribute("y2", y2) +
           attribute("stroke", stroke) + attribute("stroke-width", width) + "/>\n";
}

void Svg::polygon(const std::string& points, std::string_view fill, double opacity) {
  body_ += "<polygon" + attribute("points", points) + filled(fill, opacity) + "/>\n";
}

void Svg::text(double x, double y, std::string_view text, const TextStyle& style) {
  constexpr std::array<std::string_view, 3> anchors{"start", "middle", "end"};
  body_ += "<text" + attribute("x", x) + attribute("y", y) + attribute("font-size", style.size) +
           attribute("fill", style.fill) +
           (style.anchor == Anchor::start
                ? std::string{}
                : attribute("text-anchor", anchors[static_cast<std::size_t>(style.anchor)])) +
           (style.bold ? attribute("font-weight", "bold") : std::string{}) + '>' + xml_escaped(text) +
           "</text>\n";
}

void Svg::title(std::string_view text) {
  const std::size_t close = body_.rfind("/>");
  const std::size_t tag = body_.rfind('<', close);
  const std::string name = body_.substr(tag + 1, body_.find(' ', tag) - tag - 1);
  body_.replace(close, 2, "><title>" + xml_escaped(text) + "</title></" + name + '>');
}

std::string Svg::file(double width, double height, std::string_view title) const {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", width) +
         attribute("height", height) + attribute("viewBox", "0 0 " + number(width) + ' ' + number(height)) +
         attribute("font-family", "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif") + ">\n<title>" +
         xml_escaped(title) + "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n" + body_ +
         "</svg>\n";
}

}  // namespace kirchhoff::testbenches
