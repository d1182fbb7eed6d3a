#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "foundation/random.h"
#include "model/network/mapping.h"

namespace kirchhoff::unit {

/// The network in double precision, one example at a time: softmax, cross-entropy, gradient descent.
class ReferenceNetwork {
 public:
  ReferenceNetwork(const model::NetworkSpec& network, foundation::RandomSequence& random)
      : network_(network) {
    for (const auto& layer : network.layers) {
      auto& matrix = weights.emplace_back(layer.synapses());
      for (double& weight : matrix) {
        // Exact as float, so that both sides start from the same.
        weight = static_cast<double>(
            static_cast<float>(random.normal() / std::sqrt(static_cast<double>(layer.inputs))));
      }
    }
  }

  std::vector<double> outputs(std::span<const std::uint8_t> input) {
    values_.assign(1, std::vector<double>(input.begin(), input.end()));
    for (double& value : values_[0]) {
      value /= 255;
    }
    for (std::size_t l = 0; l < network_.layers.size(); ++l) {
      const auto& layer = network_.layers[l];
      std::vector<double> z(layer.outputs);
      for (std::size_t j = 0; j < layer.outputs; ++j) {
        z[j] = weights[l][layer.inputs * layer.outputs + j];
        for (std::size_t i = 0; i < layer.inputs; ++i) {
          z[j] += values_[l][i] * weights[l][i * layer.outputs + j];
        }
        if (layer.activation == periphery::ActivationKind::logistic) {
          z[j] = 1 / (1 + std::exp(-z[j]));
        } else if (layer.activation == periphery::ActivationKind::relu) {
          z[j] = std::max(z[j], 0.0);
        }
      }
      values_.push_back(z);
    }
    return values_.back();
  }

  void train(std::span<const std::uint8_t> input, std::size_t label, double rate) {
    auto delta = outputs(input);
    const double largest = *std::max_element(delta.begin(), delta.end());
    double sum = 0;
    for (double& z : delta) {
      z = std::exp(z - largest);
      sum += z;
    }
    for (double& p : delta) {
      p /= sum;
    }
    delta[label] -= 1;
    for (std::size_t l = network_.layers.size(); l-- > 0;) {
      const auto& layer = network_.layers[l];
      std::vector<double> below(layer.inputs, 0.0);
      for (std::size_t i = 0; i < layer.inputs; ++i) {
        const double f = values_[l][i];
        for (std::size_t j = 0; j < layer.outputs; ++j) {
          double& weight = weights[l][i * layer.outputs + j];
          below[i] += weight * delta[j];
          weight -= rate * f * delta[j];
        }
        if (l > 0) {
          below[i] *= network_.layers[l - 1].activation == periphery::ActivationKind::logistic ? f * (1 - f)
                      : f > 0                                                                  ? 1
                                                                                               : 0;
        }
      }
      for (std::size_t j = 0; j < layer.outputs; ++j) {
        weights[l][layer.inputs * layer.outputs + j] -= rate * delta[j];
      }
      delta = below;
    }
  }

  /// The part of a tile, rows x columns.
  [[nodiscard]] std::vector<float> part(const model::TileAssignment& tile) const {
    const auto& layer = network_.layers[tile.layer];
    std::vector<float> values;
    for (std::size_t i = 0; i < tile.rows(); ++i) {
      for (std::size_t j = 0; j < tile.columns; ++j) {
        values.push_back(static_cast<float>(
            weights[tile.layer][(tile.first_row + i) * layer.outputs + tile.first_column + j]));
      }
    }
    return values;
  }

  std::vector<std::vector<double>> weights;  ///< per layer, (inputs + 1) x outputs

 private:
  model::NetworkSpec network_;
  std::vector<std::vector<double>> values_;
};

}  // namespace kirchhoff::unit
