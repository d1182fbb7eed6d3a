#include <gtest/gtest.h>

#include <string>

#include "foundation/utf8.h"

namespace {

using kirchhoff::foundation::first_invalid_utf8;

TEST(Utf8, GoodText) {
  for (const std::string text : {"", "plain", "\xC2\x80", "\u00B5S", "\xE0\xA0\x80", "\xED\x9F\xBF",
                                 "\xEE\x80\x80", "\xEF\xBB\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(first_invalid_utf8(text), std::nullopt) << text;
  }
  EXPECT_EQ(first_invalid_utf8(std::string(3, '\0')), std::nullopt);
}

TEST(Utf8, NamesTheFirstByteThatIsNone) {
  for (const std::string bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x9F\xBF", "\xE2\x82", "\xED\xA0\x80",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    EXPECT_EQ(first_invalid_utf8("ab\u00B5" + bad + "c"), 4U) << testing::PrintToString(bad);
    EXPECT_EQ(first_invalid_utf8("ab\u00B5" + bad), 4U) << testing::PrintToString(bad);
  }
}

}  // namespace
