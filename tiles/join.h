#pragma once

#include <cstdint>

#include "foundation/duration.h"
#include "foundation/state_fields.h"

namespace kirchhoff::tiles {

/// Where the time went on the way that led here.
struct PathTime {
  foundation::Duration network{0};
  foundation::Duration compute{0};

  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.network, self.compute);
  }
};

/// Waits for a number of parts; complete with the latest of them, whose path is the critical one.
/// On a tie the path with more time in arrays counts, so that the order of calls does not matter.
class Join {
 public:
  void expect(std::uint32_t parts) { expected_ = parts; }

  /// True when this was the last part; the join is then ready for the next round.
  bool add(foundation::Duration arrival, PathTime path, std::uint32_t parts = 1) {
    if (fresh_ || arrival > latest_ || (arrival == latest_ && path.compute > path_.compute)) {
      latest_ = arrival;
      path_ = path;
      fresh_ = false;
    }
    arrived_ += parts;
    if (arrived_ < expected_) {
      return false;
    }
    arrived_ = 0;
    fresh_ = true;
    return true;
  }

  void reset() {
    arrived_ = 0;
    fresh_ = true;
  }

  [[nodiscard]] foundation::Duration latest() const { return latest_; }
  [[nodiscard]] PathTime path() const { return path_; }
  [[nodiscard]] std::uint32_t expected() const { return expected_; }

 private:
  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.expected_, self.arrived_, self.fresh_, self.latest_, self.path_);
  }

  std::uint32_t expected_ = 0;
  std::uint32_t arrived_ = 0;
  bool fresh_ = true;
  foundation::Duration latest_{0};
  PathTime path_;
};

}  // namespace kirchhoff::tiles
