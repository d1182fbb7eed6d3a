#pragma once

#include <cstdint>

#include "foundation/duration.h"
#include "model/chip/address_map.h"

namespace kirchhoff::model {

/// What the host interface shows of the rest of the chip, and what it tells it to do.
class ChipManagement {
 public:
  ChipManagement() = default;
  ChipManagement(const ChipManagement&) = delete;
  ChipManagement& operator=(const ChipManagement&) = delete;
  virtual ~ChipManagement() = default;

  /// Since the chip was made, at `at`; without side effect.
  [[nodiscard]] virtual std::uint64_t count(ChipCounter counter, foundation::Duration at) const = 0;
  [[nodiscard]] virtual bool busy() const = 0;
  /// A soft reset waits for the descriptor under way.
  [[nodiscard]] virtual bool resetting() const = 0;
  [[nodiscard]] virtual std::uint32_t outstanding() const = 0;

  virtual void set_running(bool on) = 0;
  virtual void abort() = 0;
  /// Now, or as soon as the descriptor under way has been left.
  virtual void soft_reset() = 0;
};

}  // namespace kirchhoff::model
