#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "foundation/random.h"
#include "model/chip/output_unit.h"

namespace {

using namespace kirchhoff;
using model::OutputUnit;

TEST(OutputUnit, SoftmaxAndCrossEntropyByHand) {
  OutputUnit unit{3};
  const std::array<float, 3> z{1.0F, 2.0F, 0.5F};
  const auto result = unit.compare(z, 0);
  const double sum = std::exp(1.0) + std::exp(2.0) + std::exp(0.5);
  EXPECT_EQ(result.predicted, 1U);
  EXPECT_NEAR(result.loss, -std::log(std::exp(1.0) / sum), 1e-12);
  EXPECT_NEAR(static_cast<double>(unit.delta()[0]), std::exp(1.0) / sum - 1, 1e-7);
  EXPECT_NEAR(static_cast<double>(unit.delta()[1]), std::exp(2.0) / sum, 1e-7);
  EXPECT_NEAR(static_cast<double>(unit.delta()[2]), std::exp(0.5) / sum, 1e-7);
}

TEST(OutputUnit, DeltaIsTheGradientOfTheLoss) {
  foundation::RandomSequence random{foundation::RandomStream{131, foundation::Purpose::data_set}, 0};
  for (const std::size_t classes : {2U, 10U, 100U}) {
    OutputUnit unit{classes};
    std::vector<float> z(classes);
    for (float& value : z) {
      value = static_cast<float>(3 * random.normal());
    }
    const std::size_t label = random.below(static_cast<std::uint32_t>(classes));
    for (std::size_t k = 0; k < classes; ++k) {
      constexpr float kStep = 1.0F / 256;  // exact in float
      auto above = z;
      auto below = z;
      above[k] += kStep;
      below[k] -= kStep;
      const double width = static_cast<double>(above[k]) - static_cast<double>(below[k]);
      const double slope = (unit.compare(above, label).loss - unit.compare(below, label).loss) / width;
      unit.compare(z, label);
      ASSERT_NEAR(static_cast<double>(unit.delta()[k]), slope, 1e-5) << "class " << k;
    }
  }
}

TEST(OutputUnit, DeltasSumToZero) {
  OutputUnit unit{10};
  const std::vector<float> z{-3, 7, 2, 2, 0, -8, 1, 4, 6.5F, 3};
  unit.compare(z, 8);
  double sum = 0;
  for (const float delta : unit.delta()) {
    sum += static_cast<double>(delta);
  }
  EXPECT_NEAR(sum, 0, 1e-6);
}

TEST(OutputUnit, LargeOutputsDoNotOverflow) {
  OutputUnit unit{2};
  auto result = unit.compare(std::array{3000.0F, -3000.0F}, 1);
  EXPECT_NEAR(result.loss, 6000, 1e-6);
  EXPECT_EQ(unit.delta()[0], 1.0F);
  EXPECT_EQ(unit.delta()[1], -1.0F);
  result = unit.compare(std::array{3000.0F, -3000.0F}, 0);
  EXPECT_EQ(result.loss, 0.0);
}

TEST(OutputUnit, FirstOfEqualsWins) {
  EXPECT_EQ(OutputUnit::predict(std::array{1.0F, 5.0F, 5.0F}), 1U);
  EXPECT_EQ(OutputUnit::predict(std::array{0.0F, 0.0F}), 0U);
  OutputUnit unit{3};
  EXPECT_EQ(unit.compare(std::array{1.0F, 5.0F, 5.0F}, 2).predicted, 1U);
}

}  // namespace
