#include <algorithm>
#include <boost/crc.hpp>
#include <span>

#include "tiles/hybrid_array.h"

namespace kirchhoff::tiles {

using foundation::Duration;

template <typename Self, typename Archive>
void HybridArray::state_of(Self& self, Archive& archive) {
  archive(self.ticks_done_, self.now_, self.turned_rows_, self.polarity_, self.rows_, self.columns_,
          self.settled_, self.weights_);
  for (auto& capacitor : self.capacitors_) {
    archive(capacitor.q_us);
  }
  archive(std::span{self.row_variance_}, std::span{self.column_share_}, std::span{self.pcm_row_us_},
          std::span{self.pcm_column_us_}, std::span{self.capacitor_row_us_},
          std::span{self.capacitor_column_us_});
  if (self.wires_ != nullptr) {
    auto& wires = *self.wires_;
    archive(std::span{wires.offset_us}, std::span{wires.attenuation}, std::span{wires.pair_attenuation},
            wires.mean_attenuation, wires.solved_rows, wires.solved_columns, wires.pairs_trusted,
            wires.capacitors_trusted);
  }
}

/// Of what manufacture and faults made of the capacitors.
std::uint32_t HybridArray::manufacture_checksum() const {
  boost::crc_32_type checksum;
  checksum.process_bytes(tick_decay_.data(), tick_decay_.size() * sizeof(float));
  for (const CapacitorState& capacitor : capacitors_) {
    checksum.process_bytes(capacitor.steps.data(), sizeof capacitor.steps);
  }
  checksum.process_bytes(limits_.data(), limits_.size() * sizeof(CapacitorLimits));
  return static_cast<std::uint32_t>(checksum.checksum());
}

void HybridArray::save(foundation::StateWriter& writer) const {
  writer(manufacture_checksum());
  state_of(*this, writer);
  pcm_.save(writer);
}

void HybridArray::restore(foundation::StateReader& reader) {
  std::uint32_t made = 0;
  reader(made);
  if (made != manufacture_checksum()) {
    reader.fail("is of other devices: seed, spreads or faults differ");
  }
  state_of(*this, reader);
  pcm_.restore(reader);
  pulses_.size = 0;
}

void HybridArray::cycle_power(Duration off, Duration on) {
  advance_to(off);
  for (CapacitorState& capacitor : capacitors_) {
    capacitor.q_us = 0;
  }
  polarity_ = 1;
  turned_rows_ = 0;
  pulses_.size = 0;
  now_ = std::max(now_, on);
  ticks_done_ = now_ / tick_;
  pcm_.refresh(now_);
  for (std::size_t row = 0; row < weights_.rows(); ++row) {
    refresh_row(row, polarity_);
  }
  settled_ = false;
  settle();
  sum_pcm_lines();
  sum_capacitor_lines();
}

}  // namespace kirchhoff::tiles
