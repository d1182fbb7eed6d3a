#pragma once

#include <cstddef>
#include <cstdint>

#include "foundation/aligned.h"

namespace kirchhoff::tiles {

/// A cell and the source that an update drives there: 2 x cell + source. All pulses that a cell gets in one
/// update drive the same source, because that is decided by the sign of its column's delta.
using PulsedCell = std::uint32_t;

/// The cells that get pulses in an update, row by row, each once, and how many they get.
struct PulseList {
  /// Entries are written, and looked at, some at a time: there are so many behind the end.
  static constexpr std::size_t margin = 48;

  foundation::AlignedVector<PulsedCell> cells;
  foundation::AlignedVector<std::uint32_t> counts;
  std::size_t size = 0;
  std::uint64_t pulses = 0;  ///< of all cells

  void make_room(std::size_t entries) {
    if (cells.size() < entries + margin) {
      cells.resize(entries + margin);
      counts.resize(entries + margin);
    }
  }
};

}  // namespace kirchhoff::tiles
