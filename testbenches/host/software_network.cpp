#include "testbenches/host/software_network.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "foundation/error.h"
#include "foundation/random.h"
#include "testbenches/host/software_kernels.h"

namespace kirchhoff::testbenches {

namespace {

using foundation::ModelError;

/// Network input of each byte.
constexpr std::array<float, 256> input_of_byte = [] {
  std::array<float, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) table.at(byte) = static_cast<float>(byte) / 255.0F;
  return table;
}();

/// Lists the lines that are not 0, then the bias. `list` holds one entry more than there are lines.
template <typename T, typename Value>
std::size_t list_active(std::span<const T> line, Value value, std::uint32_t* rows, float* values) {
  std::size_t active = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    rows[active] = static_cast<std::uint32_t>(i);
    values[active] = value(line[i]);
    active += line[i] != T{0} ? 1 : 0;
  }
  rows[active] = static_cast<std::uint32_t>(line.size());
  values[active] = 1;
  return active + 1;
}

}  // namespace

std::vector<Matrix> initial_weights(std::span<const std::uint32_t> layers, Activation hidden,
                                    std::uint64_t seed) {
  if (layers.size() < 2 || std::find(layers.begin(), layers.end(), 0U) != layers.end()) {
    throw ModelError("a network needs at least two widths, each at least 1");
  }
  const foundation::RandomStream random(seed, foundation::Purpose::initial_weights);
  std::vector<Matrix> weights;
  std::vector<std::uint32_t> words;
  for (std::size_t l = 0; l + 1 < layers.size(); ++l) {
    const std::size_t inputs = layers[l];
    const std::size_t outputs = layers[l + 1];
    const bool into_relu = hidden == Activation::relu && l + 2 < layers.size();
    const double deviation = std::sqrt((into_relu ? 2.0 : 1.0) / static_cast<double>(inputs));
    words.resize(inputs * outputs);
    random.words(l, words);
    Matrix matrix{inputs + 1, outputs, std::vector<float>((inputs + 1) * outputs)};
    std::transform(words.begin(), words.end(), matrix.values.begin(), [deviation](std::uint32_t word) {
      return static_cast<float>(deviation * foundation::normal_from(word));
    });
    weights.push_back(std::move(matrix));
  }
  return weights;
}

std::vector<std::uint32_t> epoch_order(std::uint32_t count, std::uint64_t seed, std::uint32_t epoch) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  foundation::RandomSequence random(foundation::RandomStream(seed, foundation::Purpose::shuffle), epoch);
  for (std::uint32_t left = count; left > 1; --left) std::swap(order[left - 1], order[random.below(left)]);
  return order;
}

double learning_rate_of_epoch(double initial, double decay, std::uint32_t epoch) {
  for (std::uint32_t e = 0; e < epoch; ++e) initial *= decay;
  return initial;
}

SoftwareNetwork::SoftwareNetwork(std::span<const Matrix> weights, Activation hidden) : hidden_(hidden) {
  if (weights.empty()) throw ModelError("a network needs at least one layer");
  for (const Matrix& matrix : weights) {
    if (matrix.rows < 2 || matrix.columns < 1 || matrix.values.size() != matrix.rows * matrix.columns ||
        (!layers_.empty() && layers_.back().outputs != matrix.rows - 1)) {
      throw ModelError("layer " + std::to_string(layers_.size() + 1) +
                       " of the software network does not fit: " + std::to_string(matrix.rows) + " x " +
                       std::to_string(matrix.columns));
    }
    Layer layer;
    layer.inputs = matrix.rows - 1;
    layer.outputs = matrix.columns;
    layer.stride = foundation::padded_to_vector(layer.outputs);
    layer.weights.resize(matrix.rows * layer.stride);
    for (std::size_t row = 0; row < matrix.rows; ++row) {
      std::copy_n(matrix.values.begin() + static_cast<std::ptrdiff_t>(row * layer.outputs), layer.outputs,
                  layer.weights.begin() + static_cast<std::ptrdiff_t>(row * layer.stride));
    }
    layers_.push_back(std::move(layer));
  }
}

std::vector<Matrix> SoftwareNetwork::weights() const {
  std::vector<Matrix> weights;
  for (const Layer& layer : layers_) {
    Matrix matrix{layer.inputs + 1, layer.outputs, std::vector<float>((layer.inputs + 1) * layer.outputs)};
    for (std::size_t row = 0; row < matrix.rows; ++row) {
      std::copy_n(layer.weights.begin() + static_cast<std::ptrdiff_t>(row * layer.stride), layer.outputs,
                  matrix.values.begin() + static_cast<std::ptrdiff_t>(row * layer.outputs));
    }
    weights.push_back(std::move(matrix));
  }
  return weights;
}

SoftwareNetwork::Pass SoftwareNetwork::make_pass() const {
  Pass pass;
  for (const Layer& layer : layers_) {
    Pass::Stage stage;
    stage.rows.resize(layer.inputs + 1);
    stage.values.resize(layer.inputs + 1);
    stage.output.resize(layer.stride);
    stage.delta.resize(layer.stride);
    stage.step.resize(layer.stride);
    pass.stages.push_back(std::move(stage));
  }
  return pass;
}

