#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "foundation/duration.h"

namespace kirchhoff::traces {

/// What of a run is recorded.
struct Recording {
  static constexpr std::uint64_t all_examples = std::numeric_limits<std::uint64_t>::max();

  std::uint64_t examples = all_examples;  ///< states, queues and transactions: of the first so many
  // Nothing before, nothing after; what is on at `begin` is shown from there on.
  foundation::Duration begin{0};
  foundation::Duration end = foundation::Duration::max();
  std::vector<std::string> signals;  ///< patterns, see SignalSelection
};

}  // namespace kirchhoff::traces
