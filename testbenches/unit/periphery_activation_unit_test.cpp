#include <gtest/gtest.h>

#include <cmath>

#include "periphery/activation_unit.h"

namespace {

using namespace kirchhoff;
using periphery::ActivationKind;
using periphery::ActivationUnit;

constexpr double kLsb = 6.0 / 256;
constexpr std::int32_t kMaxCode = 5 * 256;

TEST(Activation, ExactFunctions) {
  EXPECT_EQ(activation(ActivationKind::linear, -3.5), -3.5);
  EXPECT_EQ(derivative(ActivationKind::linear, -3.5), 1.0);
  EXPECT_EQ(activation(ActivationKind::relu, -3.5), 0.0);
  EXPECT_EQ(activation(ActivationKind::relu, 3.5), 3.5);
  EXPECT_EQ(derivative(ActivationKind::relu, -1e-9), 0.0);
  EXPECT_EQ(derivative(ActivationKind::relu, 1e-9), 1.0);
  for (const double z : {-30.0, -2.0, 0.0, 0.7, 30.0}) {
    EXPECT_NEAR(activation(ActivationKind::logistic, z), 1 / (1 + std::exp(-z)), 1e-15);
  }
}

TEST(Activation, DerivativeIsTheSlope) {
  constexpr double kStep = 1e-5;
  for (const double z : {-4.0, -0.3, 0.0, 1.1, 5.0}) {
    const double slope =
        (activation(ActivationKind::logistic, z + kStep) - activation(ActivationKind::logistic, z - kStep)) /
        (2 * kStep);
    EXPECT_NEAR(derivative(ActivationKind::logistic, z), slope, 1e-9);
  }
}

TEST(ActivationUnit, LogisticTableIsWithinHalfACode) {
  for (const std::int32_t full_code : {3, 15, 255}) {
    const ActivationUnit unit{ActivationKind::logistic, kLsb, kMaxCode, full_code, 1.0};
    for (std::int32_t code = -kMaxCode; code <= kMaxCode; ++code) {
      const double f = 1 / (1 + std::exp(-code * kLsb));
      ASSERT_LE(std::fabs(unit.output(code) - f * full_code), 0.5 + 1e-9) << "code " << code;
      ASSERT_NEAR(static_cast<double>(unit.slope(code)), f * (1 - f), 1e-7) << "code " << code;
    }
  }
}

TEST(ActivationUnit, ReluTableIsLinearThenClipped) {
  constexpr double kFullScale = 4;
  const ActivationUnit unit{ActivationKind::relu, kLsb, kMaxCode, 255, kFullScale};
  for (std::int32_t code = -kMaxCode; code <= kMaxCode; ++code) {
    const double z = code * kLsb;
    const double bounded = std::min(std::max(z, 0.0), kFullScale);
    ASSERT_LE(std::fabs(unit.output(code) - bounded / kFullScale * 255), 0.5 + 1e-9) << "code " << code;
    // Neither below zero nor when clipped does a unit move.
    ASSERT_EQ(unit.slope(code), z > 0 && z <= kFullScale ? 1.0F : 0.0F) << "code " << code;
  }
}

TEST(ActivationUnit, ReachesBothEndsOfTheWideSum) {
  const ActivationUnit unit{ActivationKind::logistic, 0.1, 1000, 255, 1.0};
  EXPECT_EQ(unit.output(-1000), 0);
  EXPECT_EQ(unit.output(1000), 255);
  EXPECT_EQ(unit.output(0), 128);
  EXPECT_EQ(unit.slope(0), 0.25F);
}

TEST(ActivationUnit, NeverFalls) {
  const ActivationUnit unit{ActivationKind::logistic, kLsb, kMaxCode, 255, 1.0};
  for (std::int32_t code = -kMaxCode; code < kMaxCode; ++code) {
    ASSERT_LE(unit.output(code), unit.output(code + 1)) << "code " << code;
  }
}

}  // namespace
