#include "periphery/active_lines.h"

#include "periphery/pulse_bits.h"

namespace kirchhoff::periphery {

static_assert(ActiveLines::lanes == train_lanes);
static_assert(ActiveLines::lanes == foundation::vector_floats);

void ActiveLines::gather(std::span<const std::int16_t> codes) {
  const std::size_t room = foundation::padded_to_vector(codes.size()) + lanes;
  if (lines_.size() < room) {
    lines_.resize(room);
    negative_.resize(room);
    magnitudes_.resize(room);
  }
  count_ = gather_active(codes.data(), codes.size(), lines_.data(), negative_.data(), magnitudes_.data());
  groups_ = (count_ + lanes - 1) / lanes;
  for (std::size_t k = count_; k < groups_ * lanes; ++k) {
    lines_[k] = 0;
    magnitudes_[k] = 0;
  }
}

void ActiveLines::write(std::span<const std::uint32_t> drawn, std::size_t slots, PulseTrains& trains) const {
  const std::size_t halves = (slots + 31) / 32;
  trains.words = halves;
  trains.stride = groups_ * lanes;
  trains.lines.resize(trains.stride);
  trains.negative.resize(trains.stride);
  trains.bits.resize(trains.stride * halves);
  const FiringLines firing =
      keep_firing({drawn.data(), halves, slots % 32 == 0 ? ~0U : (1U << (slots % 32)) - 1, lines_.data(),
                   negative_.data(), count_},
                  trains.stride, trains.lines.data(), trains.negative.data(), trains.bits.data());
  trains.lines.resize(firing.lines);
  trains.negative.resize(firing.lines);
  trains.pulses = firing.pulses;
}

}  // namespace kirchhoff::periphery
