#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "foundation/random.h"
#include "model/network/mapping.h"

namespace kirchhoff::unit {

/// A network of these widths, hidden layers logistic.
inline model::NetworkSpec network_of(const std::vector<std::int64_t>& hidden, std::size_t inputs,
                                     std::size_t classes, std::string_view activation = "logistic") {
  model::NetworkParameters parameters;
  parameters.image_hidden = hidden;
  parameters.hidden_activation = activation;
  return make_network(parameters, periphery::PeripheryParameters{}, inputs, classes, true);
}

/// A network and a mesh of tiles, drawn at random; small tiles, so that layers are cut.
struct RandomCase {
  model::NetworkSpec network;
  model::MappingTarget target;
};

inline RandomCase random_case(foundation::RandomSequence& random) {
  std::vector<std::int64_t> hidden(random.below(3));
  for (auto& width : hidden) {
    width = 1 + random.below(60);
  }
  RandomCase result{network_of(hidden, 1 + random.below(90), 2 + random.below(30)), {}};
  result.target.tile_rows = 2 + random.below(30);
  result.target.tile_columns = 1 + random.below(20);
  result.target.row_split = random.below(2) == 0 ? "even" : "fill";
  const std::size_t needed = tiles_needed(result.network, result.target);
  const std::uint32_t rows = 1 + random.below(9);
  result.target.topology = {rows, static_cast<std::uint32_t>((needed + rows - 1) / rows)};
  return result;
}

}  // namespace kirchhoff::unit
