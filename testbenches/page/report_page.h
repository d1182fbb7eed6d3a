#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "testbenches/page/page_assets.h"

namespace kirchhoff::testbenches {

/// report.json as a page to look at: one file without any reference to another or to a network. It holds the
/// report itself and draws from it in the browser. `report_json`: as report_json() writes it, valid UTF-8.
[[nodiscard]] std::string report_page(std::string_view report_json, const PageAssets& assets = page_assets());

/// Written whole or not at all; InputError where it cannot be.
void write_report_page(const std::filesystem::path& path, std::string_view report_json);

/// JSON of the same meaning that no HTML parser takes for markup, whatever its strings hold.
[[nodiscard]] std::string json_for_html(std::string_view json);

}  // namespace kirchhoff::testbenches
