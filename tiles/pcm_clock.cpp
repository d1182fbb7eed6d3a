#include "tiles/pcm_clock.h"

namespace kirchhoff::tiles {

using foundation::Duration;

namespace {

constexpr Duration kSecond{1'000'000'000'000};

}  // namespace

float PcmClock::move_epoch(Duration now) {
  const auto seconds = (now - epoch_) / kSecond;
  if (seconds <= 0) {
    return 0;
  }
  epoch_ += kSecond * seconds;
  return static_cast<float>(seconds);
}

float PcmClock::stamp(Duration now) const {
  return static_cast<float>(foundation::to_seconds(now - epoch_));
}

PcmInstant PcmClock::instant(Duration now) const {
  const double seconds = foundation::to_seconds(now - epoch_);
  const auto high = static_cast<float>(seconds);
  return {high, static_cast<float>(seconds - static_cast<double>(high))};
}

void shift_stamps(std::span<float> programmed_s, float by_s) {
  for (float& stamp : programmed_s) {
    stamp -= by_s;
  }
}

}  // namespace kirchhoff::tiles
