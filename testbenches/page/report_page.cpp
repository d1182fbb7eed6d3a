#include "testbenches/page/report_page.h"

#include <array>
#include <utility>

#include "foundation/atomic_file.h"

namespace kirchhoff::testbenches {

std::string json_for_html(std::string_view json) {
  // In JSON these stand in strings only, where an escape means the same.
  std::string text;
  text.reserve(json.size());
  for (const char letter : json) {
    switch (letter) {
      case '<':
        text += "\\u003c";
        break;
      case '>':
        text += "\\u003e";
        break;
      case '&':
        text += "\\u0026";
        break;
      default:
        text += letter;
    }
  }
  return text;
}

std::string report_page(std::string_view report_json, const PageAssets& assets) {
  const std::string report = json_for_html(report_json);
  const std::array<std::pair<std::string_view, std::string_view>, 4> parts{{{"%STYLE%", assets.style},
                                                                            {"%REPORT%", report},
                                                                            {"%VEGA%", assets.vega},
                                                                            {"%SCRIPT%", assets.script}}};
  // From left to right, and never within what was put in: a name may be one of the marks.
  std::string page;
  std::string_view rest = assets.page;
  for (const auto& [mark, text] : parts) {
    const auto at = rest.find(mark);
    if (at == std::string_view::npos) {
      continue;
    }
    page += rest.substr(0, at);
    page += text;
    rest.remove_prefix(at + mark.size());
  }
  page += rest;
  return page;
}

void write_report_page(const std::filesystem::path& path, std::string_view report_json) {
  foundation::write_file_atomically(path, report_page(report_json));
}

}  // namespace kirchhoff::testbenches
