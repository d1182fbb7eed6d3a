#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "foundation/aligned.h"
#include "foundation/error.h"
#include "foundation/random.h"
#include "testbenches/unit/nodal_reference.h"
#include "tiles/wire_network.h"

namespace {

using namespace kirchhoff;
using foundation::AlignedVector;
using tiles::WireLoad;
using tiles::WireNetwork;
using tiles::WireResistance;
using unit::NodalReference;
using Vector = std::vector<double>;

constexpr double kCellUs = 17;

foundation::RandomSequence sequence(std::uint64_t seed) {
  return foundation::RandomSequence{foundation::RandomStream{seed, foundation::Purpose::data_set}, 0};
}

double uniform_us(std::size_t /*row*/, std::size_t /*column*/, foundation::RandomSequence& /*random*/) {
  return kCellUs;
}
/// 0 .. 2 x 17 uS, each cell for itself.
double scattered_us(std::size_t /*row*/, std::size_t /*column*/, foundation::RandomSequence& random) {
  return kCellUs * 2 * random.uniform();
}
/// Devices near RESET or near full SET.
double two_valued_us(std::size_t /*row*/, std::size_t /*column*/, foundation::RandomSequence& random) {
  return random.uniform() < 0.5 ? 2 : 25;
}
/// Bands of lines three or four times as conductive as the others: pixels that never change, say.
double striped_us(std::size_t row, std::size_t column, foundation::RandomSequence& /*random*/) {
  return kCellUs * (row % 100 < 50 ? 0.4 : 1.6) * (column % 60 < 30 ? 0.5 : 1.5);
}
/// Neighbouring rows up to four times apart, their cells scattered.
double uneven_us(std::size_t row, std::size_t column, foundation::RandomSequence& random) {
  return scattered_us(row, column, random) * (0.4 + 1.2 * std::fmod(0.618034 * static_cast<double>(row), 1));
}

struct Error {
  double max = 0;
  double rms = 0;
};

/// Relative, line by line.
Error compare(const Vector& seen, const Vector& exact) {
  Error error;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double e = seen[i] / exact[i] - 1;
    error.max = std::max(error.max, std::fabs(e));
    error.rms += e * e;
  }
  error.rms = std::sqrt(error.rms / static_cast<double>(exact.size()));
  return error;
}

class Crossbar {
 public:
  using Pattern = std::function<double(std::size_t, std::size_t, foundation::RandomSequence&)>;

  Crossbar(std::size_t r, std::size_t c, const Pattern& pattern, std::uint64_t seed)
      : rows(r), columns(c), stride(foundation::padded_to_vector(c)), random(sequence(seed)) {
    g.assign(rows * stride, 0.0F);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        g[i * stride + j] = static_cast<float>(pattern(i, j, random));
      }
    }
    attenuation.assign(g.size(), 0.0F);
    stray_us.assign(g.size(), 0.0F);
  }

  WireLoad solve(const WireResistance& wires) {
    return WireNetwork{rows, columns, wires}.solve(g.data(), stride, attenuation.data(), stray_us.data());
  }
  [[nodiscard]] double cell_us(std::size_t i, std::size_t j) const {
    return static_cast<double>(g[i * stride + j]);
  }
  [[nodiscard]] double direct_us(std::size_t i, std::size_t j) const {
    return static_cast<double>(attenuation[i * stride + j]) * cell_us(i, j);
  }
  [[nodiscard]] double transfer_us(std::size_t i, std::size_t j) const {
    return direct_us(i, j) + static_cast<double>(stray_us[i * stride + j]);
  }
  [[nodiscard]] NodalReference reference(const WireResistance& wires) const {
    Vector cells;
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        cells.push_back(cell_us(i, j));
      }
    }
    return {rows, columns, std::move(cells), wires.row_ohm, wires.column_ohm};
  }
  /// Part of the lines rest, as with real data.
  Vector duties(std::size_t count) {
    Vector values(count);
    for (double& value : values) {
      value = random.uniform() < 0.3 ? 0 : random.uniform();
    }
    return values;
  }
  template <typename Transfer>
  [[nodiscard]] Vector forward(const Vector& x, Transfer transfer) const {
    Vector y(columns);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        y[j] += x[i] * transfer(i, j);
      }
    }
    return y;
  }
  [[nodiscard]] Vector forward(const Vector& x) const {
    return forward(x, [&](std::size_t i, std::size_t j) { return transfer_us(i, j); });
  }
  [[nodiscard]] Vector transposed(const Vector& d) const {
    Vector e(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        e[i] += d[j] * transfer_us(i, j);
      }
    }
    return e;
  }

  std::size_t rows;
  std::size_t columns;
  std::size_t stride;
  foundation::RandomSequence random;
  AlignedVector<float> g;
  AlignedVector<float> attenuation;
  AlignedVector<float> stray_us;
};

