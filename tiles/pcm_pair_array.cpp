#include "tiles/pcm_pair_array.h"

namespace kirchhoff::tiles {

PcmPairArray::PcmPairArray(std::size_t rows, std::size_t columns, const SynapseParameters& parameters,
                           std::uint64_t seed, std::uint32_t tile, const WireResistance& wires)
    : HybridArray(rows, columns, parameters, seed, tile, wires) {}

UpdateCount PcmPairArray::update(const UpdateOrder& order) {
  UpdateCount count;
  const PulseList& pulses = list_pulses(order, count);
  const float* normal = draw_pulse_noise(order.operation, pulses.pulses).data();
  for (std::size_t k = 0; k < pulses.size; ++k) {
    const std::size_t cell = pulses.cells[k] / 2;
    const PcmDeviceOf which = pulses.cells[k] % 2 == 0 ? PcmDeviceOf::plus : PcmDeviceOf::minus;
    const float before = pairs().us(which, cell);
    for (std::uint32_t pulse = 0; pulse < pulses.counts[k]; ++pulse) {
      pairs().set_training(which, cell, *normal++);
    }
    const float change = pairs().us(which, cell) - before;
    move_weight(cell, which == PcmDeviceOf::plus ? change : -change);
  }
  pairs().settle_pulsed(order.operation, now());
  count.set_pulses = pulses.pulses;
  return count;
}

TransferCount PcmPairArray::transfer_row(std::uint64_t operation, std::size_t row) {
  TransferCount count;
  const std::span<float> targets = hold_row(row, count);
  for (std::size_t j = 0; j < targets.size(); ++j) {
    const std::size_t i = weights().cell(row, j);
    const float stronger = std::max(pairs().us(PcmDeviceOf::plus, i), pairs().us(PcmDeviceOf::minus, i));
    if (stronger > usable_us() && pairs().weaker_us(i) > pairs().device().reset_to_us) {
      reset_pair(i, count);
    }
  }
  count += write_pairs(operation, row, targets);
  refresh_row(row, 1.0F);
  return count;
}

}  // namespace kirchhoff::tiles
