#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "foundation/aligned.h"
#include "foundation/error.h"
#include "testbenches/host/software_kernels.h"
#include "testbenches/host/software_network.h"
#include "testbenches/unit/statistics.h"

namespace kirchhoff::testbenches {
namespace {

using foundation::ModelError;
using Widths = std::vector<std::uint32_t>;

/// The textbook's network in double, written as the formulas stand: an implementation of its own to compare
/// with.
class PlainNetwork {
 public:
  using Weights = std::vector<std::vector<std::vector<double>>>;  ///< layer, input line (last = bias), output

  PlainNetwork(const std::vector<Matrix>& matrices, Activation hidden) : hidden_(hidden) {
    for (const Matrix& matrix : matrices) {
      auto& layer = weights.emplace_back(matrix.rows, std::vector<double>(matrix.columns));
      for (std::size_t i = 0; i < matrix.rows; ++i) {
        for (std::size_t j = 0; j < matrix.columns; ++j) layer[i][j] = static_cast<double>(matrix.at(i, j));
      }
    }
  }

  /// Outputs of every layer, the inputs first, softmax last.
  [[nodiscard]] std::vector<std::vector<double>> outputs(std::span<const std::uint8_t> input) const {
    std::vector<std::vector<double>> lines(1);
    for (const std::uint8_t byte : input) lines[0].push_back(byte / 255.0);
    for (std::size_t l = 0; l < weights.size(); ++l) {
      std::vector<double> z = weights[l].back();
      for (std::size_t j = 0; j < z.size(); ++j) {
        for (std::size_t i = 0; i < lines[l].size(); ++i) z[j] += weights[l][i][j] * lines[l][i];
      }
      if (l + 1 < weights.size()) {
        for (double& value : z) {
          value = hidden_ == Activation::relu ? std::max(value, 0.0) : 1 / (1 + std::exp(-value));
        }
      } else {
        double sum = 0;
        for (double& value : z) sum += value = std::exp(value);
        for (double& value : z) value /= sum;
      }
      lines.push_back(z);
    }
    return lines;
  }

  [[nodiscard]] double loss(std::span<const std::uint8_t> input, std::size_t label) const {
    return -std::log(outputs(input).back()[label]);
  }

  void learn(std::span<const std::uint8_t> input, std::size_t label, double rate) {
    const auto lines = outputs(input);
    std::vector<double> delta = lines.back();
    delta[label] -= 1;
    for (std::size_t l = weights.size(); l-- > 0;) {
      std::vector<double> below(lines[l].size());
      for (std::size_t i = 0; i < below.size(); ++i) {
        for (std::size_t j = 0; j < delta.size(); ++j) below[i] += weights[l][i][j] * delta[j];
        const double y = lines[l][i];
        below[i] *= hidden_ == Activation::relu ? (y > 0 ? 1 : 0) : y * (1 - y);
      }
      for (std::size_t j = 0; j < delta.size(); ++j) {
        for (std::size_t i = 0; i < below.size(); ++i) weights[l][i][j] -= rate * delta[j] * lines[l][i];
        weights[l].back()[j] -= rate * delta[j];
      }
      delta = below;
    }
  }

  Weights weights;

 private:
  Activation hidden_;
};

/// Half of the inputs 0, as images are.
Examples random_examples(std::size_t count, std::size_t inputs, std::size_t classes, unsigned seed) {
  std::mt19937 engine(seed);
  Examples examples;
  examples.input_count = inputs;
  for (std::size_t n = 0; n < count; ++n) {
    for (std::size_t i = 0; i < inputs; ++i) {
      const auto word = static_cast<std::uint32_t>(engine());
      examples.inputs.push_back((word & 0x100U) != 0 ? static_cast<std::uint8_t>(word & 0xffU) : 0);
    }
    examples.labels.push_back(static_cast<std::uint16_t>(engine() % classes));
  }
  return examples;
}

std::vector<std::uint32_t> in_order(std::size_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  return order;
}

bool same_bits(const std::vector<Matrix>& a, const std::vector<Matrix>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Matrix& x, const Matrix& y) {
    return x.rows == y.rows && x.columns == y.columns &&
           std::equal(x.values.begin(), x.values.end(), y.values.begin(), y.values.end(),
                      [](float v, float w) {
                        return std::bit_cast<std::uint32_t>(v) == std::bit_cast<std::uint32_t>(w);
                      });
  });
}

struct Case {
  Widths widths;
  Activation hidden;
};

void PrintTo(const Case& shape, std::ostream* out) {
  for (const std::uint32_t width : shape.widths) *out << width << '-';
  *out << (shape.hidden == Activation::relu ? "relu" : "logistic");
}