/// Segments that load a column of 17 uS cells with sum(G) R / 2 = load; the rows have the same wire.
WireResistance wires_for(double load, std::size_t rows) {
  const auto n = static_cast<double>(rows);
  const double ohm = 2e6 * load / (kCellUs * n * n);
  return {ohm, ohm};
}

struct Limit {
  double max;
  double rms;
};

/// Both directions against the exact solution; the limits are what was measured and a half more.
void expect_close(std::size_t rows, std::size_t columns, double load, const Crossbar::Pattern& pattern,
                  Limit limit) {
  Crossbar bar{rows, columns, pattern, 300};
  const auto wires = wires_for(load, rows);
  bar.solve(wires);
  const auto exact = bar.reference(wires);
  const auto x = bar.duties(rows);
  const auto d = bar.duties(columns);
  for (const Error& error :
       {compare(bar.forward(x), exact.forward(x)), compare(bar.transposed(d), exact.transposed(d))}) {
    EXPECT_LT(error.max, limit.max) << rows << " x " << columns << ", load " << load;
    EXPECT_LT(error.rms, limit.rms) << rows << " x " << columns << ", load " << load;
  }
}

TEST(WireNetwork, PerfectWiresAttenuateNothing) {
  for (const std::size_t rows : {1U, 5U, 131U}) {
    Crossbar bar{rows, 50, scattered_us, 301};
    const auto load = bar.solve({0, 0});
    EXPECT_EQ(load.row, 0);
    EXPECT_EQ(load.column, 0);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < 50; ++j) {
        ASSERT_EQ(bar.attenuation[i * bar.stride + j], 1.0F);
        ASSERT_EQ(bar.stray_us[i * bar.stride + j], 0.0F);
      }
    }
  }
}

TEST(WireNetwork, OneRowIsTheUniformLadder) {
  // v_n = cosh((N + 1/2 - n) theta) / cosh((N + 1/2) theta), 2 cosh theta = 2 + r G, n = 1 .. N.
  for (const double ohm : {0.001, 3.0, 500.0}) {
    for (const std::size_t count : {1U, 2U, 17U, 131U, 512U}) {
      Crossbar row{1, count, uniform_us, 302};
      row.solve({ohm, 0});
      Crossbar column{count, 1, uniform_us, 302};
      column.solve({0, ohm});
      const double theta = std::acosh(1 + 0.5 * ohm * kCellUs * 1e-6);
      const double half = static_cast<double>(count) + 0.5;
      for (std::size_t n = 1; n <= count; ++n) {
        const double expected = std::cosh((half - static_cast<double>(n)) * theta) / std::cosh(half * theta);
        const double tolerance = 2e-7 * expected;
        ASSERT_NEAR(static_cast<double>(row.attenuation[n - 1]), expected, tolerance);
        // The sense end is below the last row.
        ASSERT_NEAR(static_cast<double>(column.attenuation[(count - n) * column.stride]), expected,
                    tolerance);
      }
      EXPECT_EQ(row.stray_us[count - 1], 0.0F);
    }
  }
}

