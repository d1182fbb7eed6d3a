#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace kirchhoff::foundation {

/// What the chip was doing when it spent time and energy.
enum class Phase : unsigned char { setup, forward, backward, update, transfer, inference };

inline constexpr std::array<std::string_view, 6> phase_names{"setup",  "forward",  "backward",
                                                             "update", "transfer", "inference"};
inline constexpr std::size_t phase_count = phase_names.size();

constexpr std::size_t index_of(Phase phase) {
  return static_cast<std::size_t>(phase);
}

}  // namespace kirchhoff::foundation
