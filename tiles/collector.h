#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "foundation/state_fields.h"
#include "periphery/activation_unit.h"

namespace kirchhoff::tiles {

/// The digital unit at the tile of a column group's first row split: adds partial sums wide, applies the
/// activation, keeps the derivative, and on the way back turns transposed sums into deltas.
///
/// Summands are kept in slots and added in slot order, so the result does not depend on which came first.
class Collector {
 public:
  struct Shape {
    std::size_t columns = 0;
    std::size_t partials = 0;    ///< row splits of this layer
    std::size_t back_slots = 0;  ///< column groups of the next layer
    std::size_t sets = 1;        ///< of slots for partial sums: examples under way
    bool ideal = false;
    periphery::ActivationKind kind = periphery::ActivationKind::logistic;
    float forward_lsb = 1;  ///< z per code of a partial sum
    std::int32_t adc_high_code = 256;
    float backward_lsb = 1;  ///< of a transposed partial sum, before the exponent
    std::int32_t full_code = 255;
    float output_scale = 1;  ///< value of a full output code
  };
  explicit Collector(const Shape& shape);

  /// Where the codes of partial sum `slot` go.
  [[nodiscard]] std::span<float> partial(std::size_t slot, std::size_t set = 0) {
    return {partials_.data() + (set * shape_.partials + slot) * shape_.columns, shape_.columns};
  }
  [[nodiscard]] std::size_t partial_slots() const { return shape_.partials; }

  /// Wide sums: codes, or z itself in detail ideal.
  std::span<const float> wide_sums(std::size_t set = 0);

  /// Activations from the wide sums: codes, or values in detail ideal. Keeps the derivative.
  std::span<const float> activations(std::size_t set = 0);

  /// Where the transposed partial sums of column group `slot` go.
  [[nodiscard]] std::span<float> back_partial(std::size_t slot) {
    return {back_.data() + slot * shape_.columns, shape_.columns};
  }
  [[nodiscard]] std::size_t back_slots() const { return shape_.back_slots; }

  /// delta = f'(z) x sum of the transposed parts x 2^exponent. Returns the exponent of the largest.
  std::int32_t deltas(std::int32_t exponent);

  /// Deltas as codes of the layer's shared exponent, or themselves in detail ideal.
  std::span<const float> scaled_deltas(std::int32_t exponent);

 private:
  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(std::span{self.partials_}, std::span{self.sums_}, std::span{self.outputs_},
            std::span{self.slopes_}, std::span{self.back_}, std::span{self.deltas_}, std::span{self.scaled_});
  }

  Shape shape_;
  std::unique_ptr<periphery::ActivationUnit> unit_;
  std::vector<float> partials_;
  std::vector<float> sums_;
  std::vector<float> outputs_;
  std::vector<float> slopes_;
  std::vector<float> back_;
  std::vector<float> deltas_;
  std::vector<float> scaled_;
  std::vector<std::int16_t> codes_;
};

}  // namespace kirchhoff::tiles