TEST(WireNetwork, TwoCellsByHand) {
  // One column, two rows: U0 and U1 from Kirchhoff's law with 1 kohm segments, rows perfect.
  Crossbar bar{2, 1, uniform_us, 303};
  bar.g[0] = 500;
  bar.g[bar.stride] = 250;
  bar.solve({0, 1000});
  // Sense end at 1: u1 = 1 - (i0 + i1), u0 = u1 - i0, i0 = u0 / 2, i1 = u1 / 4 (mA).
  EXPECT_NEAR(static_cast<double>(bar.attenuation[bar.stride]), 12.0 / 19, 1e-7);
  EXPECT_NEAR(static_cast<double>(bar.attenuation[0]), 8.0 / 19, 1e-7);
}

TEST(WireNetwork, UpToSixteenLinesAreExact) {
  auto random = sequence(304);
  for (int trial = 0; trial < 40; ++trial) {
    const std::size_t rows = 1 + random.below(16);
    const std::size_t columns = 1 + random.below(16);
    // A fifth of the cells is open; wires from superb to worse than the cells.
    Crossbar bar{rows, columns,
                 [](std::size_t, std::size_t, foundation::RandomSequence& r) {
                   return r.uniform() < 0.2 ? 0 : 40 * r.uniform();
                 },
                 1000 + static_cast<std::uint64_t>(trial)};
    const WireResistance wires{std::pow(10, -2 + 7 * random.uniform()),
                               std::pow(10, -2 + 7 * random.uniform())};
    bar.solve(wires);
    const auto exact = bar.reference(wires);
    for (std::size_t i = 0; i < rows; ++i) {
      Vector x(rows);
      x[i] = 1;
      const auto y = exact.forward(x);
      for (std::size_t j = 0; j < columns; ++j) {
        ASSERT_NEAR(bar.transfer_us(i, j), y[j], 3e-7 * y[j] + 1e-10)
            << rows << " x " << columns << ", " << wires.row_ohm << " and " << wires.column_ohm << " ohm";
      }
    }
  }
}

TEST(WireNetwork, OneMatrixServesBothDirections) {
  // The exact network is reciprocal, so that the exact transposed read is the transpose too.
  Crossbar bar{23, 31, scattered_us, 305};
  const WireResistance wires{40, 90};
  bar.solve(wires);
  const auto exact = bar.reference(wires);
  std::vector<Vector> rows_read;
  for (std::size_t i = 0; i < bar.rows; ++i) {
    Vector x(bar.rows);
    x[i] = 1;
    rows_read.push_back(exact.forward(x));
  }
  for (std::size_t j = 0; j < bar.columns; ++j) {
    Vector d(bar.columns);
    d[j] = 1;
    const auto e = exact.transposed(d);
    for (std::size_t i = 0; i < bar.rows; ++i) {
      ASSERT_NEAR(e[i], rows_read[i][j], 1e-8 * e[i]);
    }
    EXPECT_LT(compare(bar.transposed(d), e).max, 0.04);  // one line alone
  }
}

struct Case {
  double load;
  Limit limit;
};

TEST(WireNetwork, SmallTile) {
  for (const auto& c : {Case{0.41, {3e-5, 1.5e-5}}, {0.5, {4e-5, 2e-5}}, {2.3, {4e-4, 1.6e-4}}}) {
    expect_close(131, 50, c.load, uniform_us, c.limit);
  }
  for (const auto& c : {Case{0.41, {1.5e-4, 5e-5}}, {0.5, {2e-4, 7e-5}}, {2.3, {2.5e-3, 8e-4}}}) {
    expect_close(131, 50, c.load, scattered_us, c.limit);
    expect_close(131, 50, c.load, two_valued_us, c.limit);
  }
  for (const auto& c : {Case{0.41, {2e-4, 7e-5}}, {0.5, {2.8e-4, 1e-4}}, {2.3, {6e-3, 2.5e-3}}}) {
    expect_close(131, 50, c.load, striped_us, c.limit);
    expect_close(131, 50, c.load, uneven_us, c.limit);
  }
}

