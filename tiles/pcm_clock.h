#pragma once

#include <span>

#include "foundation/duration.h"
#include "foundation/state_fields.h"

namespace kirchhoff::tiles {

/// An instant in seconds since the epoch of a PcmClock, in two parts: a float alone would blur the age of a
/// device that was programmed just now.
struct PcmInstant {
  float high_s;
  float low_s;

  /// Seconds since `programmed_s`, a stamp of the same clock; never negative.
  [[nodiscard]] float age_s(float programmed_s) const {
    const float age = (high_s - programmed_s) + low_s;
    return age > 0 ? age : 0.0F;
  }
};

/// Keeps instants of programming as floats, four bytes a device, whatever the simulated time.
///
/// A stamp counts seconds from an epoch that follows simulated time in whole seconds. A device just stamped
/// is off by 30 ns at most (2^-25 s), one of age t by 30 ns + 2^-23 t however often the epoch moved: whole
/// seconds are exact in float up to 2^24 s, so that a stamp is rounded only where its magnitude passes a
/// power of two.
class PcmClock {
 public:
  /// Before stamping at `now`: moves the epoch to the last whole second. Returns by how many seconds; where
  /// not 0, all stamps kept must go through shift_stamps(). Earlier instants leave the epoch where it is.
  float move_epoch(foundation::Duration now);
  [[nodiscard]] float stamp(foundation::Duration now) const;
  [[nodiscard]] PcmInstant instant(foundation::Duration now) const;

 private:
  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.epoch_);
  }

  foundation::Duration epoch_{0};
};

/// What move_epoch() asks for.
void shift_stamps(std::span<float> programmed_s, float by_s);

}  // namespace kirchhoff::tiles
