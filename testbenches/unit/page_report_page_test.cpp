#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "foundation/error.h"
#include "testbenches/page/report_page.h"

namespace kirchhoff::testbenches {
namespace {

constexpr PageAssets small{"<a>%STYLE%<b>%REPORT%<c>%VEGA%<d>%SCRIPT%<e>", "style", "vega", "script"};

TEST(ReportPage, PutsThePartsInTheirPlaces) {
  EXPECT_EQ(report_page("{}", small), "<a>style<b>{}<c>vega<d>script<e>");
}

TEST(ReportPage, LeavesAloneWhatItHasPutIn) {
  // A run may be called after a mark of the template.
  EXPECT_EQ(report_page(R"(["%VEGA% %SCRIPT% %REPORT%"])", small),
            R"(<a>style<b>["%VEGA% %SCRIPT% %REPORT%"]<c>vega<d>script<e>)");
}

TEST(ReportPage, NoStringOfTheReportIsMarkup) {
  EXPECT_EQ(json_for_html(R"({"a":"</script><!--<script>&lt;"})"),
            R"({"a":"\u003c/script\u003e\u003c!--\u003cscript\u003e\u0026lt;"})");
  EXPECT_EQ(json_for_html("[1e-9, \"caf\xc3\xa9\"]"), "[1e-9, \"caf\xc3\xa9\"]");
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) {
    ++found;
  }
  return found;
}

TEST(ReportPage, TemplateHasEachMarkOnceAndScriptsDoNotEndEarly) {
  const PageAssets& assets = page_assets();
  for (const char* mark : {"%STYLE%", "%REPORT%", "%VEGA%", "%SCRIPT%"}) {
    EXPECT_EQ(count(assets.page, mark), 1U) << mark;
  }
  for (const std::string_view code : {assets.vega, assets.script}) {
    EXPECT_EQ(count(code, "</script"), 0U);
    EXPECT_EQ(count(code, "<!--"), 0U);
    EXPECT_EQ(count(code, "sourceMappingURL"), 0U);
  }
  EXPECT_EQ(count(assets.style, "</style"), 0U);
  EXPECT_FALSE(assets.script.empty());
}

TEST(ReportPage, PlottingLibraryComesWithItsLicence) {
  const std::string_view vega = page_assets().vega;
  if (vega.empty()) {
    GTEST_SKIP() << "built without Vega (Debian package libjs-vega)";
  }
  EXPECT_EQ(count(vega, "University of Washington Interactive Data Lab"), 1U);
  EXPECT_EQ(count(vega, "Redistributions in binary form"), 1U);
}

TEST(ReportPage, IsWrittenWholeOrNotAtAll) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "kirchhoff_report_page_test";
  std::filesystem::create_directories(folder);
  write_report_page(folder / "report.html", "{}");
  std::ifstream file(folder / "report.html");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), report_page("{}"));
  try {
    write_report_page(folder / "missing" / "report.html", "{}");
    FAIL() << "no folder, no error";
  } catch (const foundation::InputError& error) {
    EXPECT_NE(std::string{error.what()}.find("missing/report.html"), std::string::npos) << error.what();
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace kirchhoff::testbenches