TEST(WireNetwork, LargeTileOfEqualCells) {
  for (const auto& c : {Case{6.2, {5e-4, 1.5e-4}}, {7.7, {6e-4, 1.5e-4}}, {35.0, {2.5e-3, 6e-4}}}) {
    expect_close(512, 512, c.load, uniform_us, c.limit);
  }
}

TEST(WireNetwork, LargeTileOfScatteredCells) {
  for (const auto& c : {Case{6.2, {3e-3, 8e-4}}, {7.7, {3.5e-3, 9e-4}}, {35.0, {1.2e-2, 3.5e-3}}}) {
    expect_close(512, 512, c.load, scattered_us, c.limit);
  }
  expect_close(512, 512, 35, two_valued_us, {1.5e-2, 4e-3});
}

TEST(WireNetwork, LargeTileOfUnequalLines) {
  for (const double load : {6.2, 35.0}) {
    expect_close(512, 512, load, striped_us, {1.6e-2, 8.5e-3});
    expect_close(512, 512, load, uneven_us, {2.2e-2, 9.5e-3});
  }
}

TEST(WireNetwork, TilesInBetween) {
  for (const auto& pattern : {scattered_us, two_valued_us, striped_us, uneven_us}) {
    expect_close(64, 64, 5, pattern, {3e-2, 8e-3});
    expect_close(131, 131, 10, pattern, {3e-2, 8e-3});
    expect_close(256, 256, 20, pattern, {3e-2, 8e-3});
  }
}

TEST(WireNetwork, BeyondTheTrustedLoad) {
  for (const auto& c : {Case{100, {3.5e-2, 1e-2}}, {300, {7e-2, 2e-2}}}) {
    expect_close(512, 512, c.load, two_valued_us, c.limit);
  }
}

TEST(WireNetwork, SimplerTreatmentsDiverge) {
  // What one would rather write: 1 - the drops that the cells' full currents cause, and the product of the
  // two ladders without strays.
  struct Expected {
    std::size_t rows;
    std::size_t columns;
    double load;
    double first_order;  ///< least error of the worst column
    double product;
    double network;  ///< largest
  };
  for (const auto& e : {Expected{131, 50, 0.41, 0.02, 0.005, 6e-4}, Expected{131, 50, 2.3, 0.8, 0.08, 5e-3},
                        Expected{512, 512, 7.7, 20, 0.7, 5e-3}, Expected{512, 512, 35, 500, 0.98, 1.5e-2}}) {
    Crossbar bar{e.rows, e.columns, scattered_us, 306};
    const auto wires = wires_for(e.load, e.rows);
    bar.solve(wires);
    // Drop on the way to each cell, per line, at full current.
    Vector drop(e.rows * e.columns);
    for (std::size_t i = 0; i < e.rows; ++i) {
      double current = 0;
      for (std::size_t j = 0; j < e.columns; ++j) {
        current += bar.cell_us(i, j);
      }
      double sum = 0;
      for (std::size_t j = 0; j < e.columns; ++j) {
        sum += 1e-6 * wires.row_ohm * current;
        current -= bar.cell_us(i, j);
        drop[i * e.columns + j] += sum;
      }
    }
    for (std::size_t j = 0; j < e.columns; ++j) {
      double current = 0;
      for (std::size_t i = 0; i < e.rows; ++i) {
        current += bar.cell_us(i, j);
      }
      double sum = 0;
      for (std::size_t i = e.rows; i-- > 0;) {
        sum += 1e-6 * wires.column_ohm * current;
        current -= bar.cell_us(i, j);
        drop[i * e.columns + j] += sum;
      }
    }
    const auto x = bar.duties(e.rows);
    const auto exact = bar.reference(wires).forward(x);
    const auto first_order = bar.forward(
        x, [&](std::size_t i, std::size_t j) { return bar.cell_us(i, j) * (1 - drop[i * e.columns + j]); });
    const auto product = bar.forward(x, [&](std::size_t i, std::size_t j) { return bar.direct_us(i, j); });
    EXPECT_GT(compare(first_order, exact).max, e.first_order) << "load " << e.load;
    EXPECT_GT(compare(product, exact).max, e.product) << "load " << e.load;
    EXPECT_LT(compare(bar.forward(x), exact).max, e.network) << "load " << e.load;
  }
}

