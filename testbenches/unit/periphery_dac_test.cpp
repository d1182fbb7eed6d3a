#include <gtest/gtest.h>

#include <cmath>

#include "foundation/random.h"
#include "periphery/converter.h"

namespace {

using namespace kirchhoff;
using periphery::PulseWidthDac;

TEST(PulseWidthDac, CodesByHand) {
  const PulseWidthDac two{2};  // codes 0..3: steps at 1/6, 3/6, 5/6
  EXPECT_EQ(two.full_code, 3);
  EXPECT_EQ(two.code_of(0.0), 0);
  EXPECT_EQ(two.code_of(0.166), 0);
  EXPECT_EQ(two.code_of(0.167), 1);
  EXPECT_EQ(two.code_of(0.499), 1);
  EXPECT_EQ(two.code_of(0.501), 2);
  EXPECT_EQ(two.code_of(1.0), 3);
  const PulseWidthDac eight{8};
  EXPECT_EQ(eight.full_code, 255);
  EXPECT_EQ(eight.code_of(0.5), 128);  // 127.5, halves go up
  EXPECT_EQ(eight.code_of(0.25), 64);
}

TEST(PulseWidthDac, ClipsWhatLiesOutside) {
  const PulseWidthDac dac{8};
  EXPECT_EQ(dac.code_of(-0.3), 0);
  EXPECT_EQ(dac.code_of(1.7), 255);
  EXPECT_EQ(dac.code_of(1e12), 255);
}

TEST(PulseWidthDac, DutyIsWithinHalfACodeOfTheValue) {
  foundation::RandomSequence random{foundation::RandomStream{11, foundation::Purpose::data_set}, 0};
  for (const std::int64_t bits : {2, 3, 5, 8}) {
    const PulseWidthDac dac{bits};
    const double half = 0.5 / dac.full_code;
    for (int i = 0; i < 1000; ++i) {
      const double value = random.uniform();
      ASSERT_LE(std::fabs(static_cast<double>(dac.duty_of(dac.code_of(value))) - value), half + 1e-7)
          << bits << " bits, value " << value;
    }
  }
}

TEST(PulseWidthDac, EveryCodeIsItsOwnDuty) {
  for (const std::int64_t bits : {2, 4, 8}) {
    const PulseWidthDac dac{bits};
    for (std::int32_t code = 0; code <= dac.full_code; ++code) {
      EXPECT_EQ(dac.code_of(static_cast<double>(dac.duty_of(code))), code);
    }
  }
}

}  // namespace
