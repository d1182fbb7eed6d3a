#include "model/network/network_parameters.h"

namespace kirchhoff::model {

using foundation::Mark;

void declare(foundation::ParameterTable& table, NetworkParameters& p) {
  table.integers("network.image_hidden", p.image_hidden, 1, 1000000, Mark::source,
                 "528-250-125-10 is the MNIST network of Ambrogio et al., Nature 558 (2018)");
  table.integers("network.feature_hidden", p.feature_hidden, 1, 1000000, Mark::source,
                 "one layer on 2,048 features: the paper's transfer-learning head");
  table.choice("network.hidden_activation", p.hidden_activation, {"logistic", "relu"}, Mark::assumed,
               "logistic outputs fit a pulse width of 0..1; ReLU is scaled by activation.relu_full_scale");
  table.choice("network.row_split", p.row_split, {"even", "fill"}, Mark::assumed,
               "rows of a layer over its tiles: equal parts, or full tiles first");
  table.choice(
      "mapping.placement", p.placement, {"order", "hops"}, Mark::assumed,
      "parts of layers on tiles: one after the other down the columns, or where flits times links are few");
  table.integer("mapping.seed", p.placement_seed, 0, 9007199254740991, Mark::assumed,
                "of the search for a placement with few hops");
  table.integer("training.epochs", p.epochs, 1, 10000, Mark::assumed,
                "enough for the built-in data to settle");
  table.real("training.image_learning_rate", p.image_learning_rate, "", 0, 100, Mark::assumed,
             "times kappa / dg = 62.5 pulses, which 63 slots can express");
  table.real("training.feature_learning_rate", p.feature_learning_rate, "", 0, 100, Mark::assumed,
             "as the software baseline of the feature sets");
  table.real("training.learning_rate_decay", p.learning_rate_decay, "", 0.01, 1, Mark::assumed,
             "factor per epoch");
  table.integer("training.transfer_interval", p.transfer_interval, 0, 1000000000, Mark::assumed,
                "examples between transfers; 0: never");
  table.integer("training.seed", p.seed, 0, 9007199254740991, Mark::assumed,
                "of weights, order, devices and pulses");
}

void declare(foundation::ParameterTable& table, PowerOffParameters& p) {
  constexpr double longest_s = 30.0 * 86400;
  constexpr std::int64_t most_examples = 1'000'000'000;
  table.integers("power_off.before_transfer", p.before_transfer, 1, most_examples, Mark::assumed,
                 "examples after which, instead of the transfer then due, the supply fails; none: never");
  table.integers("power_off.after_transfer", p.after_transfer, 1, most_examples, Mark::assumed,
                 "the same, right after that transfer");
  table.real("power_off.duration", p.duration_s, "s", 0, longest_s, Mark::assumed,
             "time without supply; PCM drifts on");
}

}  // namespace kirchhoff::model
