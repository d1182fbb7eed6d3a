#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/network/network_parameters.h"
#include "periphery/activation_unit.h"
#include "periphery/periphery_parameters.h"

namespace kirchhoff::model {

/// A fully connected layer with bias: (inputs + 1) x outputs weights.
struct LayerSpec {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  periphery::ActivationKind activation = periphery::ActivationKind::logistic;  ///< linear for the last layer
  double adc_full_scale = 6;                                                   ///< +- of z per tile
  double input_scale = 1;   ///< value of a full input pulse
  double output_scale = 1;  ///< value of a full output code

  [[nodiscard]] std::size_t rows() const { return inputs + 1; }
  [[nodiscard]] std::size_t synapses() const { return rows() * outputs; }
};

/// A network for classification: hidden layers with an activation, softmax at the end.
struct NetworkSpec {
  std::vector<LayerSpec> layers;

  [[nodiscard]] std::size_t inputs() const { return layers.front().inputs; }
  [[nodiscard]] std::size_t classes() const { return layers.back().outputs; }
  [[nodiscard]] std::size_t synapses() const;
  /// Inputs, then the outputs of each layer.
  [[nodiscard]] std::vector<std::uint32_t> widths() const;
  /// "528-250-125-10"
  [[nodiscard]] std::string name() const;
  /// Operations of training one example: forward and update of all weights, transposed read where there is
  /// a layer below, bias rows left out of it. 2 op per multiply-accumulate.
  [[nodiscard]] std::size_t operations_per_example() const;
};

NetworkSpec make_network(const NetworkParameters& network, const periphery::PeripheryParameters& periphery,
                         std::size_t inputs, std::size_t classes, bool images);

}  // namespace kirchhoff::model
