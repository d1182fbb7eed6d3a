#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kirchhoff::model {

/// Softmax and cross-entropy behind the last layer, exact (digital, double precision inside).
class OutputUnit {
 public:
  explicit OutputUnit(std::size_t classes) : delta_(classes) {}

  struct Result {
    std::size_t predicted = 0;  ///< index of the largest z; the first of equals
    double loss = 0;            ///< -log p(label)
  };
  /// delta_k = p_k - [k = label].
  Result compare(std::span<const float> z, std::size_t label);

  /// Index of the largest z only.
  [[nodiscard]] static std::size_t predict(std::span<const float> z);

  [[nodiscard]] std::span<const float> delta() const { return delta_; }

 private:
  std::vector<float> delta_;
  std::vector<double> weights_;
};

}  // namespace kirchhoff::model
