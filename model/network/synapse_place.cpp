#include "model/network/synapse_place.h"

#include "foundation/error.h"

namespace kirchhoff::model {

namespace {

[[noreturn]] void refuse(const SynapseName& synapse, const std::string& why) {
  throw foundation::InputError("synapse " + std::to_string(synapse.layer) + "," +
                               std::to_string(synapse.row) + "," + std::to_string(synapse.column) +
                               " is outside the network: " + why);
}

}  // namespace

SynapsePlace locate(const NetworkSpec& network, const Mapping& mapping, const SynapseName& synapse) {
  if (synapse.layer >= network.layers.size()) {
    refuse(synapse, "layers of " + network.name() + " are 0 to " + std::to_string(network.layers.size() - 1));
  }
  const LayerSpec& layer = network.layers[synapse.layer];
  const std::string of_layer = " of layer " + std::to_string(synapse.layer) + " are 0 to ";
  if (synapse.row >= layer.rows()) {
    refuse(synapse, "rows" + of_layer + std::to_string(layer.inputs) + ", of which " +
                        std::to_string(layer.inputs) + " is the bias");
  }
  if (synapse.column >= layer.outputs) {
    refuse(synapse, "columns" + of_layer + std::to_string(layer.outputs - 1));
  }
  for (const TileAssignment& tile : mapping.tiles) {
    if (tile.layer == synapse.layer && synapse.row >= tile.first_row &&
        synapse.row - tile.first_row < tile.rows() && synapse.column >= tile.first_column &&
        synapse.column - tile.first_column < tile.columns) {
      return {tile.node, synapse.row - tile.first_row, synapse.column - tile.first_column};
    }
  }
  throw foundation::ModelError("no tile holds a synapse that the network has");
}

}  // namespace kirchhoff::model
