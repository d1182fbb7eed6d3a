#include "testbenches/cosim/image/training_plan.h"

#include "model/chip/chip_description.h"

namespace kirchhoff::testbenches {

TrainingPlan plan_training(const model::Configuration& configuration, const DataSet& data) {
  const bool images = data.kind == DataSet::Kind::images;
  const auto& training = configuration.network;
  TrainingPlan plan;
  plan.network =
      model::make_network(training, configuration.periphery, data.input_count, data.class_count, images);
  plan.mapping = model::map_network(plan.network, model::mapping_target(configuration));
  plan.learning_rate = images ? training.image_learning_rate : training.feature_learning_rate;
  const Activation hidden = training.hidden_activation == "relu" ? Activation::relu : Activation::logistic;
  plan.initial_weights =
      initial_weights(plan.network.widths(), hidden, static_cast<std::uint64_t>(training.seed));
  return plan;
}

}  // namespace kirchhoff::testbenches