/// Shapes with and without hidden layers, on both sides of a vector register (16) and of a block of four.
class Shapes : public testing::TestWithParam<Case> {
 protected:
  [[nodiscard]] static const Widths& widths() { return GetParam().widths; }
  [[nodiscard]] static Activation hidden() { return GetParam().hidden; }
  [[nodiscard]] static std::vector<Matrix> start() { return initial_weights(widths(), hidden(), 3); }
  [[nodiscard]] static Examples examples(std::size_t count) {
    return random_examples(count, widths().front(), widths().back(), 17);
  }
};

INSTANTIATE_TEST_SUITE_P(SoftwareNetwork, Shapes,
                         testing::Values(Case{{30, 7}, Activation::logistic}, Case{{1, 2}, Activation::relu},
                                         Case{{20, 16, 5}, Activation::logistic},
                                         Case{{20, 17, 5}, Activation::relu},
                                         Case{{40, 70, 33, 10}, Activation::logistic},
                                         Case{{40, 130, 64, 17}, Activation::relu},
                                         Case{{12, 9, 8, 7, 6}, Activation::logistic}));

TEST_P(Shapes, TrainsAsAPlainImplementationInDouble) {
  const Examples some = examples(300);
  SoftwareNetwork network(start(), hidden());
  PlainNetwork plain(start(), hidden());
  std::vector<std::uint32_t> order = in_order(300);
  std::reverse(order.begin(), order.end());
  order[5] = order[250];  // orders need not be permutations
  network.train_epoch(some, order, 0.05);
  for (const std::uint32_t n : order) plain.learn(some.input(n), some.labels[n], 0.05);

  const std::vector<Matrix> before = start();
  const std::vector<Matrix> trained = network.weights();
  ASSERT_EQ(trained.size(), plain.weights.size());
  double moved = 0;
  for (std::size_t l = 0; l < trained.size(); ++l) {
    ASSERT_EQ(trained[l].rows, widths()[l] + 1);
    ASSERT_EQ(trained[l].columns, widths()[l + 1]);
    for (std::size_t i = 0; i < trained[l].rows; ++i) {
      for (std::size_t j = 0; j < trained[l].columns; ++j) {
        ASSERT_NEAR(trained[l].at(i, j), plain.weights[l][i][j], 2e-5) << l << ' ' << i << ' ' << j;
        moved = std::max(moved, std::fabs(static_cast<double>(trained[l].at(i, j) - before[l].at(i, j))));
      }
    }
  }
  EXPECT_GT(moved, 0.01) << "training must have done something for the comparison to mean anything";

  std::size_t right = 0;
  for (std::size_t n = 0; n < some.count(); ++n) {
    const auto seen = network.probabilities(some.input(n));
    const auto expected = plain.outputs(some.input(n)).back();
    ASSERT_EQ(seen.size(), expected.size());
    for (std::size_t j = 0; j < seen.size(); ++j) ASSERT_NEAR(seen[j], expected[j], 2e-5) << n << ' ' << j;
    right += std::max_element(expected.begin(), expected.end()) - expected.begin() == some.labels[n] ? 1 : 0;
  }
  EXPECT_NEAR(network.accuracy_percent(some), 100.0 * static_cast<double>(right) / 300, 0.34)
      << "at most one near-tie may fall the other way";
}

/// One update at rate 1 moves each weight by minus the derivative of the loss, here by central differences.
TEST_P(Shapes, OneUpdateFollowsTheGradient) {
  const Examples one = examples(1);
  SoftwareNetwork network(start(), hidden());
  network.train_epoch(one, in_order(1), 1.0);
  const std::vector<Matrix> before = start();
  const std::vector<Matrix> after = network.weights();
  PlainNetwork plain(before, hidden());
  std::mt19937 engine(23);
  for (std::size_t l = 0; l < before.size(); ++l) {
    for (int trial = 0; trial < 60; ++trial) {
      // every fifth the bias
      const std::size_t i = trial % 5 == 0 ? before[l].rows - 1 : engine() % before[l].rows;
      const std::size_t j = engine() % before[l].columns;
      constexpr double step = 1e-5;
      double& weight = plain.weights[l][i][j];
      const double centre = weight;
      weight = centre + step;
      const double above = plain.loss(one.input(0), one.labels[0]);
      weight = centre - step;
      const double below = plain.loss(one.input(0), one.labels[0]);
      weight = centre;
      EXPECT_NEAR(before[l].at(i, j) - after[l].at(i, j), (above - below) / (2 * step), 1e-6)
          << l << ' ' << i << ' ' << j;
    }
  }
}

