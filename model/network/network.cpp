#include "model/network/network.h"

namespace kirchhoff::model {

std::size_t NetworkSpec::synapses() const {
  std::size_t sum = 0;
  for (const auto& layer : layers) {
    sum += layer.synapses();
  }
  return sum;
}

std::vector<std::uint32_t> NetworkSpec::widths() const {
  std::vector<std::uint32_t> widths{static_cast<std::uint32_t>(inputs())};
  for (const LayerSpec& layer : layers) {
    widths.push_back(static_cast<std::uint32_t>(layer.outputs));
  }
  return widths;
}

std::string NetworkSpec::name() const {
  std::string name = std::to_string(inputs());
  for (const auto& layer : layers) {
    name += "-" + std::to_string(layer.outputs);
  }
  return name;
}

std::size_t NetworkSpec::operations_per_example() const {
  std::size_t macs = 0;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    macs += 2 * layers[l].synapses() + (l > 0 ? layers[l].inputs * layers[l].outputs : 0);
  }
  return 2 * macs;
}

NetworkSpec make_network(const NetworkParameters& network, const periphery::PeripheryParameters& periphery,
                         std::size_t inputs, std::size_t classes, bool images) {
  const bool relu = network.hidden_activation == "relu";
  NetworkSpec spec;
  std::size_t below = inputs;
  double below_scale = 1;
  for (const auto width : images ? network.image_hidden : network.feature_hidden) {
    LayerSpec layer;
    layer.inputs = below;
    layer.outputs = static_cast<std::size_t>(width);
    layer.activation = relu ? periphery::ActivationKind::relu : periphery::ActivationKind::logistic;
    layer.adc_full_scale = periphery.adc_hidden_full_scale;
    layer.input_scale = below_scale;
    layer.output_scale = relu ? periphery.relu_full_scale : 1;
    spec.layers.push_back(layer);
    below = layer.outputs;
    below_scale = layer.output_scale;
  }
  LayerSpec last;
  last.inputs = below;
  last.outputs = classes;
  last.activation = periphery::ActivationKind::linear;
  last.adc_full_scale = periphery::output_full_scale(periphery, classes);
  last.input_scale = below_scale;
  spec.layers.push_back(last);
  return spec;
}

}  // namespace kirchhoff::model
