#include "testbenches/explore/power_schedule.h"

#include <algorithm>
#include <string>

#include "foundation/error.h"

namespace kirchhoff::testbenches {

using foundation::InputError;

PowerSchedule::PowerSchedule(const model::PowerOffParameters& parameters, std::uint64_t transfer_interval,
                             std::uint64_t examples) {
  add(parameters.before_transfer, true, transfer_interval, examples);
  add(parameters.after_transfer, false, transfer_interval, examples);
  std::sort(events_.begin(), events_.end(),
            [](const Event& a, const Event& b) { return a.example < b.example; });
  const auto twice = std::adjacent_find(
      events_.begin(), events_.end(), [](const Event& a, const Event& b) { return a.example == b.example; });
  if (twice != events_.end()) {
    throw InputError("power_off: the supply fails twice at the transfer after " +
                     std::to_string(twice->example) + " examples; give each transfer at most one");
  }
}

void PowerSchedule::add(std::span<const std::int64_t> examples, bool before_transfer,
                        std::uint64_t transfer_interval, std::uint64_t most) {
  for (const std::int64_t asked : examples) {
    if (transfer_interval == 0) {
      throw InputError(
          "power_off: the supply fails at a transfer, but there is none with training.transfer_interval = 0");
    }
    const auto example = static_cast<std::uint64_t>(asked);
    const std::uint64_t transfer = (example + transfer_interval - 1) / transfer_interval * transfer_interval;
    if (transfer > most) {
      throw InputError("power_off: no transfer comes after " + std::to_string(example) +
                       " examples; the run has " + std::to_string(most) + ", with a transfer every " +
                       std::to_string(transfer_interval));
    }
    events_.push_back({transfer, before_transfer});
  }
}

const PowerSchedule::Event* PowerSchedule::next_after(std::uint64_t example) const {
  const auto next = std::find_if(events_.begin(), events_.end(),
                                 [&](const Event& event) { return event.example > example; });
  return next == events_.end() ? nullptr : &*next;
}

}  // namespace kirchhoff::testbenches