TEST_P(Shapes, SameBitsTwiceAndInPieces) {
  const Examples some = examples(100);
  const std::vector<std::uint32_t> order = epoch_order(100, 1, 0);
  SoftwareNetwork once(start(), hidden());
  SoftwareNetwork again(start(), hidden());
  SoftwareNetwork pieces(start(), hidden());
  once.train_epoch(some, order, 0.1);
  again.train_epoch(some, order, 0.1);
  pieces.train_epoch(some, std::span(order).first(37), 0.1);
  static_cast<void>(pieces.accuracy_percent(some));
  pieces.train_epoch(some, std::span(order).subspan(37), 0.1);
  EXPECT_TRUE(same_bits(once.weights(), again.weights()));
  EXPECT_TRUE(same_bits(once.weights(), pieces.weights()));
  EXPECT_FALSE(same_bits(once.weights(), start()));
}

TEST_P(Shapes, WeightsComeBackAsTheyWereGiven) {
  EXPECT_TRUE(same_bits(SoftwareNetwork(start(), hidden()).weights(), start()));
}

/// The same bits on every CPU and with every compiler (FNV-1a; Fowler, Noll, Vo).
TEST(SoftwareNetwork, BitsAreAsTheyAlwaysWere) {
  std::uint64_t sum = 0xcbf29ce484222325U;
  for (const Activation hidden : {Activation::logistic, Activation::relu}) {
    std::mt19937 engine(5);
    std::vector<Matrix> weights;
    for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{41, 70}, {71, 33}, {34, 10}}) {
      Matrix matrix{rows, columns, std::vector<float>(rows * columns)};
      for (float& value : matrix.values) {
        value = (static_cast<float>(engine() >> 16U) - 32767.5F) * 0x1p-17F;
      }
      weights.push_back(matrix);
    }
    SoftwareNetwork network(weights, hidden);
    network.train_epoch(random_examples(200, 40, 10, 6), in_order(200), 0.05);
    for (const Matrix& matrix : network.weights()) {
      for (const float value : matrix.values) {
        sum = (sum ^ std::bit_cast<std::uint32_t>(value)) * 0x100000001b3U;
      }
    }
  }
  EXPECT_EQ(sum, 12425158210782001463U) << "the software reference rounds differently";
}

TEST(SoftwareNetwork, LearnsWhatALinearClassifierCannot) {
  Examples both;  // exclusive or
  both.input_count = 2;
  both.inputs = {0, 0, 0, 255, 255, 0, 255, 255};
  both.labels = {0, 1, 1, 0};
  SoftwareNetwork linear(initial_weights(Widths{2, 2}, Activation::relu, 1), Activation::relu);
  SoftwareNetwork deep(initial_weights(Widths{2, 16, 2}, Activation::relu, 1), Activation::relu);
  for (std::uint32_t epoch = 0; epoch < 1000; ++epoch) {
    linear.train_epoch(both, epoch_order(4, 1, epoch), 0.1);
    deep.train_epoch(both, epoch_order(4, 1, epoch), 0.1);
  }
  EXPECT_LE(linear.accuracy_percent(both), 75);
  EXPECT_EQ(deep.accuracy_percent(both), 100);
}

TEST(SoftwareNetwork, EqualOutputsCountAsTheFirst) {
  const Matrix zeros{4, 3, std::vector<float>(12)};
  const SoftwareNetwork network(std::span(&zeros, 1), Activation::relu);
  Examples some = random_examples(4, 3, 3, 1);
  some.labels = {0, 1, 0, 2};
  EXPECT_EQ(network.accuracy_percent(some), 50);
  for (const float p : network.probabilities(some.input(0))) EXPECT_FLOAT_EQ(p, 1.0F / 3);
}

TEST(SoftwareNetwork, LargeOutputsStayFinite) {
  const Matrix large{2, 3, {1000, 0, -1000, 0, 0, 0}};
  const SoftwareNetwork network(std::span(&large, 1), Activation::relu);
  const std::vector<std::uint8_t> input{255};
  const auto p = network.probabilities(input);
  EXPECT_EQ(p[0], 1.0F);
  EXPECT_LT(p[1], 1e-30F);
  EXPECT_LT(p[2], 1e-30F);
}

TEST(SoftwareNetwork, NoExamplesChangeNothing) {
  const auto start = initial_weights(Widths{3, 2}, Activation::relu, 1);
  SoftwareNetwork network(start, Activation::relu);
  Examples none;
  none.input_count = 3;
  network.train_epoch(none, {}, 0.1);
  EXPECT_TRUE(same_bits(network.weights(), start));
  EXPECT_EQ(network.accuracy_percent(none), 0);
}

