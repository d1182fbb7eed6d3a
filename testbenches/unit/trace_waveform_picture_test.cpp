#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "testbenches/trace/waveform_picture.h"

namespace kirchhoff::testbenches {
namespace {

using foundation::Duration;
using testing::HasSubstr;
using testing::Not;

WaveformScene scene_of(std::vector<WaveformScene::Row> rows) {
  WaveformScene scene;
  scene.title = "A & B";
  scene.begin = Duration{1'000'000};
  scene.end = Duration{11'000'000};
  scene.rows = std::move(rows);
  return scene;
}

TEST(WaveformPicture, TextsStandInTheirSpansOrBelow) {
  const std::string svg =
      waveform_picture(scene_of({{"firmware",
                                  {{Duration{2'000'000}, Duration{6'000'000}, "long_enough", "#123456"},
                                   {Duration{6'000'000}, Duration{6'010'000}, "narrow", "#654321"},
                                   {Duration{7'000'000}, Duration{7'010'000}, "silent", "#654321", false},
                                   {Duration{0}, Duration{900'000}, "before", "#000000"},
                                   {Duration{11'000'000}, Duration{12'000'000}, "behind", "#000000"}},
                                  false}}));
  EXPECT_THAT(svg, HasSubstr("<title>A &amp; B</title>"));
  EXPECT_THAT(svg, HasSubstr("fill=\"#ffffff\" text-anchor=\"middle\">long_enough</text>"));
  EXPECT_THAT(svg, HasSubstr("fill=\"#222222\">narrow</text>"));
  EXPECT_THAT(svg, Not(HasSubstr(">silent</text>")));
  EXPECT_THAT(svg, HasSubstr("<title>silent, 10.0 ns</title>")) << "under the pointer";
  EXPECT_THAT(svg, Not(HasSubstr("before")));
  EXPECT_THAT(svg, Not(HasSubstr("behind")));
  EXPECT_THAT(svg, HasSubstr("time, us"));
}

TEST(WaveformPicture, TextsDoNotCrossEachOther) {
  WaveformScene::Row row{"firmware", {}, false};
  for (int i = 0; i < 20; ++i) {
    row.spans.push_back({Duration{5'000'000 + 100'000 * i}, Duration{5'050'000 + 100'000 * i},
                         "function_" + std::to_string(i), "#123456"});
  }
  const std::string svg = waveform_picture(scene_of({row}));
  struct Text {
    double x;
    double y;
    double end;
  };
  std::vector<Text> texts;
  const std::regex pattern(
      "<text x=\"([0-9.]+)\" y=\"([0-9.]+)\" font-size=\"11\" fill=\"#222222\">(function_[0-9]+)<");
  for (auto match = std::sregex_iterator(svg.begin(), svg.end(), pattern); match != std::sregex_iterator();
       ++match) {
    const double x = std::stod((*match)[1]);
    texts.push_back({x, std::stod((*match)[2]), x + 6 * static_cast<double>((*match)[3].length())});
  }
  EXPECT_GE(texts.size(), 8U) << "eight lines of them";
  EXPECT_LT(texts.size(), 20U) << "more do not fit";
  for (const Text& text : texts) {
    for (const Text& other : texts) {
      // Neither the text nor the line above it, which comes down at its begin.
      const bool at_or_above = other.y <= text.y && &other != &text;
      EXPECT_FALSE(at_or_above && other.x < text.x && text.x < other.end) << text.x << " " << text.y;
    }
  }
}

TEST(WaveformPicture, WiresAndMarks) {
  auto scene =
      scene_of({{"interrupt", {{Duration{3'000'000}, Duration{4'000'000}, "unseen", "#d1495b"}}, true}});
  scene.marks = {{Duration{3'000'000}, "rises"}};
  const std::string svg = waveform_picture(scene);
  EXPECT_THAT(svg, HasSubstr(">interrupt</text>"));
  EXPECT_THAT(svg, Not(HasSubstr("unseen")));
  EXPECT_THAT(svg, HasSubstr(">rises</text>"));
}

TEST(WaveformPicture, EmptySceneIsAPictureToo) {
  EXPECT_THAT(waveform_picture(WaveformScene{}), HasSubstr("</svg>"));
}

}  // namespace
}  // namespace kirchhoff::testbenches
