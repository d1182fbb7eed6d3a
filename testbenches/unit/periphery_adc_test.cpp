#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "foundation/random.h"
#include "periphery/converter.h"
#include "periphery/periphery_parameters.h"

namespace {

using namespace kirchhoff;
using periphery::Adc;

TEST(Adc, RangeAndStepFollowFromBitsAndFullScale) {
  const Adc adc{9, 6};
  EXPECT_EQ(adc.low_code, -256);
  EXPECT_EQ(adc.high_code, 255);
  EXPECT_FLOAT_EQ(adc.lsb, 6.0F / 256.0F);
}

TEST(Adc, CodesByHand) {
  const Adc adc{3, 4};  // lsb 1, codes -4..3
  const std::array<float, 9> values{0.0F, 0.49F, 0.51F, -0.49F, -0.51F, 2.4F, 3.2F, 3.6F, -4.6F};
  const std::array<std::int16_t, 9> expected{0, 0, 1, 0, -1, 2, 3, 3, -4};
  std::array<std::int16_t, 9> codes{};
  EXPECT_EQ(adc.convert(values, 1.0F, codes), 2U);  // 3.6 and -4.6 round beyond the range
  EXPECT_EQ(codes, expected);
}

TEST(Adc, ScaleBelongsToTheInput) {
  const Adc adc{9, 1};
  const std::array<float, 2> values{128.0F, -64.0F};
  std::array<std::int16_t, 2> codes{};
  EXPECT_EQ(adc.convert(values, 1.0F / 256.0F, codes), 0U);
  EXPECT_EQ(codes[0], 128);
  EXPECT_EQ(codes[1], -64);
}

TEST(Adc, RandomInputsAtSeveralWidths) {
  foundation::RandomSequence random{foundation::RandomStream{12, foundation::Purpose::data_set}, 0};
  for (const std::int64_t bits : {3, 5, 9, 12, 15}) {
    for (const std::size_t count : {1U, 7U, 16U, 50U, 131U}) {
      const double full_scale = 0.5 + 10 * random.uniform();
      const Adc adc{bits, full_scale};
      std::vector<float> values(count);
      for (float& value : values) {
        value = static_cast<float>(full_scale * (3 * random.uniform() - 1.5));
      }
      std::vector<std::int16_t> codes(count);
      const std::size_t overloads = adc.convert(values, 1.0F, codes);
      const double lsb = full_scale / std::ldexp(1.0, static_cast<int>(bits) - 1);
      std::size_t expected_overloads = 0;
      for (std::size_t i = 0; i < count; ++i) {
        const double exact = static_cast<double>(values[i]) / lsb;
        const double bounded =
            std::clamp(exact, static_cast<double>(adc.low_code), static_cast<double>(adc.high_code));
        // Half a code, and float rounding of the product.
        ASSERT_LE(std::fabs(codes[i] - bounded), 0.5 + 4e-7 * std::fabs(exact)) << bits << " bits";
        expected_overloads += exact >= adc.high_code + 0.5 || exact < adc.low_code - 0.5 ? 1U : 0U;
      }
      EXPECT_EQ(overloads, expected_overloads) << bits << " bits, " << count << " values";
    }
  }
}

TEST(Adc, NoOverloadAtTheEdges) {
  const Adc adc{9, 256};  // lsb 1
  const std::array<float, 4> values{-256.0F, 255.0F, 255.49F, -256.49F};
  std::array<std::int16_t, 4> codes{};
  EXPECT_EQ(adc.convert(values, 1.0F, codes), 0U);
  EXPECT_EQ(codes[0], -256);
  EXPECT_EQ(codes[2], 255);
  EXPECT_EQ(codes[3], -256);
}

TEST(Adc, OutputRangeFollowsTheNumberOfClasses) {
  periphery::PeripheryParameters parameters;
  EXPECT_EQ(output_full_scale(parameters, 10), 10.0);
  EXPECT_EQ(output_full_scale(parameters, 11), 16.0);
  EXPECT_EQ(output_full_scale(parameters, 100), 16.0);
  parameters.adc_output_full_scale = 7;
  EXPECT_EQ(output_full_scale(parameters, 100), 7.0);
}

}  // namespace
