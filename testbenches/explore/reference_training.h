#pragma once

#include <vector>

#include "model/network/network_parameters.h"
#include "testbenches/host/data_set.h"
#include "testbenches/host/software_network.h"

namespace kirchhoff::testbenches {

/// Test accuracy after each epoch, per cent.
using LearningCurve = std::vector<double>;

/// What software reaches on the same examples in the same order, and a linear classifier.
struct Reference {
  LearningCurve software;
  double linear_percent = 0;
};

/// Incomplete where a StopRequest came.
Reference train_reference(const std::vector<Matrix>& weights, const DataSet& data,
                          const model::NetworkParameters& training, double learning_rate);

}  // namespace kirchhoff::testbenches
