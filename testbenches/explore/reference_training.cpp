#include "testbenches/explore/reference_training.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "testbenches/explore/stop_request.h"

namespace kirchhoff::testbenches {
namespace {

/// Learning rate of the linear classifier, that of the software baselines.
constexpr double linear_learning_rate = 0.01;

LearningCurve train_software(const std::vector<Matrix>& weights, Activation hidden, const DataSet& data,
                             const model::NetworkParameters& training, double learning_rate) {
  SoftwareNetwork network{weights, hidden};
  LearningCurve curve;
  for (std::uint32_t epoch = 0; epoch < static_cast<std::uint32_t>(training.epochs); ++epoch) {
    const auto order = epoch_order(static_cast<std::uint32_t>(data.train.count()),
                                   static_cast<std::uint64_t>(training.seed), epoch);
    std::span<const std::uint32_t> rest{order};
    while (!rest.empty()) {  // piece by piece: nobody waits for a reference that is not needed any more
      constexpr std::size_t piece = 1000;
      if (StopRequest::came()) {
        return curve;
      }
      const auto now = rest.first(std::min(piece, rest.size()));
      network.train_epoch(data.train, now,
                          learning_rate_of_epoch(learning_rate, training.learning_rate_decay, epoch));
      rest = rest.subspan(now.size());
    }
    curve.push_back(network.accuracy_percent(data.test));
  }
  return curve;
}

}  // namespace

Reference train_reference(const std::vector<Matrix>& weights, const DataSet& data,
                          const model::NetworkParameters& training, double learning_rate) {
  const Activation hidden = training.hidden_activation == "relu" ? Activation::relu : Activation::logistic;
  Reference reference;
  reference.software = train_software(weights, hidden, data, training, learning_rate);
  const std::array<std::uint32_t, 2> linear{static_cast<std::uint32_t>(data.input_count),
                                            static_cast<std::uint32_t>(data.class_count)};
  const auto curve =
      train_software(initial_weights(linear, Activation::logistic, static_cast<std::uint64_t>(training.seed)),
                     Activation::logistic, data, training, linear_learning_rate);
  reference.linear_percent = curve.empty() ? 0 : curve.back();
  return reference;
}

}  // namespace kirchhoff::testbenches