TEST(WireNetwork, RandomNetworks) {
  auto random = sequence(307);
  for (int trial = 0; trial < 60; ++trial) {
    const std::size_t rows = 1 + random.below(150);
    const std::size_t columns = 1 + random.below(150);
    Crossbar bar{rows, columns, trial % 2 == 0 ? scattered_us : two_valued_us,
                 2000 + static_cast<std::uint64_t>(trial)};
    // Loads of 0.03 to 30, each direction for itself.
    const auto pick = [&](std::size_t n) {
      return wires_for(std::pow(10, -1.5 + 3 * random.uniform()), n).row_ohm;
    };
    const WireResistance wires{pick(columns), pick(rows)};
    const auto load = bar.solve(wires);
    const bool trusted = WireNetwork{rows, columns, wires}.trusts(load);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        const std::size_t c = i * bar.stride + j;
        ASSERT_GT(bar.attenuation[c], 0.0F);
        ASSERT_LE(bar.attenuation[c], 1.0F);
        ASSERT_GE(bar.stray_us[c], 0.0F);
      }
    }
    const auto exact = bar.reference(wires);
    const auto x = bar.duties(rows);
    const auto d = bar.duties(columns);
    if (std::count(x.begin(), x.end(), 0.0) == std::ptrdiff_t(rows) ||
        std::count(d.begin(), d.end(), 0.0) == std::ptrdiff_t(columns)) {
      continue;
    }
    const auto forward = compare(bar.forward(x), exact.forward(x));
    const auto transposed = compare(bar.transposed(d), exact.transposed(d));
    EXPECT_LT(std::max(forward.max, transposed.max), trusted ? 0.03 : 0.08)
        << rows << " x " << columns << ", load " << load.row << " and " << load.column;
    EXPECT_LT(std::max(forward.rms, transposed.rms), trusted ? 0.008 : 0.025)
        << rows << " x " << columns << ", load " << load.row << " and " << load.column;
  }
}

TEST(WireNetwork, EqualCellsFadeAlongTheLines) {
  for (const double load : {0.41, 2.3, 20.0}) {
    Crossbar bar{131, 50, uniform_us, 308};
    bar.solve(wires_for(load, 131));
    for (std::size_t i = 0; i < bar.rows; ++i) {
      for (std::size_t j = 0; j < bar.columns; ++j) {
        const std::size_t c = i * bar.stride + j;
        if (j > 0) {
          ASSERT_LT(bar.attenuation[c], bar.attenuation[c - 1]);
        }
        if (i > 0) {  // the sense end is below
          ASSERT_GT(bar.attenuation[c], bar.attenuation[c - bar.stride]);
        }
      }
    }
  }
}

TEST(WireNetwork, MoreResistanceNeverHelps) {
  Crossbar bar{60, 40, scattered_us, 309};
  const Vector all(60, 1.0);
  double before = 1e9;
  for (const double ohm : {0.0, 1e-6, 0.01, 1.0, 10.0, 100.0, 1000.0}) {
    bar.solve({ohm, ohm});
    double sum = 0;
    for (const double current : bar.forward(all)) {
      sum += current;
    }
    ASSERT_LE(sum, before * (1 + 1e-7)) << ohm;
    before = sum;
  }
}

TEST(WireNetwork, AttenuationIsTheResponseToAChangeOfACell) {
  // Between two solutions a cell may be updated: its own transfer follows with the attenuation alone.
  Crossbar bar{131, 50, scattered_us, 310};
  const auto wires = wires_for(2.3, 131);
  bar.solve(wires);
  for (const std::size_t i : {0U, 60U, 130U}) {
    for (const std::size_t j : {0U, 24U, 49U}) {
      Vector x(131);
      x[i] = 1;
      const double before = bar.reference(wires).forward(x)[j];
      float& g = bar.g[i * bar.stride + j];
      const float old = g;
      g += 1.0F;
      const double change = bar.reference(wires).forward(x)[j] - before;
      g = old;
      const auto attenuation = static_cast<double>(bar.attenuation[i * bar.stride + j]);
      EXPECT_NEAR(attenuation, change, 0.03 * change) << i << ", " << j;
    }
  }
}

