#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kirchhoff::testbenches {

/// What the wall time of a training example goes into, whatever calls it.
enum class Section : std::uint8_t { input, forward, output, backward, update, transfer, ledger };

inline constexpr std::array<std::string_view, 7> section_names{"input",  "forward",  "output", "backward",
                                                               "update", "transfer", "ledger"};

/// A stop watch that is switched from one section to the next.
class SectionClock {
 public:
  using Clock = std::chrono::steady_clock;

  void start() { last_ = Clock::now(); }
  /// What has passed since the last call belongs to `section`.
  void end(Section section) {
    const auto now = Clock::now();
    spent_[static_cast<std::size_t>(section)] += now - last_;
    last_ = now;
  }
  [[nodiscard]] double seconds(Section section) const {
    return std::chrono::duration<double>(spent_[static_cast<std::size_t>(section)]).count();
  }

 private:
  Clock::time_point last_;
  std::array<Clock::duration, section_names.size()> spent_{};
};

}  // namespace kirchhoff::testbenches