void SoftwareNetwork::check(const Examples& examples) const {
  if (examples.input_count != layers_.front().inputs ||
      examples.inputs.size() != examples.count() * examples.input_count) {
    throw ModelError("examples of " + std::to_string(examples.input_count) + " inputs for a network of " +
                     std::to_string(layers_.front().inputs));
  }
  if (std::any_of(examples.labels.begin(), examples.labels.end(),
                  [this](std::uint16_t label) { return label >= layers_.back().outputs; })) {
    throw ModelError("a label beyond the " + std::to_string(layers_.back().outputs) +
                     " outputs of the network");
  }
}

void SoftwareNetwork::forward(std::span<const std::uint8_t> input, Pass& pass) const {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    Pass::Stage& stage = pass.stages[l];
    if (l == 0) {
      stage.active = list_active(
          input, [](std::uint8_t byte) { return input_of_byte[byte]; }, stage.rows.data(),
          stage.values.data());
    } else {
      const std::span<const float> line = std::span(pass.stages[l - 1].output).first(layer.inputs);
      stage.active = list_active(
          line, [](float value) { return value; }, stage.rows.data(), stage.values.data());
    }
    const ActiveRows active{std::span(stage.rows).first(stage.active),
                            std::span(stage.values).first(stage.active)};
    weighted_sum(layer.weights.data(), layer.stride, active, stage.output.data());
    if (l + 1 == layers_.size()) break;
    if (hidden_ == Activation::logistic) {
      logistic_lanes(stage.output.data(), layer.stride);
    } else {
      for (float& value : stage.output) value = std::max(value, 0.0F);
    }
  }
}

void SoftwareNetwork::learn(std::size_t label, float learning_rate, Pass& pass) {
  Pass::Stage& last = pass.stages.back();
  softmax_lanes(last.output.data(), layers_.back().outputs, layers_.back().stride);
  last.delta = last.output;
  last.delta[label] -= 1.0F;
  for (std::size_t l = layers_.size(); l-- > 0;) {
    Layer& layer = layers_[l];
    Pass::Stage& stage = pass.stages[l];
    for (std::size_t j = 0; j < layer.stride; ++j) stage.step[j] = learning_rate * stage.delta[j];
    const ActiveRows active{std::span(stage.rows).first(stage.active),
                            std::span(stage.values).first(stage.active)};
    if (l == 0) {
      outer_product_update(layer.weights.data(), layer.stride, active, stage.step.data());
      return;
    }
    Pass::Stage& below = pass.stages[l - 1];
    // Lines that are 0 pass nothing back: both derivatives are 0 there. The bias has nothing below it.
    std::fill(below.delta.begin(), below.delta.end(), 0.0F);
    const ActiveRows lines{active.rows.first(stage.active - 1), active.values.first(stage.active - 1)};
    const ActiveRows bias{active.rows.last(1), active.values.last(1)};
    transposed_and_update(layer.weights.data(), layer.stride, lines, stage.delta.data(), stage.step.data(),
                          below.delta.data());
    outer_product_update(layer.weights.data(), layer.stride, bias, stage.step.data());
    if (hidden_ == Activation::logistic) {
      for (std::size_t i = 0; i < layer.inputs; ++i) {
        below.delta[i] *= below.output[i] * (1.0F - below.output[i]);
      }
    }
  }
}

void SoftwareNetwork::train_epoch(const Examples& examples, std::span<const std::uint32_t> order,
                                  double learning_rate) {
  check(examples);
  Pass pass = make_pass();
  for (const std::uint32_t example : order) {
    if (example >= examples.count())
      throw ModelError("example " + std::to_string(example) + " does not exist");
    forward(examples.input(example), pass);
    learn(examples.labels[example], static_cast<float>(learning_rate), pass);
  }
}

double SoftwareNetwork::accuracy_percent(const Examples& examples) const {
  check(examples);
  Pass pass = make_pass();
  std::size_t right = 0;
  for (std::size_t n = 0; n < examples.count(); ++n) {
    forward(examples.input(n), pass);
    const auto outputs = std::span(pass.stages.back().output).first(layers_.back().outputs);
    right += std::max_element(outputs.begin(), outputs.end()) - outputs.begin() == examples.labels[n] ? 1 : 0;
  }
  return examples.count() == 0 ? 0
                               : 100.0 * static_cast<double>(right) / static_cast<double>(examples.count());
}

std::vector<float> SoftwareNetwork::probabilities(std::span<const std::uint8_t> input) const {
  if (input.size() != layers_.front().inputs) {
    throw ModelError(std::to_string(input.size()) + " inputs for a network of " +
                     std::to_string(layers_.front().inputs));
  }
  Pass pass = make_pass();
  forward(input, pass);
  Line& output = pass.stages.back().output;
  softmax_lanes(output.data(), layers_.back().outputs, layers_.back().stride);
  return {output.begin(), output.begin() + static_cast<std::ptrdiff_t>(layers_.back().outputs)};
}

}  // namespace kirchhoff::testbenches
