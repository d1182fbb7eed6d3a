#pragma once

#include <vector>

#include "model/network/mapping.h"
#include "model/network/network.h"
#include "testbenches/trace/example_picture.h"

namespace kirchhoff::testbenches {

/// The tiles of each layer, as pictures and save files group them.
std::vector<ExampleScene::Layer> layers_of(const model::NetworkSpec& network, const model::Mapping& mapping);

}  // namespace kirchhoff::testbenches
