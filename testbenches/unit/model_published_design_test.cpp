#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "foundation/error.h"
#include "model/presets/embedded_files.h"
#include "model/validation/comparison.h"
#include "model/validation/published_design.h"

namespace kirchhoff::model {
namespace {

using foundation::InputError;
using foundation::Mark;

constexpr std::size_t few_draws = 2000;

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

std::string text_of(const std::string& name) {
  return std::string(find_file(embedded_designs(), name)->text);
}

std::string error_of(const std::string& text) {
  try {
    parse_design(text, "d.toml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(PublishedDesign, EveryOneOfOursIsReadAndSaysWhereItsValuesComeFrom) {
  EXPECT_GE(design_names().size(), 4U);
  for (const std::string& name : design_names()) {
    const PublishedDesign design = load_design(name);
    EXPECT_EQ(design.name, name);
    EXPECT_FALSE(design.published.empty()) << name;
    EXPECT_FALSE(design.given.empty()) << name;
    for (const foundation::TechnologyField& field : foundation::technology_fields()) {
      const foundation::Quantity& quantity = design.technology.*field.member;
      EXPECT_FALSE(quantity.note.empty()) << name << " " << field.name;
      EXPECT_NE(quantity.mark, Mark::user) << name << " " << field.name;
    }
  }
}

TEST(PublishedDesign, RatiosAreAsTheyWereRecorded) {
  // Model / published, and whether the published value lies in the model's 5-95 % interval. A record, no aim:
  // whoever changes the model or a parameter writes down what that does.
  struct Record {
    double ratio;
    bool inside;
  };
  const std::map<std::pair<std::string, std::string>, Record> records{
      {{"analog-ai-tile", "tops_per_watt"}, {0.600, true}},
      {{"chang-2019", "tops_per_watt"}, {1.904, false}},
      {{"giordano-converter", "conversion_energy"}, {0.617, false}},
      {{"giordano-converter", "conversion_time"}, {1.237, true}},
      {{"hermes-64", "tops"}, {1.023, true}},
      {{"hermes-64", "tops_per_watt"}, {1.607, false}},
      {{"hermes-core", "tops_per_watt"}, {1.544, false}},
      {{"hermes-core", "tops_per_mm2"}, {2.128, false}},
      {{"marinella-block", "read_energy"}, {0.402, false}},
      {{"marinella-block", "mac_energy"}, {0.326, false}},
      {{"marinella-block", "read_time"}, {1.000, true}},
      {{"marinella-block", "update_time"}, {1.000, true}},
      {{"rpu", "tops_per_watt"}, {23.498, false}},
  };
  std::set<std::pair<std::string, std::string>> seen;
  for (const std::string& name : design_names()) {
    for (const Comparison& comparison : compare(load_design(name))) {
      const std::pair key{name, comparison.published.quantity};
      seen.insert(key);
      const auto record = records.find(key);
      ASSERT_NE(record, records.end()) << key.first << " " << key.second << ": " << comparison.ratio;
      EXPECT_NEAR(comparison.ratio / record->second.ratio, 1, 0.02) << key.first << " " << key.second;
      EXPECT_EQ(comparison.inside, record->second.inside) << key.first << " " << key.second;
      EXPECT_EQ(comparison.inside, comparison.published.outside.empty())
          << key.first << " " << key.second << ": a value outside, and only such a one, says why";
    }
  }
  EXPECT_EQ(seen.size(), records.size());
}

TEST(Comparison, IsTheClosedFormOfTheDesign) {
  const PublishedDesign design = load_design("marinella-block");
  for (const Comparison& comparison : compare(design, few_draws)) {
    EXPECT_LE(comparison.interval.p5, comparison.interval.median);
    EXPECT_LE(comparison.interval.median, comparison.interval.p95);
    EXPECT_DOUBLE_EQ(comparison.ratio, comparison.model / comparison.published.value);
    if (comparison.published.quantity == "read_time") {
      EXPECT_DOUBLE_EQ(comparison.model, design.technology.t_int.base + design.technology.t_conv.base);
    }
    if (comparison.published.quantity == "update_time") {
      EXPECT_DOUBLE_EQ(comparison.model, design.technology.n_upd.base * design.technology.t_upd.base);
    }
  }
}

TEST(Comparison, ConversionsAreThoseOfTheColumns) {
  for (const Comparison& comparison : compare(load_design("giordano-converter"), few_draws)) {
    if (comparison.published.quantity == "conversion_energy") {
      EXPECT_NEAR(comparison.model, 512 * 12e-12, 1e-15);
      ASSERT_FALSE(comparison.assumed.empty() && comparison.inside);
    }
  }
}

TEST(Comparison, DoesNotDependOnWhatIsPublished) {
  const std::string text = text_of("hermes-core");
  const auto plain = compare(parse_design(text, "d.toml"), few_draws);
  const auto other =
      compare(parse_design(replaced(text, "\"10.5 TOP/s/W\"", "\"999 TOP/s/W\""), "d.toml"), few_draws);
  ASSERT_EQ(plain.size(), other.size());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    EXPECT_EQ(plain[i].model, other[i].model);
    EXPECT_EQ(plain[i].interval.p5, other[i].interval.p5);
  }
  EXPECT_FALSE(other[0].inside);
}

TEST(Comparison, NamesTheAssumedParametersThatMoveTheResult) {
  const PublishedDesign design = load_design("hermes-core");
  const auto comparisons = compare(design, few_draws);
  const auto& assumed = comparisons.at(0).assumed;  // TOP/s/W
  ASSERT_FALSE(assumed.empty());
  const auto named = [&](const std::string& name) {
    return std::find_if(assumed.begin(), assumed.end(),
                        [&](const Influence& influence) { return influence.parameter == name; });
  };
  ASSERT_NE(named("duty_x"), assumed.end());
  EXPECT_TRUE(named("duty_x")->given);
  EXPECT_GT(named("duty_x")->at_low, comparisons[0].model);
  EXPECT_LT(named("duty_x")->at_high, comparisons[0].model);
  ASSERT_NE(named("v_read"), assumed.end());
  EXPECT_FALSE(named("v_read")->given) << "from the technology file";
  EXPECT_EQ(named("t_int"), assumed.end()) << "published";
  EXPECT_EQ(named("e_set"), assumed.end()) << "of no influence";
}

TEST(PublishedDesign, WhatIsWrongIsToldAtOnce) {
  const std::string good = text_of("hermes-core");
  EXPECT_EQ(error_of(good), "");
  EXPECT_NE(error_of(replaced(good, "rows = 256", "rows = 0")).find("rows must be a whole number within 1"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(good, "[parameters.t_int]", "[parameters.t_itn]"))
                .find("unknown parameter 't_itn'; did you mean 't_int'?"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(good, "[published.tops_per_watt]", "[published.tops_per_wat]"))
                .find("unknown quantity 'published.tops_per_wat'; did you mean 'tops_per_watt'?"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(good, "\"10.5 TOP/s/W\"", "\"10.5 J\"")).find("is measured in TOP/s/W"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(good, "\"forward\"", "\"backward\"")).find("op_convention is 'backward'"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(good, "\"14nm\"", "\"7nm\"")).find("unknown technology '7nm'"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(good, "columns = 256", "colums = 256")).find("did you mean 'columns'?"),
            std::string::npos);
  const std::string several =
      error_of(replaced(replaced(good, "rows = 256", "rows = 0"), "\"14nm\"", "\"7nm\""));
  EXPECT_EQ(std::count(several.begin(), several.end(), '\n'), 1) << several;
}

TEST(PublishedDesign, MalformedTextNeverAborts) {
  for (const char* text : {"[", "", "name", "published = 3", "[published]\ntops = 3", "[published.tops]",
                           "[parameters]\nvdd = 3", "parameters = 3", "choices = 3", "choices = [1]",
                           "rows = \"many\"", "[rows]\nx = 1", "technology = 90", "\xff"}) {
    EXPECT_THROW(parse_design(text, "d.toml"), InputError) << text;
  }
}

TEST(Comparison, AResultOfNothingIsCompared) {
  // Conversions that take no time: no ratio to speak of, but nothing breaks.
  const std::string text =
      replaced(replaced(text_of("chang-2019"), "[published.tops_per_watt]", "[published.conversion_time]"),
               "\"13 TOP/s/W\"", "\"13 ns\"");
  const std::string whole =
      replaced(replaced(text, "\"12 TOP/s/W\"", "\"12 ns\""), "\"14 TOP/s/W\"", "\"14 ns\"");
  const auto comparisons = compare(parse_design(whole, "d.toml"), few_draws);
  ASSERT_EQ(comparisons.size(), 1U);
  EXPECT_EQ(comparisons[0].model, 0);
  EXPECT_EQ(comparisons[0].ratio, 0);
  EXPECT_FALSE(comparisons[0].inside);
  EXPECT_TRUE(comparisons[0].assumed.empty());
}

TEST(PublishedDesign, UnknownNamesAreAnsweredWithTheNearest) {
  try {
    load_design("hermes");
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("unknown design 'hermes'"), std::string::npos);
  }
  EXPECT_THROW(load_design("there/is/none.toml"), InputError);
}

}  // namespace
}  // namespace kirchhoff::model
