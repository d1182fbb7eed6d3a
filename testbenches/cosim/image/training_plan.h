#pragma once

#include <vector>

#include "model/network/mapping.h"
#include "model/network/network.h"
#include "model/presets/configuration.h"
#include "testbenches/host/data_set.h"
#include "testbenches/host/software_network.h"

namespace kirchhoff::testbenches {

/// What the training of a data set starts from: the same as in kirchhoff-explore, bit for bit.
struct TrainingPlan {
  model::NetworkSpec network;
  model::Mapping mapping;
  double learning_rate = 0;             ///< of the first epoch
  std::vector<Matrix> initial_weights;  ///< one a layer, (inputs + 1) x outputs
};

/// Throws InputError where the network does not fit the chip.
TrainingPlan plan_training(const model::Configuration& configuration, const DataSet& data);

}  // namespace kirchhoff::testbenches
