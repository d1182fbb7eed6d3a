#include "model/chip/output_unit.h"

#include <algorithm>

#include "foundation/math.h"

namespace kirchhoff::model {

std::size_t OutputUnit::predict(std::span<const float> z) {
  return static_cast<std::size_t>(std::max_element(z.begin(), z.end()) - z.begin());
}

OutputUnit::Result OutputUnit::compare(std::span<const float> z, std::size_t label) {
  const std::size_t predicted = predict(z);
  const auto largest = static_cast<double>(z[predicted]);
  weights_.resize(z.size());
  double sum = 0;
  for (std::size_t k = 0; k < z.size(); ++k) {
    weights_[k] = foundation::exp(static_cast<double>(z[k]) - largest);
    sum += weights_[k];
  }
  for (std::size_t k = 0; k < z.size(); ++k) {
    delta_[k] = static_cast<float>(weights_[k] / sum - (k == label ? 1.0 : 0.0));
  }
  return {predicted, foundation::log(sum) - (static_cast<double>(z[label]) - largest)};
}

}  // namespace kirchhoff::model
