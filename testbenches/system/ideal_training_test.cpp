#include <gtest/gtest.h>

#include <cmath>

#include "testbenches/system/chip_bench.h"

namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;

/// Plain backpropagation in double, written down once more and differently: the judge of detail ideal.
class DoubleNetwork {
 public:
  explicit DoubleNetwork(const std::vector<Matrix>& weights) {
    for (const auto& matrix : weights) {
      weights_.push_back(std::vector<std::vector<double>>(matrix.rows, std::vector<double>(matrix.columns)));
      for (std::size_t i = 0; i < matrix.rows; ++i) {
        for (std::size_t j = 0; j < matrix.columns; ++j) {
          weights_.back()[i][j] = static_cast<double>(matrix.at(i, j));
        }
      }
    }
  }

  void learn(std::span<const std::uint8_t> input, std::size_t label, double rate) {
    std::vector<std::vector<double>> a(1);
    for (const auto byte : input) {
      a[0].push_back(byte / 255.0);
    }
    for (std::size_t l = 0; l < weights_.size(); ++l) {
      a[l].push_back(1);  // bias
      std::vector<double> z(weights_[l][0].size(), 0.0);
      for (std::size_t j = 0; j < z.size(); ++j) {
        for (std::size_t i = 0; i < a[l].size(); ++i) {
          z[j] += a[l][i] * weights_[l][i][j];
        }
      }
      if (l + 1 < weights_.size()) {
        for (double& value : z) {
          value = 1 / (1 + std::exp(-value));
        }
      } else {
        double sum = 0;
        for (double& value : z) {
          value = std::exp(value);
          sum += value;
        }
        for (double& value : z) {
          value /= sum;
        }
      }
      a.push_back(z);
    }
    std::vector<double> delta = a.back();
    delta[label] -= 1;
    for (std::size_t l = weights_.size(); l-- > 0;) {
      std::vector<double> below(a[l].size() - 1, 0.0);
      for (std::size_t i = 0; i < below.size(); ++i) {
        for (std::size_t j = 0; j < delta.size(); ++j) {
          below[i] += weights_[l][i][j] * delta[j];
        }
        below[i] *= a[l][i] * (1 - a[l][i]);
      }
      for (std::size_t i = 0; i < a[l].size(); ++i) {
        for (std::size_t j = 0; j < delta.size(); ++j) {
          weights_[l][i][j] -= rate * a[l][i] * delta[j];
        }
      }
      delta = below;
    }
  }

  [[nodiscard]] const std::vector<std::vector<std::vector<double>>>& weights() const { return weights_; }

 private:
  std::vector<std::vector<std::vector<double>>> weights_;
};

/// 1,000 examples on the chip with float weights and on paper: the same weights, whatever the mapping.
void compare(const std::vector<std::string>& sets, std::size_t tiles_used, std::size_t inputs,
             std::size_t classes) {
  constexpr double kRate = 0.1;
  ChipBench bench{sets, tiles::Detail::ideal};
  const auto data = load_data_set("strokes", {.train = 1000, .test = 1});
  ASSERT_EQ(data.input_count, inputs);
  bench.map(inputs, classes, true);
  ASSERT_EQ(bench.mapping.tiles.size(), tiles_used);
  const auto start = initial_weights(bench.widths(), Activation::logistic, 3);
  DoubleNetwork judge{start};
  for (std::size_t i = 0; i < data.train.count(); ++i) {
    judge.learn(data.train.input(i), data.train.labels[i], kRate);
  }
  std::vector<Matrix> trained;
  bench.run([&](ChipDriver& driver, MemoryMap& memory) {
    bench.set_up(driver, start, kRate);
    const auto completion = driver.train(batch_of(memory, data.train));
    EXPECT_EQ(completion.count, 1000U);
    trained = driver.read_weights(bench.network, bench.mapping);
  });
  ASSERT_EQ(trained.size(), judge.weights().size());
  for (std::size_t l = 0; l < trained.size(); ++l) {
    double largest = 0;
    double difference = 0;
    double moved = 0;
    for (std::size_t i = 0; i < trained[l].rows; ++i) {
      for (std::size_t j = 0; j < trained[l].columns; ++j) {
        const double expected = judge.weights()[l][i][j];
        largest = std::max(largest, std::fabs(expected));
        difference = std::max(difference, std::fabs(expected - static_cast<double>(trained[l].at(i, j))));
        moved = std::max(moved, std::fabs(expected - static_cast<double>(start[l].at(i, j))));
      }
    }
    EXPECT_LE(difference, 1e-4 * largest) << "layer " << l;
    EXPECT_GT(moved, 0.01 * largest) << "layer " << l << " has not learnt: the comparison would show nothing";
  }
}

TEST(IdealTraining, OneTilePerLayer) {
  compare({"chip.mesh_rows=1", "chip.mesh_columns=3", "chip.tile_rows=600", "chip.tile_columns=300"}, 3, 528,
          10);
}

TEST(IdealTraining, ManyTiles) {
  compare({}, 32, 528, 10);
}

TEST(IdealTraining, UnevenSplits) {
  compare({"chip.mesh_rows=7", "chip.mesh_columns=9", "chip.tile_rows=97", "chip.tile_columns=33",
           "network.row_split=fill", "trace.row=0"},
          6 * 8 + 3 * 4 + 2 * 1, 528, 10);
}

TEST(IdealTraining, DeeperNetwork) {
  compare({"network.image_hidden=[60, 50, 40, 30]", "chip.tile_rows=100", "chip.tile_columns=25"},
          6 * 3 + 1 * 2 + 1 * 2 + 1 * 2 + 1, 528, 10);
}

}  // namespace
