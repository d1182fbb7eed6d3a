#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/network/network_parameters.h"

namespace kirchhoff::testbenches {

/// When the supply fails, as counts of examples of the whole run.
class PowerSchedule {
 public:
  struct Event {
    std::uint64_t example = 0;  ///< trained when it comes
    bool before_transfer = false;
  };

  /// Moves every event to the first transfer due then or later. Throws InputError where there is none, or two
  /// come at the same.
  PowerSchedule(const model::PowerOffParameters& parameters, std::uint64_t transfer_interval,
                std::uint64_t examples);

  /// The first one after so many examples; null where there is none.
  [[nodiscard]] const Event* next_after(std::uint64_t example) const;

 private:
  void add(std::span<const std::int64_t> examples, bool before_transfer, std::uint64_t transfer_interval,
           std::uint64_t most);

  std::vector<Event> events_;  ///< ascending
};

}  // namespace kirchhoff::testbenches
