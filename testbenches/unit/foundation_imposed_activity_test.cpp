#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "foundation/error.h"
#include "foundation/imposed_activity.h"
#include "foundation/peak.h"
#include "testbenches/unit/technology_of_node.h"

namespace kirchhoff::foundation {
namespace {

using testing::HasSubstr;

TEST(ImposedActivity, IsKnownExactlyAndTheRestStays) {
  Technology technology = unit::technology_of_node("90nm");
  const Technology before = technology;
  impose_activity(
      "[activity]\nduty_x = 0.31\ng_pcm_pair = \"7 uS\"\nn_upd = 31\nk_transfer = \"4000 examples\"\n",
      "mine.toml", technology);
  EXPECT_EQ(technology.duty_x.low, 0.31);
  EXPECT_EQ(technology.duty_x.base, 0.31);
  EXPECT_EQ(technology.duty_x.high, 0.31);
  EXPECT_EQ(technology.duty_x.mark, Mark::user);
  EXPECT_EQ(technology.duty_x.place, "mine.toml:2");
  EXPECT_DOUBLE_EQ(technology.g_pcm_pair.base, 7e-6);
  EXPECT_EQ(technology.k_transfer.base, 4000);
  EXPECT_EQ(technology.n_upd.high, 31) << "given, though it is the base value: no range any more";
  EXPECT_EQ(technology.duty_d.low, before.duty_d.low);
  EXPECT_EQ(technology.e_adc.base, before.e_adc.base);
}

/// Every key does something, so that none is forgotten on either side.
TEST(ImposedActivity, EveryKeyChangesTheClosedForm) {
  const Technology technology = unit::technology_of_node("90nm");
  for (const std::string& key : activity_keys()) {
    Technology drawn = technology;
    for (const TechnologyField& field : technology_fields()) {
      if (field.name == key) (drawn.*field.member).base *= 0.5;
    }
    const auto result = [](const Technology& t) {
      return peak(closed_form_activity(t), closed_form_geometry({512, 512, 0, {}}, t), t).with_transfer;
    };
    EXPECT_NE(result(drawn).tops_per_watt, result(technology).tops_per_watt) << key;
  }
}

std::string refusal(const std::string& text) {
  Technology technology = unit::technology_of_node("90nm");
  try {
    impose_activity(text, "mine.toml", technology);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(ImposedActivity, RefusalsNamePlaceValueAndWhatIsRight) {
  EXPECT_THAT(
      refusal("[activity]\nduty_x = 1.2\n"),
      testing::AllOf(HasSubstr("mine.toml:2"), HasSubstr("duty_x"), HasSubstr("1.2"), HasSubstr("0 .. 1")));
  EXPECT_THAT(refusal("[activity]\n\nduty_z = 0.2\n"),
              testing::AllOf(HasSubstr("mine.toml:3"), HasSubstr("duty_z"), HasSubstr("did you mean")));
  EXPECT_THAT(refusal("[activity]\ng_cap = 12\n"),
              testing::AllOf(HasSubstr("mine.toml:2"), HasSubstr("unit")));
  EXPECT_THAT(refusal("[activity]\ng_cap = \"12 ns\"\n"),
              testing::AllOf(HasSubstr("mine.toml:2"), HasSubstr("ns")));
  EXPECT_THAT(refusal("[activity]\nn_upd = \"many\"\n"), HasSubstr("many"));
  EXPECT_THAT(refusal("[activity\n"), HasSubstr("mine.toml:1"));
  EXPECT_THAT(refusal("[activties]\nduty_x = 0.2\n"), HasSubstr("[activity]"));
}

}  // namespace
}  // namespace kirchhoff::foundation
