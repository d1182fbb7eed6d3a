#include <algorithm>
#include <span>

#include "tiles/tile_core.h"

namespace kirchhoff::tiles {

using foundation::Duration;

template <typename Self, typename Archive>
void TileCore::state_of(Self& self, Archive& archive) {
  archive(self.forward_noise_, self.transposed_noise_, self.busy_until_, self.operation_, self.buffer_.inputs,
          self.buffer_.partials, self.back_partials_, self.reports_, self.dones_, self.largest_exponent_,
          std::span{self.buffer_.x}, std::span{self.delta_}, self.delta_exponent_, self.row_pulses_carried_,
          self.column_pulses_carried_, self.last_transfer_);
  if (self.collector_ != nullptr) {
    archive(*self.collector_);
  }
  for (auto& buffer : self.more_buffers_) {
    archive(buffer.inputs, buffer.partials, std::span{buffer.x});
  }
  if (!self.jitter_.is_none()) {
    archive(self.jitter_);
  }
}

void TileCore::save(foundation::StateWriter& writer) const {
  writer(settings_, enabled_, collector_ != nullptr);
  state_of(*this, writer);
  array_->save(writer);
}

void TileCore::restore(foundation::StateReader& reader) {
  bool collects = false;
  reader(settings_, enabled_, collects);
  if ((enabled_ && !configure()) || collects != (collector_ != nullptr)) {
    reader.fail("has settings that this tile does not take");
  }
  state_of(*this, reader);
  array_->restore(reader);
}

void TileCore::reset_registers() {
  settings_ = TileSettings{parameters_.flow_entries, parameters_.route_entries};
  enabled_ = false;
  rows_ = input_rows_ = columns_ = 0;
  collector_.reset();
  for (Join* join : {&back_partials_, &reports_, &dones_}) {
    *join = Join{};
  }
  for_each_buffer([](LineBuffer& buffer) { buffer.clear(); });
  std::fill(delta_.begin(), delta_.end(), 0.0F);
  row_pulses_carried_ = column_pulses_carried_ = 0;
}

void TileCore::cycle_power(Duration off, Duration on) {
  reset_registers();
  busy_until_ = on;
  array_->cycle_power(off, on);
}

}  // namespace kirchhoff::tiles
