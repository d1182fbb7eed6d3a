#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "foundation/error.h"
#include "foundation/nearest_point.h"
#include "foundation/peak.h"
#include "foundation/technology.h"
#include "foundation/what_would_it_take.h"
#include "testbenches/unit/technology_of_node.h"

namespace kirchhoff::foundation {
namespace {

Quantity range(double low, double base, double high) {
  return {low, base, high, "", "", "", Mark::assumed, ""};
}

const WhatWouldItTake::Input& input(const WhatWouldItTake& answer, std::string_view name) {
  return *std::find_if(answer.inputs.begin(), answer.inputs.end(),
                       [&](const auto& i) { return i.parameter == name; });
}

TEST(NearestPoint, ProjectsOntoAPlaneWithinABox) {
  const Margins plane = [](const Point& p) { return std::vector<double>{p[0] + 2 * p[1] - 5}; };
  auto point = nearest_to_origin({{-10, -10}, {10, 10}}, plane);
  ASSERT_TRUE(point);
  EXPECT_NEAR((*point)[0], 1, 1e-8);
  EXPECT_NEAR((*point)[1], 2, 1e-8);
  point = nearest_to_origin({{-10, -10}, {10, 1.5}}, plane);
  ASSERT_TRUE(point);
  EXPECT_NEAR((*point)[0], 2, 1e-8);
  EXPECT_NEAR((*point)[1], 1.5, 1e-8);
  EXPECT_FALSE(nearest_to_origin({{-1, -1}, {1, 1}}, plane));
  EXPECT_EQ(*nearest_to_origin({{-1, -1}, {1, 1}}, [](const Point&) { return std::vector<double>{0.5}; }),
            (Point{0, 0}));
}

TEST(NearestPoint, FollowsACurvedBorderAndTwoBordersAtOnce) {
  // Outside of no disc: |p - (3, 4)| <= 1 is nearest to the origin at 4/5 of its centre.
  auto point = nearest_to_origin({{-10, -10}, {10, 10}}, [](const Point& p) {
    return std::vector<double>{1 - (p[0] - 3) * (p[0] - 3) - (p[1] - 4) * (p[1] - 4)};
  });
  ASSERT_TRUE(point);
  EXPECT_NEAR((*point)[0], 2.4, 1e-4);
  EXPECT_NEAR((*point)[1], 3.2, 1e-4);
  point = nearest_to_origin({{-10, -10}, {10, 10}}, [](const Point& p) {
    return std::vector<double>{p[0] - 1, p[1] - 2};
  });
  ASSERT_TRUE(point);
  EXPECT_NEAR((*point)[0], 1, 1e-8);
  EXPECT_NEAR((*point)[1], 2, 1e-8);
}

/// 1 / (e_adc x t_int) and 1 / (a_neu x t_int): base values 1, ranges down to a quarter.
class Products : public testing::Test {
 protected:
  Products() {
    technology.e_adc = range(0.25, 1, 2);
    technology.a_neu = range(0.25, 1, 2);
    technology.t_int = range(0.5, 1, 2);
    technology.e_drv = range(1, 2, 3);  // without effect
  }
  static std::vector<double> figures(const Technology& t) {
    return {1 / (t.e_adc.base * t.t_int.base), 1 / (t.a_neu.base * t.t_int.base)};
  }
  Technology technology;
};

TEST_F(Products, SolutionNearestToBaseAndNarrowestRanges) {
  const WhatWouldItTake answer = what_would_it_take(technology, figures, {4, 2});
  EXPECT_TRUE(answer.exists);
  EXPECT_EQ(answer.at_base, (std::vector<double>{1, 1}));
  EXPECT_EQ(answer.best, (std::vector<double>{8, 8}));
  ASSERT_EQ(answer.inputs.size(), 3U) << "only those that matter";
  // In logarithms: minimise e^2 + a^2 + t^2 with e + t <= -ln 4, a + t <= -ln 2: t = -(ln 4 + ln 2) / 3 is
  // beyond its range, so t is at its end, -ln 2; then e = -ln 2 and a = 0.
  EXPECT_NEAR(input(answer, "t_int").nearest, 0.5, 1e-6);
  EXPECT_NEAR(input(answer, "e_adc").nearest, 0.5, 1e-6);
  EXPECT_NEAR(input(answer, "a_neu").nearest, 1, 1e-6);
  EXPECT_NEAR(answer.distance, std::sqrt(2) * std::log(2), 1e-6);
  EXPECT_GE(answer.nearest[0], 4);
  EXPECT_GE(answer.nearest[1], 2);
  EXPECT_NEAR(answer.nearest[0], 4, 1e-6);
  // With the others at their best ends: e <= 1 / (4 x 0.5), a <= 1 / (2 x 0.5), t <= 1 / (4 x 0.25).
  EXPECT_NEAR(input(answer, "e_adc").to, 0.5, 1e-9);
  EXPECT_NEAR(input(answer, "a_neu").to, 1, 1e-9);
  EXPECT_NEAR(input(answer, "t_int").to, 1, 1e-9);
  for (const auto& i : answer.inputs) EXPECT_EQ(i.from, i.low) << i.parameter;
}

TEST_F(Products, TwoFiguresShareAnInput) {
  technology.t_int.low = 0.1;
  const WhatWouldItTake answer = what_would_it_take(technology, figures, {4, 4});
  // e = a, e + t = -ln 4: t = -(2/3) ln 4, e = a = -(1/3) ln 4.
  EXPECT_NEAR(input(answer, "t_int").nearest, std::pow(4, -2.0 / 3), 1e-6);
  EXPECT_NEAR(input(answer, "e_adc").nearest, std::pow(4, -1.0 / 3), 1e-6);
  EXPECT_NEAR(input(answer, "a_neu").nearest, std::pow(4, -1.0 / 3), 1e-6);
}

TEST_F(Products, NoneExistsAndByHowMuch) {
  const WhatWouldItTake answer = what_would_it_take(technology, figures, {4, 16});
  EXPECT_FALSE(answer.exists);
  EXPECT_TRUE(answer.proven);
  EXPECT_EQ(answer.best, (std::vector<double>{8, 8}));
  EXPECT_TRUE(answer.nearest.empty());
  EXPECT_EQ(input(answer, "a_neu").best, 0.25);
}

TEST_F(Products, BaseMayDo) {
  const WhatWouldItTake answer = what_would_it_take(technology, figures, {1, 0.5});
  EXPECT_TRUE(answer.exists);
  EXPECT_EQ(answer.distance, 0);
  EXPECT_EQ(input(answer, "e_adc").nearest, 1);
  EXPECT_NEAR(input(answer, "e_adc").to, 2, 1e-9);
}

TEST_F(Products, TheExactCornerCounts) {
  const WhatWouldItTake answer = what_would_it_take(technology, figures, {8, 8});
  EXPECT_TRUE(answer.exists);
  for (const auto& i : answer.inputs) EXPECT_NEAR(i.nearest, i.low, 1e-9) << i.parameter;
  EXPECT_GE(answer.nearest[0], 8);
  EXPECT_GE(answer.nearest[1], 8);
}

/// t_int helps the first figure and hurts the second.
class Torn : public testing::Test {
 protected:
  Torn() { technology.t_int = range(0.1, 1, 10); }
  static std::vector<double> figures(const Technology& t) { return {t.t_int.base, 1 / t.t_int.base}; }
  Technology technology;
};

TEST_F(Torn, EachAloneButNotBoth) {
  const WhatWouldItTake answer = what_would_it_take(technology, figures, {2, 2});
  EXPECT_FALSE(answer.exists);
  EXPECT_FALSE(answer.proven) << "each figure alone can be had";
  EXPECT_NEAR(answer.best[0], 1, 1e-6);
  EXPECT_NEAR(answer.best[1], 1, 1e-6);
}

TEST_F(Torn, BothInBetween) {
  const WhatWouldItTake answer = what_would_it_take(technology, figures, {2, 0.2});
  EXPECT_TRUE(answer.exists);
  EXPECT_NEAR(answer.inputs[0].from, 2, 1e-9);
  EXPECT_NEAR(answer.inputs[0].to, 5, 1e-9);
  EXPECT_NEAR(answer.inputs[0].nearest, 2, 1e-6);
}

TEST(WhatWouldItTakeRanges, FromZero) {
  Technology technology;
  technology.t_conv = range(0, 8, 10);
  const auto figures = [](const Technology& t) { return std::vector<double>{1 / (1 + t.t_conv.base)}; };
  const WhatWouldItTake answer = what_would_it_take(technology, figures, {0.2});
  EXPECT_TRUE(answer.exists);
  EXPECT_NEAR(answer.inputs[0].nearest, 4, 1e-6);
  EXPECT_NEAR(answer.inputs[0].to, 4, 1e-9);
  EXPECT_EQ(answer.inputs[0].from, 0);
  EXPECT_TRUE(what_would_it_take(technology, figures, {1}).exists) << "at 0 exactly";
  EXPECT_FALSE(what_would_it_take(technology, figures, {1.01}).exists);
}

TEST(WhatWouldItTakeRanges, WrongNumberOfTargets) {
  EXPECT_THROW(what_would_it_take({}, [](const Technology&) { return std::vector<double>{1}; }, {1, 2}),
               ModelError);
}

std::vector<double> closed_form_figures(const Technology& t) {
  const Efficiency e = peak(closed_form_activity(t), closed_form_geometry({512, 512, 0, {}}, t), t,
                            {{}, OpConvention::training, 0})
                           .excluded;
  return {e.tops_per_watt, e.tops_per_mm2};
}

/// The real thing: no random point that holds is nearer to base or outside of the ranges told.
TEST(WhatWouldItTakeOfTheTile, NoDrawIsNearerOrOutside) {
  const Technology technology = unit::technology_of_node("14nm");
  const std::vector<double> targets{60, 5};
  const WhatWouldItTake answer = what_would_it_take(technology, closed_form_figures, targets);
  ASSERT_TRUE(answer.exists);
  EXPECT_GE(answer.nearest[0], targets[0]);
  EXPECT_GE(answer.nearest[1], targets[1]);
  std::size_t solutions = 0;
  (void)monte_carlo(technology, 3000, 7, [&](const Technology& drawn) {
    auto drawn_figures = closed_form_figures(drawn);
    if (drawn_figures[0] >= targets[0] && drawn_figures[1] >= targets[1]) {
      ++solutions;
      double away = 0;
      for (const auto& i : answer.inputs) {
        const auto fields = technology_fields();
        const double value =
            (drawn.*std::find_if(fields.begin(), fields.end(),
                                 [&](const auto& field) { return field.name == i.parameter; })
                        ->member)
                .base;
        EXPECT_GE(value, i.from * (1 - 1e-9)) << i.parameter;
        EXPECT_LE(value, i.to * (1 + 1e-9)) << i.parameter;
        away += std::pow(std::log(value / i.base), 2);
      }
      EXPECT_GT(std::sqrt(away), answer.distance);
    }
    return drawn_figures;
  });
  EXPECT_GT(solutions, 10U);
}

/// The ground of the corner argument: one direction per parameter and figure, whatever the others are.
TEST(WhatWouldItTakeOfTheTile, FiguresAreMonotone) {
  for (const char* node : {"90nm", "45nm", "14nm"}) {
    const Technology technology = unit::technology_of_node(node);
    for (const TechnologyField& field : technology_fields()) {
      if (!((technology.*field.member).high > (technology.*field.member).low)) continue;
      std::array<int, 2> sign{};
      (void)monte_carlo(technology, 20, 3, [&](const Technology& drawn) {
        Technology moved = drawn;
        std::vector<double> last;
        for (int step = 0; step <= 4; ++step) {
          const Quantity& q = technology.*field.member;
          (moved.*field.member).base = q.low + (q.high - q.low) * step / 4;
          const auto now = closed_form_figures(moved);
          for (std::size_t k = 0; k < last.size(); ++k) {
            // Counts of the closed form are rounded to integers, to 1e-6 of themselves and better.
            if (std::abs(now[k] / last[k] - 1) < 1e-9) continue;
            const int direction = now[k] > last[k] ? 1 : -1;
            EXPECT_TRUE(sign[k] == 0 || sign[k] == direction) << node << ' ' << field.name;
            sign[k] = direction;
          }
          last = now;
        }
        return last;
      });
    }
  }
}

}  // namespace
}  // namespace kirchhoff::foundation
