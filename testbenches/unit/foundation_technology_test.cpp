#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "foundation/error.h"
#include "foundation/technology.h"
#include "foundation/units.h"

namespace kirchhoff::foundation {
namespace {

/// A file with 1, 2, 3 of its unit for every parameter.
std::string complete_file() {
  std::string text = "name = \"test\"\ntitle = \"a test\"\n";
  for (const TechnologyField& field : technology_fields()) {
    const auto value = [&](double number) { return '"' + quantity_text(number, field.unit) + '"'; };
    text += "[" + std::string(field.name) + "]\nlow = " + value(1) + "\nbase = " + value(2) +
            "\nhigh = " + value(3) + "\nmark = \"assumed\"\nnote = \"why\"\nmeaning = \"what\"\n";
  }
  return text;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

std::string error_of(const std::string& text) {
  try {
    parse_technology(text, "t.toml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Technology, ReadsEveryParameter) {
  const Technology technology = parse_technology(complete_file(), "t.toml");
  EXPECT_EQ(technology.name, "test");
  EXPECT_EQ(technology.title, "a test");
  for (const TechnologyField& field : technology_fields()) {
    const Quantity& quantity = technology.*field.member;
    EXPECT_EQ(quantity.low, 1) << field.name;
    EXPECT_EQ(quantity.base, 2) << field.name;
    EXPECT_EQ(quantity.high, 3) << field.name;
    EXPECT_EQ(quantity.unit, field.unit) << field.name;
    EXPECT_EQ(quantity.note, "why");
    EXPECT_EQ(quantity.meaning, "what");
    EXPECT_EQ(quantity.mark, Mark::assumed);
  }
  EXPECT_EQ(technology.n_row.place, "t.toml:3");
}

TEST(Technology, FieldsNameEveryMemberOnce) {
  std::set<std::string_view> names;
  Technology technology;
  for (const TechnologyField& field : technology_fields()) {
    EXPECT_TRUE(names.insert(field.name).second) << field.name;
    Quantity& quantity = technology.*field.member;
    EXPECT_EQ(quantity.base, 0) << field.name << " shares a member with another field";
    quantity.base = 1;
  }
  // The struct holds two texts, the node and the quantities, nothing that has no field.
  EXPECT_EQ(sizeof(Technology), 2 * sizeof(std::string) + sizeof(double) + names.size() * sizeof(Quantity));
}

TEST(Technology, StretchingMakesEveryTimeLongerAndNothingElse) {
  const Technology plain = parse_technology(complete_file(), "t.toml");
  Technology slow = plain;
  stretch_time(slow, 4);
  for (const TechnologyField& field : technology_fields()) {
    const double before = (plain.*field.member).base;
    const bool is_time = field.unit == "s";
    const bool is_pace = field.unit == "Hz" || field.unit == "byte/s";
    const double expected = is_time ? 4 * before : is_pace ? before / 4 : before;
    EXPECT_EQ((slow.*field.member).base, expected) << field.name;
    EXPECT_EQ((slow.*field.member).note != (plain.*field.member).note, is_time || is_pace) << field.name;
    EXPECT_LE((slow.*field.member).low, (slow.*field.member).base) << field.name;
    EXPECT_GE((slow.*field.member).high, (slow.*field.member).base) << field.name;
  }
  Technology same = plain;
  stretch_time(same, 1);
  EXPECT_EQ(same.t_int.note, plain.t_int.note);
}

TEST(Technology, ConvertsToTheDeclaredUnit) {
  const Technology technology = parse_technology(
      replaced(complete_file(), "[vdd]\nlow = \"1 V\"", "[vdd]\nlow = \"900 mV\""), "t.toml");
  EXPECT_EQ(technology.vdd.low, 0.9);
}

TEST(Technology, RefusesWhatIsMissingMisspeltOrWrong) {
  const std::string good = complete_file();
  EXPECT_EQ(error_of(replaced(good, "[vdd]", "[vddd]")),
            "t.toml: missing: vdd\nt.toml:52: unknown section 'vddd'; did you mean 'vdd'?");
  EXPECT_EQ(error_of(replaced(good, "[vdd]\nlow = \"1 V\"", "[vdd]\nlow = \"5 V\"")),
            "t.toml:52: vdd needs low <= base <= high, but has 5 V, 2 V, 3 V");
  EXPECT_EQ(error_of(replaced(good, "[vdd]\nlow = \"1 V\"", "[vdd]\nlow = \"0 V\"")),
            "t.toml:52: vdd.low must be greater than 0");
  EXPECT_EQ(error_of(replaced(good, "[vdd]\nlow = \"1 V\"", "[vdd]\nlow = \"1 A\"")),
            "t.toml:53: vdd.low is \"1 A\", but is measured in V, e.g. \"1 V\"");
  EXPECT_EQ(error_of(replaced(good, "[vdd]\nlow = \"1 V\"", "[vdd]\nlow = \"-1 V\""))
                .rfind("t.toml:53: vdd.low", 0),
            0U);
  EXPECT_EQ(error_of(replaced(good, "[vdd]\nlow = \"1 V\"", "[vdd]")), "t.toml:52: vdd lacks its low");
  EXPECT_EQ(error_of(replaced(good, "[vdd]\nlow", "[vdd]\nlwo = 1\nlow")),
            "t.toml:53: unknown key 'vdd.lwo'; did you mean 'low'?");
  EXPECT_EQ(error_of(replaced(good, "mark = \"assumed\"", "mark = \"asumed\"")),
            "t.toml:7: n_row.mark is \"asumed\", but must be one of source, derived, assumed, user; "
            "did you mean 'assumed'?");
  EXPECT_EQ(error_of(replaced(good, "mark = \"assumed\"\n", "")), "t.toml:3: n_row lacks its mark");
  EXPECT_EQ(error_of(replaced(good, "name = \"test\"", "name = 3")),
            "t.toml:1: name must be given, a text in quotes");
}

TEST(Technology, MaySayItsNode) {
  EXPECT_EQ(parse_technology(complete_file(), "t.toml").feature_nm, 0);
  EXPECT_EQ(parse_technology("feature_nm = 45\n" + complete_file(), "t.toml").feature_nm, 45);
  EXPECT_EQ(error_of("feature_nm = \"45 nm\"\n" + complete_file()),
            "t.toml:1: feature_nm must be a number greater than 0, as in 90");
  EXPECT_NE(error_of("feature_nm = -45\n" + complete_file()), "");
}

TEST(Technology, ReadsTakeTheLongerOfBothWhereTheyOverlap) {
  Technology technology;
  technology.t_int.base = 100e-9;
  technology.t_conv.base = 30e-9;
  EXPECT_DOUBLE_EQ(read_s(technology, false), 130e-9);
  EXPECT_DOUBLE_EQ(read_s(technology, true), 100e-9);
  technology.t_conv.base = 400e-9;
  EXPECT_DOUBLE_EQ(read_s(technology, true), 400e-9);
}

TEST(Technology, AllProblemsAtOnce) {
  const std::string message = error_of(replaced(
      replaced(complete_file(), "[vdd]\nlow = \"1 V\"", "[vdd]\nlow = \"1 A\""), "[a_ovh]", "[a_hov]"));
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 2) << message;
}

TEST(Technology, MalformedTextNeverAborts) {
  for (const char* text : {"[\n", "", "name", "[vdd", "vdd = 3", "[[vdd]]\nlow=1", "vdd.low.x = 1", "\xff"}) {
    EXPECT_THROW(parse_technology(text, "t.toml"), InputError) << text;
  }
}

}  // namespace
}  // namespace kirchhoff::foundation
