#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "foundation/aligned.h"
#include "foundation/random.h"
#include "tiles/weight_plane.h"

namespace {

using namespace kirchhoff;
using foundation::AlignedVector;
using tiles::WeightPlane;

struct Shape {
  std::size_t rows;
  std::size_t columns;
};
const Shape kShapes[] = {{1, 1},   {1, 50},   {131, 1},  {2, 3},    {15, 16},   {16, 17},
                         {33, 31}, {131, 50}, {257, 64}, {300, 65}, {512, 512}, {1030, 7}};

class Plane {
 public:
  explicit Plane(Shape shape) : plane(shape.rows, shape.columns) {
    for (std::size_t i = 0; i < shape.rows; ++i) {
      for (std::size_t j = 0; j < shape.columns; ++j) {
        plane.data()[plane.cell(i, j)] = static_cast<float>(random.normal());
      }
    }
  }
  /// Values of which a part is zero; padded to `size`.
  AlignedVector<float> vector(std::size_t count, std::size_t size, double zeros) {
    AlignedVector<float> values(size, 0.0F);
    for (std::size_t i = 0; i < count; ++i) {
      const double value = 2 * random.uniform() - 1;
      values[i] = random.uniform() < zeros ? 0.0F : static_cast<float>(value);
    }
    return values;
  }
  foundation::RandomSequence random{foundation::RandomStream{41, foundation::Purpose::data_set}, 0};
  WeightPlane plane;
};

/// Sum and sum of magnitudes: a float sum of n products is within n 2^-24 of the exact one, relative to
/// the magnitudes.
struct Exact {
  double sum = 0;
  double magnitude = 0;
  void add(double a, double b) {
    sum += a * b;
    magnitude += std::fabs(a * b);
  }
  [[nodiscard]] double bound(std::size_t terms) const {
    return static_cast<double>(terms + 2) * 0x1p-24 * magnitude;
  }
};

TEST(WeightPlane, StartsEmptyAndKeepsItsShape) {
  for (const auto& shape : kShapes) {
    const WeightPlane plane{shape.rows, shape.columns};
    EXPECT_EQ(plane.rows(), shape.rows);
    EXPECT_EQ(plane.columns(), shape.columns);
    EXPECT_GE(plane.stride(), shape.columns);
    EXPECT_EQ(plane.at(shape.rows - 1, shape.columns - 1), 0.0F);
  }
}

TEST(WeightPlane, ForwardIsTheSumOverRows) {
  for (const auto& shape : kShapes) {
    for (const double zeros : {0.0, 0.5, 0.95, 1.0}) {
      Plane bench{shape};
      const auto x = bench.vector(shape.rows, shape.rows, zeros);
      AlignedVector<float> y(bench.plane.stride(), 99.0F);  // what was there must not matter
      bench.plane.forward(x, y);
      for (std::size_t j = 0; j < shape.columns; ++j) {
        Exact exact;
        for (std::size_t i = 0; i < shape.rows; ++i) {
          exact.add(static_cast<double>(x[i]), static_cast<double>(bench.plane.at(i, j)));
        }
        ASSERT_NEAR(static_cast<double>(y[j]), exact.sum, exact.bound(shape.rows))
            << shape.rows << " x " << shape.columns << ", column " << j << ", zeros " << zeros;
      }
    }
  }
}

TEST(WeightPlane, ForwardOfSomeRowsOnly) {
  Plane bench{{131, 50}};
  const auto x = bench.vector(77, 77, 0.2);
  AlignedVector<float> y(bench.plane.stride());
  bench.plane.forward(x, y);
  for (std::size_t j = 0; j < 50; ++j) {
    Exact exact;
    for (std::size_t i = 0; i < 77; ++i) {
      exact.add(static_cast<double>(x[i]), static_cast<double>(bench.plane.at(i, j)));
    }
    ASSERT_NEAR(static_cast<double>(y[j]), exact.sum, exact.bound(77));
  }
}

TEST(WeightPlane, TransposedIsTheSumOverColumns) {
  for (const auto& shape : kShapes) {
    for (const double zeros : {0.0, 0.6, 1.0}) {
      Plane bench{shape};
      const auto d = bench.vector(shape.columns, bench.plane.stride(), zeros);
      std::vector<float> e(shape.rows, 99.0F);
      bench.plane.transposed(d, e);
      for (std::size_t i = 0; i < shape.rows; ++i) {
        Exact exact;
        for (std::size_t j = 0; j < shape.columns; ++j) {
          exact.add(static_cast<double>(bench.plane.at(i, j)), static_cast<double>(d[j]));
        }
        ASSERT_NEAR(static_cast<double>(e[i]), exact.sum, exact.bound(shape.columns))
            << shape.rows << " x " << shape.columns << ", row " << i;
      }
    }
  }
}

TEST(WeightPlane, ReadsAreLinearInOneLine) {
  // One driven line gives its weights, bit for bit.
  Plane bench{{131, 50}};
  std::vector<float> x(131, 0.0F);
  x[130] = 1.0F;
  AlignedVector<float> y(bench.plane.stride());
  bench.plane.forward(x, y);
  AlignedVector<float> d(bench.plane.stride(), 0.0F);
  d[49] = -1.0F;
  std::vector<float> e(131);
  bench.plane.transposed(d, e);
  for (std::size_t j = 0; j < 50; ++j) {
    EXPECT_EQ(y[j], bench.plane.at(130, j));
  }
  for (std::size_t i = 0; i < 131; ++i) {
    EXPECT_EQ(e[i], -bench.plane.at(i, 49));
  }
}

TEST(WeightPlane, SubtractOuterIsGradientDescent) {
  for (const auto& shape : kShapes) {
    Plane bench{shape};
    const auto x = bench.vector(shape.rows, shape.rows, 0.5);
    const auto d = bench.vector(shape.columns, shape.columns, 0.3);
    const WeightPlane before = bench.plane;
    bench.plane.subtract_outer(0.25F, x, d);
    for (std::size_t i = 0; i < shape.rows; ++i) {
      for (std::size_t j = 0; j < shape.columns; ++j) {
        const double expected = static_cast<double>(before.at(i, j)) -
                                0.25 * static_cast<double>(x[i]) * static_cast<double>(d[j]);
        ASSERT_NEAR(static_cast<double>(bench.plane.at(i, j)), expected, 5e-7);
      }
    }
  }
}

}  // namespace
