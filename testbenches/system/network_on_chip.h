#pragma once

#include <vector>

#include "model/network/reprogram.h"
#include "testbenches/system/chip_bench.h"

namespace kirchhoff::testbenches {

/// A network on the bench's chip, with all that is needed to train it.
struct NetworkOnChip {
  NetworkOnChip(const ChipBench& bench, std::size_t inputs, std::size_t classes, bool images,
                const std::vector<interconnect::NodeId>& occupied = {}, std::size_t first_route = 0)
      : spec(model::make_network(bench.configuration->network, bench.configuration->periphery, inputs,
                                 classes, images)) {
    auto target = model::mapping_target(*bench.configuration);
    target.occupied = occupied;
    mapping = model::map_network(spec, target);
    auto options = model::program_options(*bench.configuration,
                                          images ? bench.configuration->network.image_learning_rate
                                                 : bench.configuration->network.feature_learning_rate);
    options.first_route = first_route;
    plan = model::plan_network(spec, mapping, options);
    start = initial_weights(spec.widths(), Activation::logistic, 3);
  }

  void train(ChipDriver& driver, MemoryMap& memory, const Examples& examples) {
    completion = driver.train(batch_of(memory, examples));
    trained = driver.read_weights(spec, mapping);
  }

  [[nodiscard]] std::vector<float> weights() const {
    std::vector<float> all;
    for (const Matrix& matrix : trained) all.insert(all.end(), matrix.values.begin(), matrix.values.end());
    return all;
  }

  model::NetworkSpec spec;
  model::Mapping mapping;
  model::NetworkPlan plan;
  std::vector<Matrix> start;
  std::vector<Matrix> trained;
  model::Completion completion;
};

}  // namespace kirchhoff::testbenches
