#include "tiles/collector.h"

#include <algorithm>
#include <cmath>

#include "periphery/delta_scaler.h"

namespace kirchhoff::tiles {

Collector::Collector(const Shape& shape)
    : shape_(shape),
      partials_(shape.sets * shape.partials * shape.columns),
      sums_(shape.columns),
      outputs_(shape.columns),
      slopes_(shape.columns),
      back_(std::max<std::size_t>(shape.back_slots, 1) * shape.columns),
      deltas_(shape.columns),
      scaled_(shape.columns),
      codes_(shape.columns) {
  if (!shape.ideal) {
    unit_ = std::make_unique<periphery::ActivationUnit>(
        shape.kind, shape.forward_lsb, static_cast<std::int32_t>(shape.partials) * (shape.adc_high_code + 1),
        shape.full_code, shape.output_scale);
  }
}

std::span<const float> Collector::wide_sums(std::size_t set) {
  const std::span<const float> first = partial(0, set);
  std::copy(first.begin(), first.end(), sums_.begin());
  for (std::size_t slot = 1; slot < shape_.partials; ++slot) {
    const std::span<const float> part = partial(slot, set);
    for (std::size_t j = 0; j < shape_.columns; ++j) {
      sums_[j] += part[j];
    }
  }
  return sums_;
}

std::span<const float> Collector::activations(std::size_t set) {
  const auto sums = wide_sums(set);
  if (shape_.ideal) {
    for (std::size_t j = 0; j < shape_.columns; ++j) {
      const auto z = static_cast<double>(sums[j]);
      outputs_[j] = static_cast<float>(periphery::activation(shape_.kind, z));
      slopes_[j] = static_cast<float>(periphery::derivative(shape_.kind, z));
    }
  } else {
    for (std::size_t j = 0; j < shape_.columns; ++j) {
      const auto code = static_cast<std::int32_t>(sums[j]);
      outputs_[j] = static_cast<float>(unit_->output(code));
      slopes_[j] = unit_->slope(code);
    }
  }
  return outputs_;
}

std::int32_t Collector::deltas(std::int32_t exponent) {
  const float scale = shape_.ideal ? 1.0F : std::ldexp(shape_.backward_lsb, exponent);
  for (std::size_t j = 0; j < shape_.columns; ++j) {
    float sum = back_[j];
    for (std::size_t slot = 1; slot < shape_.back_slots; ++slot) {
      sum += back_[slot * shape_.columns + j];
    }
    deltas_[j] = sum * scale * slopes_[j];
  }
  return periphery::shared_exponent(periphery::largest_magnitude(deltas_));
}

std::span<const float> Collector::scaled_deltas(std::int32_t exponent) {
  if (shape_.ideal) {
    return deltas_;
  }
  periphery::scale_deltas(deltas_, exponent, shape_.full_code, codes_);
  std::copy(codes_.begin(), codes_.end(), scaled_.begin());
  return scaled_;
}

}  // namespace kirchhoff::tiles
