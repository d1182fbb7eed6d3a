#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "foundation/parameters.h"

namespace kirchhoff::model {

/// Which network is trained, how it is laid onto tiles, and how it is trained.
struct NetworkParameters {
  std::vector<std::int64_t> image_hidden{250, 125};  ///< widths of the hidden layers for images
  std::vector<std::int64_t> feature_hidden{};        ///< and for feature vectors: one layer
  std::string hidden_activation = "logistic";        ///< logistic, relu
  std::string row_split = "even";                    ///< even: splits of equal height; fill: full tiles first

  std::string placement = "order";  ///< order: down the columns; hops: fewer links times flits
  std::int64_t placement_seed = 1;

  std::int64_t epochs = 6;
  double image_learning_rate = 0.1;
  double feature_learning_rate = 0.01;
  double learning_rate_decay = 0.85;      ///< per epoch
  std::int64_t transfer_interval = 8000;  ///< examples between transfers; 0: never
  std::int64_t seed = 1;
};

/// A study of what a loss of supply costs: when, and for how long. Capacitors, registers and tables are lost,
/// PCM stays; the host then programs the registers again and goes on, without writing any weight.
struct PowerOffParameters {
  /// Counts of examples: at the first transfer due then or later, which is then lost with the charge ...
  std::vector<std::int64_t> before_transfer{};
  std::vector<std::int64_t> after_transfer{};  ///< ... or as soon as it is done
  double duration_s = 1;                       ///< without supply
};

void declare(foundation::ParameterTable& table, NetworkParameters& parameters);
void declare(foundation::ParameterTable& table, PowerOffParameters& parameters);

}  // namespace kirchhoff::model
