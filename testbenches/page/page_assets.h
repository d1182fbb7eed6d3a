#pragma once

#include <string_view>

namespace kirchhoff::testbenches {

/// What report.html is put together from, built into the program.
struct PageAssets {
  std::string_view page;    ///< HTML with the marks %STYLE%, %REPORT%, %VEGA% and %SCRIPT%
  std::string_view style;   ///< CSS
  std::string_view vega;    ///< the plotting library; empty where it was not found at build time
  std::string_view script;  ///< draws the page from the report
};

[[nodiscard]] const PageAssets& page_assets();

}  // namespace kirchhoff::testbenches
