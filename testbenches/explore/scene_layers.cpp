#include "testbenches/explore/scene_layers.h"

#include <string>

namespace kirchhoff::testbenches {

std::vector<ExampleScene::Layer> layers_of(const model::NetworkSpec& network, const model::Mapping& mapping) {
  const auto widths = network.widths();
  std::vector<ExampleScene::Layer> layers(mapping.layers.size());
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    layers[layer].name = "Layer " + std::to_string(layer + 1) + ": " + std::to_string(widths[layer]) +
                         " \u2192 " + std::to_string(widths[layer + 1]);
  }
  for (const auto& tile : mapping.tiles) {
    layers[tile.layer].tiles.push_back("tile_" + std::to_string(mapping.topology.row_of(tile.node)) + '_' +
                                       std::to_string(mapping.topology.column_of(tile.node)));
  }
  return layers;
}

}  // namespace kirchhoff::testbenches
