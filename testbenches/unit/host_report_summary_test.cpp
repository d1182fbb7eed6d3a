#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "testbenches/host/report_summary.h"
#include "testbenches/unit/report_example.h"

namespace kirchhoff::testbenches {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<OutputFile> files{{"runs/209k/report.json", "everything, machine readable"}};

TEST(ReportSummary, ShowsWhatMatters) {
  const std::string text = report_summary(unit::example_result(), {}, files);
  for (const char* part : {"209k",
                           "528-250-125-10",
                           "PASS",
                           "96.85 % on strokes",
                           "float32 software 97.30 % (gap 0.45)",
                           "linear classifier 88.95 %",
                           "TOP/s/W",
                           "3.65",
                           "2.9-5.7",
                           "median",
                           "0.256",
                           "28.1",
                           "0.100",
                           "pJ/op",
                           "0.274",
                           "0.18-0.35",
                           "What would it take? No point within the ranges has both published figures",
                           "t_conv",
                           "4.10 .. 3.40",
                           "0.0301 .. 0.0151",
                           "240 ms for 100,000 examples, 2.40 us each",
                           "13,492 examples/s",
                           "Energy per example  200 nJ",
                           "array read forward",
                           "75.0%",
                           "Time per example  2.40 us",
                           "Area  17.0 mm2",
                           "epoch 2",
                           "8,000, before transfer, 1.50 s",
                           "16,000, after transfer, 1.50 s",
                           "34.25",
                           "1,577 in 85.8 us",
                           "384,000,000",
                           "limit 1",
                           "first warning",
                           "runs/209k/report.json"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, Not(HasSubstr("routing"))) << "nothing was spent on it";
  EXPECT_THAT(report_summary({}, {}, {}), Not(HasSubstr("Power off"))) << "it never failed";
}

TEST(ReportSummary, LeverageStopsAfterFive) {
  RunResult result = unit::example_result();
  result.efficiency.tornado.resize(9, result.efficiency.tornado[1]);
  const std::string text = report_summary(result, {}, {});
  std::size_t rows = 0;
  for (std::size_t at = 0; (at = text.find("\n  e_adc ", at)) != std::string::npos; ++at) ++rows;
  EXPECT_EQ(rows, 4U);
  EXPECT_THAT(text, HasSubstr("most of 9"));
  EXPECT_THAT(report_summary({}, {}, {}), Not(HasSubstr("Leverage")));
}

TEST(ReportSummary, AFailedCheckShows) {
  RunResult result = unit::example_result();
  result.checks.push_back({"second", 2, 1, false});
  EXPECT_FALSE(result.passed());
  const std::string text = report_summary(result, {}, {});
  EXPECT_THAT(text, HasSubstr("FAIL second: 2 (limit 1)"));
  EXPECT_THAT(text.substr(0, text.find('\n')), HasSubstr("FAIL"));
}

TEST(ReportSummary, KeepsTheWidthOfTheTerminal) {
  for (int columns = 58; columns <= 140; ++columns) {
    for (const bool unicode : {false, true}) {
      Terminal terminal;
      terminal.columns = columns;
      terminal.unicode = unicode;
      std::istringstream lines(report_summary(unit::example_result(), terminal, files));
      std::string line;
      while (std::getline(lines, line)) {
        EXPECT_LE(display_width(line), static_cast<std::size_t>(std::min(columns, 100)))
            << columns << ": " << line;
        EXPECT_TRUE(line.empty() || line.back() != ' ') << "blank at the end: " << line;
      }
    }
  }
}

TEST(ReportSummary, PlainOutputIsAscii) {
  const std::string text = report_summary(unit::example_result(), {}, files);
  EXPECT_TRUE(
      std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
}

TEST(ReportSummary, ColourChangesNoText) {
  Terminal colourful;
  colourful.colour = true;
  const std::string plain = report_summary(unit::example_result(), {}, files);
  std::string stripped = report_summary(unit::example_result(), colourful, files);
  EXPECT_THAT(stripped, HasSubstr("\x1b[1;32mPASS\x1b[0m"));
  for (std::size_t start = 0; (start = stripped.find('\x1b', start)) != std::string::npos;) {
    stripped.erase(start, stripped.find('m', start) - start + 1);
  }
  // Padding before an escape sequence stays; compare without blanks at the ends of lines.
  std::istringstream a(plain);
  std::istringstream b(stripped);
  std::string line_a;
  std::string line_b;
  while (std::getline(a, line_a)) {
    ASSERT_TRUE(std::getline(b, line_b));
    EXPECT_EQ(line_b.substr(0, line_b.find_last_not_of(' ') + 1), line_a);
  }
}

TEST(ReportSummary, LongRunsShowTenEpochs) {
  RunResult result = unit::example_result();
  result.accuracy.per_epoch.clear();
  for (int epoch = 1; epoch <= 50; ++epoch) result.accuracy.per_epoch.push_back({epoch, 90.0, {}, 0.1});
  const std::string text = report_summary(result, {}, {});
  std::size_t rows = 0;
  for (std::size_t at = 0; (at = text.find("  epoch ", at)) != std::string::npos; ++at) ++rows;
  EXPECT_EQ(rows, 10U);
  EXPECT_THAT(text, HasSubstr("epoch 1 "));
  EXPECT_THAT(text, HasSubstr("epoch 50"));
}

TEST(ReportSummary, ARunWithoutTestHasNoAccuracy) {
  RunResult result = unit::example_result();
  result.accuracy = {};
  EXPECT_THAT(report_summary(result, {}, {}), Not(HasSubstr("Test accuracy")));
}

}  // namespace
}  // namespace kirchhoff::testbenches