TEST(WireNetwork, FoldedFactorIsTransferOverConductance) {
  Crossbar bar{131, 50, scattered_us, 311};
  bar.g[3 * bar.stride + 4] = 0;
  const WireResistance wires{4, 6};
  WireNetwork network{131, 50, wires};
  bar.solve(wires);
  AlignedVector<float> factor(bar.g.size(), 7.0F);
  network.solve_folded(bar.g.data(), bar.stride, factor.data());
  for (std::size_t i = 0; i < 131; ++i) {
    for (std::size_t j = 0; j < 50; ++j) {
      const std::size_t c = i * bar.stride + j;
      const double transfer = static_cast<double>(factor[c]) * bar.cell_us(i, j);
      if (bar.g[c] > 0) {
        ASSERT_NEAR(transfer, bar.transfer_us(i, j), 3e-7 * bar.transfer_us(i, j));
      } else {
        ASSERT_EQ(factor[c], bar.attenuation[c]);
      }
    }
    ASSERT_EQ(factor[i * bar.stride + 50], 7.0F);  // padding is left alone
  }
  // A network carries nothing over from one solution to the next.
  AlignedVector<float> other(bar.g.size(), 3.0F);
  network.solve_folded(other.data(), bar.stride, bar.attenuation.data());
  AlignedVector<float> again(bar.g.size(), 7.0F);
  network.solve_folded(bar.g.data(), bar.stride, again.data());
  EXPECT_EQ(factor, again);
}

TEST(WireNetwork, LoadOfTheWorstLine) {
  Crossbar bar{10, 20, uniform_us, 312};
  bar.g[4 * bar.stride + 7] = 117;
  const auto load = bar.solve({3, 5});
  EXPECT_NEAR(load.row, 440e-6 * 60 / 2, 1e-9);
  EXPECT_NEAR(load.column, 270e-6 * 50 / 2, 1e-9);
}

TEST(WireNetwork, SaysWhenItIsNotToBeTrusted) {
  const WireNetwork large{512, 512, {1, 1}};
  EXPECT_TRUE(large.trusts({35, 35}));
  EXPECT_FALSE(large.trusts({50, 1}));
  EXPECT_FALSE(large.trusts({1, 50}));
  const WireNetwork small{131, 50, {1, 1}};
  EXPECT_TRUE(small.trusts({3, 9}));
  EXPECT_FALSE(small.trusts({9, 3}));
}

TEST(WireNetwork, RejectsWhatIsNoNetwork) {
  EXPECT_THROW((WireNetwork{0, 5, {1, 1}}), foundation::ModelError);
  EXPECT_THROW((WireNetwork{5, 0, {1, 1}}), foundation::ModelError);
  EXPECT_THROW((WireNetwork{5, 5, {-1, 1}}), foundation::ModelError);
  EXPECT_THROW((WireNetwork{5, 5, {1, std::nan("")}}), foundation::ModelError);
}

/// The same bits on every CPU and with every compiler (FNV-1a; Fowler, Noll, Vo).
TEST(WireNetwork, SameBitsEverywhere) {
  Crossbar bar{131, 50, scattered_us, 313};
  bar.solve({15, 20});
  std::uint64_t sum = 0xcbf29ce484222325;
  for (const auto* values : {&bar.attenuation, &bar.stray_us}) {
    for (const float value : *values) {
      sum = (sum ^ std::bit_cast<std::uint32_t>(value)) * 0x100000001b3;
    }
  }
  EXPECT_EQ(sum, 2071118852087967424U) << "wires are solved with other rounding";
}

}  // namespace
