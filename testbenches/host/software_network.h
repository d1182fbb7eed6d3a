#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "foundation/aligned.h"
#include "testbenches/host/data_set.h"

namespace kirchhoff::testbenches {

enum class Activation : std::uint8_t { logistic, relu };

/// Row-major.
struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;

  [[nodiscard]] float& at(std::size_t row, std::size_t column) { return values[row * columns + column]; }
  [[nodiscard]] float at(std::size_t row, std::size_t column) const { return values[row * columns + column]; }
};

/// Start of a run, for the chip and its software reference alike: one matrix a layer, (inputs + 1) x outputs
/// as on a crossbar (row = input line, last row = bias). Weights are N(0, 2 / inputs) into a ReLU layer and
/// N(0, 1 / inputs) otherwise, biases 0.
/// `layers`: widths from the inputs to the classes, e.g. 528, 250, 125, 10; at least two, each at least 1.
std::vector<Matrix> initial_weights(std::span<const std::uint32_t> layers, Activation hidden,
                                    std::uint64_t seed);

/// The examples 0..count-1 in the order in which epoch number `epoch` (from 0) sees them.
std::vector<std::uint32_t> epoch_order(std::uint32_t count, std::uint64_t seed, std::uint32_t epoch);

/// initial x decay^epoch, the product taken step by step.
double learning_rate_of_epoch(double initial, double decay, std::uint32_t epoch);

/// What ordinary training reaches: a fully connected float32 network of any depth, softmax and cross-entropy,
/// plain stochastic gradient descent with one example an update (no momentum, no weight decay). With no
/// hidden layer it is the linear classifier. Written for the CPU; shares nothing with the chip.
///
/// The same bits on every CPU. All functions throw ModelError where shapes do not fit together.
class SoftwareNetwork {
 public:
  /// `weights` as from initial_weights().
  SoftwareNetwork(std::span<const Matrix> weights, Activation hidden);

  /// One update for each entry of `order` (indices of examples).
  void train_epoch(const Examples& examples, std::span<const std::uint32_t> order, double learning_rate);

  /// Per cent of the examples whose largest output (the first, if equal) is that of their label.
  [[nodiscard]] double accuracy_percent(const Examples& examples) const;

  /// Softmax outputs for one input vector of bytes.
  [[nodiscard]] std::vector<float> probabilities(std::span<const std::uint8_t> input) const;

  [[nodiscard]] std::vector<Matrix> weights() const;

 private:
  using Line = foundation::AlignedVector<float>;

  struct Layer {
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    std::size_t stride = 0;  ///< outputs padded to whole registers
    Line weights;            ///< (inputs + 1) x stride
  };

  /// What one example leaves at each layer; kept between examples, so that training allocates nothing.
  struct Pass {
    struct Stage {
      std::vector<std::uint32_t> rows;  ///< input lines that are not 0, and the bias
      std::vector<float> values;
      std::size_t active = 0;
      Line output;
      Line delta;  ///< derivative of the loss by the weighted sums
      Line step;   ///< delta times learning rate
    };
    std::vector<Stage> stages;
  };

  [[nodiscard]] Pass make_pass() const;
  void check(const Examples& examples) const;
  /// Outputs of the last layer before softmax in pass.stages.back().output.
  void forward(std::span<const std::uint8_t> input, Pass& pass) const;
  void learn(std::size_t label, float learning_rate, Pass& pass);

  Activation hidden_;
  std::vector<Layer> layers_;
};

}  // namespace kirchhoff::testbenches
