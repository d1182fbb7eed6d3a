#include "tiles/ideal_array.h"

#include <algorithm>
#include <cmath>

namespace kirchhoff::tiles {

void IdealArray::select(std::size_t rows, std::size_t columns) {
  rows_ = rows;
  columns_ = columns;
}

UpdateCount IdealArray::update(const UpdateOrder& order) {
  weights_.subtract_outer(order.rate, order.x, order.deltas);
  return {};
}

TransferCount IdealArray::programming_effort() const {
  const auto rounded = [](double value) { return static_cast<std::uint64_t>(std::floor(value + 0.5)); };
  TransferCount count;
  count.reads = rounded(assumed_.transfer_iterations);
  count.pulse_rounds = count.reads;
  count.set_pulses = rounded(assumed_.set_pulses * static_cast<double>(columns_));
  count.reset_pulses = rounded(assumed_.reset_probability * 2 * static_cast<double>(columns_));
  return count;
}

TransferCount IdealArray::transfer_row(std::uint64_t /*operation*/, std::size_t /*row*/) {
  return programming_effort();
}

TransferCount IdealArray::program_row(std::uint64_t /*operation*/, std::size_t row,
                                      std::span<const float> targets) {
  std::copy(targets.begin(), targets.end(), weights_.data() + weights_.cell(row, 0));
  return programming_effort();
}

LineConductance IdealArray::row_conductance(std::size_t /*row*/) const {
  const auto cells = static_cast<double>(columns_);
  return {assumed_.pcm_pair_us * cells, assumed_.capacitor_us * cells};
}

DrivenLines IdealArray::driven(std::span<const float> duties, std::size_t cells) const {
  DrivenLines sum;
  for (const float duty : duties) {
    sum.duty += std::fabs(static_cast<double>(duty));
    sum.lines += duty != 0.0F ? 1 : 0;
  }
  sum.conductance.pcm_us = sum.duty * assumed_.pcm_pair_us * static_cast<double>(cells);
  sum.conductance.capacitor_us = sum.duty * assumed_.capacitor_us * static_cast<double>(cells);
  return sum;
}

DrivenLines IdealArray::driven_rows(std::span<const float> duties) const {
  return driven(duties, columns_);
}

DrivenLines IdealArray::driven_columns(std::span<const float> duties) const {
  return driven(duties, rows_);
}

SynapseArray::Cell IdealArray::cell(std::size_t row, std::size_t column) const {
  const auto half = static_cast<float>(assumed_.pcm_pair_us / 2);
  return {weights_.at(row, column), half, half, static_cast<float>(assumed_.capacitor_us), 0};
}

}  // namespace kirchhoff::tiles
