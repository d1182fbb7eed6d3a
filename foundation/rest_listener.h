#pragma once

#include "foundation/duration.h"

namespace kirchhoff::foundation {

/// Told when the chip is at rest within a run: a transfer is over, and nothing is on its way. It may look at
/// all state, and change none.
class RestListener {
 public:
  RestListener() = default;
  RestListener(const RestListener&) = delete;
  RestListener& operator=(const RestListener&) = delete;
  virtual ~RestListener() = default;

  /// `now` is the sequencer's local time, at or ahead of the kernel's.
  virtual void at_rest(Duration now) = 0;
};

}  // namespace kirchhoff::foundation
