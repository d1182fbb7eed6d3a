#include <gtest/gtest.h>

#include <cmath>

#include "tiles/capacitor_cell.h"

namespace {

using namespace kirchhoff;
using tiles::CapacitorCell;
using tiles::CapacitorParameters;

TEST(CapacitorCell, ConstantsFollowFromTheParameters) {
  const CapacitorCell cell{CapacitorParameters{}};
  EXPECT_FLOAT_EQ(cell.q_min_us, -8.0F);
  EXPECT_FLOAT_EQ(cell.q_max_us, 8.0F);
  EXPECT_FLOAT_EQ(cell.dg_us, 0.032F);
  EXPECT_FLOAT_EQ(cell.cycle_noise_us, 0.0096F);
  EXPECT_FLOAT_EQ(cell.slope_per_us, 0.05F / 8.0F);
}

TEST(CapacitorCell, StepAtTheReference) {
  const CapacitorCell cell{CapacitorParameters{}};
  EXPECT_FLOAT_EQ(cell.pulse(0.0F, 0.03F, 0.0F), 0.03F);
  EXPECT_FLOAT_EQ(cell.pulse(0.0F, -0.03F, 0.0F), -0.03F);
}

TEST(CapacitorCell, StepChangesByTheSlopeAtTheEnds) {
  // Factor 1 -+ 0.05 at +-8 uS: up steps shrink upwards, down steps grow upwards.
  const CapacitorCell cell{CapacitorParameters{}};
  EXPECT_NEAR(cell.pulse(-7.9F, 0.1F, 0.0F) + 7.9F, 0.1 * (1 + 0.05 * 7.9 / 8), 1e-6);
  EXPECT_NEAR(cell.pulse(7.0F, 0.1F, 0.0F) - 7.0F, 0.1 * (1 - 0.05 * 7.0 / 8), 1e-6);
  EXPECT_NEAR(cell.pulse(7.9F, -0.1F, 0.0F) - 7.9F, -0.1 * (1 + 0.05 * 7.9 / 8), 1e-6);
  EXPECT_NEAR(cell.pulse(-7.0F, -0.1F, 0.0F) + 7.0F, -0.1 * (1 - 0.05 * 7.0 / 8), 1e-6);
}

TEST(CapacitorCell, ManyPulsesFollowTheClosedForm) {
  // dq/dn = a (1 - b q) from q = 0: q(n) = (1 - exp(-a b n)) / b, and its mirror image for down pulses.
  // A step-by-step sum differs from the integral by less than a b n / 2 of a step.
  for (const double slope : {0.05, 0.5, 0.9}) {
    CapacitorParameters parameters;
    parameters.step_slope = slope;
    const CapacitorCell cell{parameters};
    const double a = 0.032;
    const double b = slope / 8;
    float up = 0;
    float down = 0;
    for (int n = 1; n <= 240; ++n) {
      up = cell.pulse(up, static_cast<float>(a), 0.0F);
      down = cell.pulse(down, static_cast<float>(-a), 0.0F);
      const double closed = (1 - std::exp(-a * b * n)) / b;
      const double bound = a * a * b * n / 2 + 1e-6 * n;
      ASSERT_NEAR(static_cast<double>(up), closed, bound) << "slope " << slope << ", pulse " << n;
      ASSERT_NEAR(static_cast<double>(down), -closed, bound) << "slope " << slope << ", pulse " << n;
      ASSERT_NEAR(static_cast<double>(up), (1 - std::pow(1 - a * b, n)) / b, 1e-6 * n);  // the exact sum
    }
  }
}

TEST(CapacitorCell, ManyPulsesAtOnceAreAsOneAfterTheOther) {
  for (const double slope : {0.0, 0.05, 0.5, 0.9}) {
    CapacitorParameters parameters;
    parameters.step_slope = slope;
    const CapacitorCell cell{parameters};
    for (const double step : {0.032, -0.032, 0.003, -0.05}) {
      const double bend = (step > 0 ? -slope : slope) / 8;
      for (const double start : {0.0, -3.0, 1.5}) {
        double q = start;
        for (int n = 1; n <= 128; ++n) {
          q += step * (1 + bend * q);
          if (std::fabs(q) > 7.9) {
            break;
          }
          const float got = cell.move(static_cast<float>(start), static_cast<float>(n),
                                      static_cast<float>(step), static_cast<float>(bend), 0.0F);
          const double b = n <= 3 ? 0 : n * step * bend;
          const double moved = n * step * (1 + bend * start);
          ASSERT_NEAR(static_cast<double>(got), q, std::fabs(moved * b * b * b) / 24 + 2e-6)
              << n << " pulses of " << step << " from " << start << ", slope " << slope;
        }
      }
    }
  }
}

TEST(CapacitorCell, StaysWithinItsRange) {
  const CapacitorCell cell{CapacitorParameters{}};
  float q = 0;
  for (int n = 0; n < 600; ++n) {
    q = cell.pulse(q, 0.032F, 0.0F);
    ASSERT_LE(q, cell.q_max_us);
  }
  EXPECT_EQ(q, cell.q_max_us);
  for (int n = 0; n < 1200; ++n) {
    q = cell.pulse(q, -0.032F, 0.0F);
    ASSERT_GE(q, cell.q_min_us);
  }
  EXPECT_EQ(q, cell.q_min_us);
  EXPECT_EQ(cell.pulse(0.0F, 0.03F, 1e6F), cell.q_max_us);
}

TEST(CapacitorCell, NoiseIsAddedOnceAPulse) {
  const CapacitorCell cell{CapacitorParameters{}};
  EXPECT_NEAR(cell.pulse(1.0F, 0.03F, 2.0F) - cell.pulse(1.0F, 0.03F, 0.0F), 2 * 0.3 * 0.032, 1e-6);
  EXPECT_NEAR(cell.pulse(1.0F, -0.03F, -1.0F) - cell.pulse(1.0F, -0.03F, 0.0F), -0.3 * 0.032, 1e-6);
}

}  // namespace
