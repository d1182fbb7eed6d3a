#include "tiles/synapse_array.h"

namespace kirchhoff::tiles {

TransferCount& TransferCount::operator+=(const TransferCount& other) {
  reads += other.reads;
  dwells += other.dwells;
  pulse_rounds += other.pulse_rounds;
  residual_slots += other.residual_slots;
  set_pulses += other.set_pulses;
  reset_pulses += other.reset_pulses;
  residual_pulses += other.residual_pulses;
  unconverged += other.unconverged;
  clipped_targets += other.clipped_targets;
  saturated_capacitors += other.saturated_capacitors;
  return *this;
}

SaturatedCells& SaturatedCells::operator+=(const SaturatedCells& other) {
  cells += other.cells;
  capacitors += other.capacitors;
  weights += other.weights;
  return *this;
}

}  // namespace kirchhoff::tiles