TEST(SoftwareNetwork, RefusesWhatDoesNotFit) {
  const auto weights = initial_weights(Widths{4, 3, 2}, Activation::relu, 1);
  EXPECT_THROW(SoftwareNetwork({}, Activation::relu), ModelError);
  auto wrong = weights;
  std::swap(wrong[0], wrong[1]);
  EXPECT_THROW(SoftwareNetwork(wrong, Activation::relu), ModelError);
  wrong = weights;
  wrong[1].values.pop_back();
  EXPECT_THROW(SoftwareNetwork(wrong, Activation::relu), ModelError);

  SoftwareNetwork network(weights, Activation::relu);
  EXPECT_THROW(network.train_epoch(random_examples(5, 3, 2, 1), in_order(5), 0.1), ModelError) << "inputs";
  Examples some = random_examples(5, 4, 2, 1);
  EXPECT_THROW(network.train_epoch(some, in_order(6), 0.1), ModelError) << "no example 5";
  some.labels[2] = 2;
  EXPECT_THROW(network.train_epoch(some, in_order(5), 0.1), ModelError) << "a label beyond the outputs";
  EXPECT_THROW(static_cast<void>(network.accuracy_percent(some)), ModelError);
  some.labels[2] = 1;
  some.inputs.pop_back();
  EXPECT_THROW(static_cast<void>(network.accuracy_percent(some)), ModelError) << "an input too few";
  EXPECT_THROW(static_cast<void>(network.probabilities(std::vector<std::uint8_t>(5))), ModelError);
}

TEST(InitialWeights, AreNormalWithTheStatedSpread) {
  const Widths widths{528, 250, 125, 10};
  for (const Activation hidden : {Activation::logistic, Activation::relu}) {
    const auto weights = initial_weights(widths, hidden, 1);
    ASSERT_EQ(weights.size(), 3U);
    for (std::size_t l = 0; l < 3; ++l) {
      const Matrix& matrix = weights[l];
      ASSERT_EQ(matrix.rows, widths[l] + 1);
      ASSERT_EQ(matrix.columns, widths[l + 1]);
      ASSERT_EQ(matrix.values.size(), matrix.rows * matrix.columns);
      const double variance = (hidden == Activation::relu && l < 2 ? 2.0 : 1.0) / widths[l];
      unit::Sample sample;
      std::vector<double> scaled;
      for (std::size_t i = 0; i < widths[l]; ++i) {
        for (std::size_t j = 0; j < matrix.columns; ++j) {
          scaled.push_back(static_cast<double>(matrix.at(i, j)) / std::sqrt(variance));
          sample.add(scaled.back());
        }
      }
      EXPECT_LT(std::fabs(sample.mean()), unit::alarm_sigma * sample.standard_error()) << l;
      EXPECT_LT(std::fabs(sample.deviation() - 1), unit::alarm_sigma * sample.deviation_error()) << l;
      std::sort(scaled.begin(), scaled.end());
      EXPECT_LT(unit::normal_distance(scaled), unit::kolmogorov_limit) << l;
      for (std::size_t j = 0; j < matrix.columns; ++j) EXPECT_EQ(matrix.at(widths[l], j), 0.0F) << "bias";
    }
  }
}

/// Neighbours along rows, along columns, across layers and across seeds know nothing of each other.
TEST(InitialWeights, AreUncorrelated) {
  const auto one = initial_weights(Widths{100, 100, 100}, Activation::logistic, 1);
  const auto two = initial_weights(Widths{100, 100, 100}, Activation::logistic, 2);
  const auto correlation = [](std::span<const float> a, std::span<const float> b) {
    unit::Sample product;  // of values of variance 1 / 100
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) product.add(100.0 * a[i] * b[i]);
    return std::fabs(product.mean()) / product.standard_error();
  };
  const std::span<const float> first = std::span(one[0].values).first(10'000);
  EXPECT_LT(correlation(first, first.subspan(1)), unit::alarm_sigma);
  EXPECT_LT(correlation(first, first.subspan(100)), unit::alarm_sigma);
  EXPECT_LT(correlation(first, std::span(one[1].values).first(10'000)), unit::alarm_sigma);
  EXPECT_LT(correlation(first, std::span(two[0].values).first(10'000)), unit::alarm_sigma);
}

TEST(InitialWeights, DependOnTheSeedOnly) {
  const Widths widths{6, 5, 4};
  EXPECT_TRUE(
      same_bits(initial_weights(widths, Activation::relu, 9), initial_weights(widths, Activation::relu, 9)));
  EXPECT_FALSE(
      same_bits(initial_weights(widths, Activation::relu, 9), initial_weights(widths, Activation::relu, 10)));
}

TEST(InitialWeights, RefuseWidthsThatMakeNoNetwork) {
  for (const Widths& widths : {Widths{}, {5}, {5, 0, 2}, {0, 2}}) {
    EXPECT_THROW(initial_weights(widths, Activation::relu, 1), ModelError);
  }
}

TEST(EpochOrder, IsAPermutationOfItsOwnForEachEpochAndSeed) {
  for (const std::uint32_t count : {0U, 1U, 2U, 1000U}) {
    auto order = epoch_order(count, 4, 2);
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, in_order(count));
  }
  const auto order = epoch_order(1000, 4, 2);
  EXPECT_NE(order, in_order(1000));
  EXPECT_EQ(order, epoch_order(1000, 4, 2));
  EXPECT_NE(order, epoch_order(1000, 4, 3));
  EXPECT_NE(order, epoch_order(1000, 5, 2));
}

/// All 24 orders of four examples are equally likely.
TEST(EpochOrder, IsFair) {
  std::vector<double> seen(256);
  constexpr std::uint32_t draws = 4800;
  for (std::uint32_t epoch = 0; epoch < draws; ++epoch) {
    const auto order = epoch_order(4, 7, epoch);
    ++seen[order[0] * 64 + order[1] * 16 + order[2] * 4 + order[3]];
  }
  std::erase(seen, 0.0);
  ASSERT_EQ(seen.size(), 24U);
  EXPECT_LT(unit::chi_square(seen, std::vector<double>(24, draws / 24.0)), unit::chi_square_limit(23));
}

TEST(LearningRate, IsTheProductStepByStep) {
  EXPECT_EQ(learning_rate_of_epoch(0.1, 0.7, 0), 0.1);
  EXPECT_EQ(learning_rate_of_epoch(0.1, 0.7, 1), 0.1 * 0.7);
  EXPECT_EQ(learning_rate_of_epoch(0.1, 0.7, 3), 0.1 * 0.7 * 0.7 * 0.7);
  EXPECT_EQ(learning_rate_of_epoch(0.1, 1.0, 50), 0.1);
  EXPECT_NEAR(learning_rate_of_epoch(0.05, 0.97, 40) / (0.05 * std::pow(0.97, 40)), 1, 1e-13);
}

TEST(SoftwareKernels, LogisticMeetsItsAccuracy) {
  foundation::AlignedVector<float> z(1 << 16);
  for (std::size_t i = 0; i < z.size(); ++i) z[i] = (static_cast<float>(i) - 32768.0F) * (86.0F / 32768.0F);
  const foundation::AlignedVector<float> at = z;
  logistic_lanes(z.data(), z.size());
  double worst = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double exact = 1 / (1 + std::exp(-static_cast<double>(at[i])));
    worst = std::max(worst, std::fabs(static_cast<double>(z[i]) - exact) / exact);
  }
  EXPECT_LT(worst, 4e-7);
  foundation::AlignedVector<float> far{1e30F, -1e30F, 88, -88, 0};
  far.resize(16);
  logistic_lanes(far.data(), 16);
  EXPECT_EQ(far[0], 1.0F);
  EXPECT_GE(far[1], 0.0F);
  EXPECT_LT(far[1], 1e-37F);
  EXPECT_EQ(far[4], 0.5F);
}

TEST(SoftwareKernels, SoftmaxSumsToOneAndClearsItsPadding) {
  std::mt19937 engine(3);
  for (std::size_t count = 1; count <= 40; ++count) {
    const std::size_t stride = foundation::padded_to_vector(count);
    foundation::AlignedVector<float> z(stride, 1e9F);  // padding must not matter
    std::vector<double> exact(count);
    for (std::size_t j = 0; j < count; ++j)
      z[j] = (static_cast<float>(engine() & 0xffffU) - 32768.0F) / 2048.0F;
    double sum = 0;
    for (std::size_t j = 0; j < count; ++j) sum += exact[j] = std::exp(static_cast<double>(z[j]));
    softmax_lanes(z.data(), count, stride);
    for (std::size_t j = 0; j < count; ++j)
      EXPECT_NEAR(z[j] / (exact[j] / sum), 1, 1e-6) << count << ' ' << j;
    for (std::size_t j = count; j < stride; ++j) EXPECT_EQ(z[j], 0.0F) << count << ' ' << j;
  }
}

}  // namespace
}  // namespace kirchhoff::testbenches
