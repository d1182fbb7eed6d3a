#pragma once

#include <cstddef>
#include <cstdint>

#include "foundation/aligned.h"
#include "periphery/pulse_trains.h"
#include "tiles/pulse_list.h"

namespace kirchhoff::tiles {

/// Lists the cells whose lines fire in the same slots: their number at a cell is the popcount of the AND of
/// the two trains.
class PulseCoincidences {
 public:
  /// Columns with a positive code drive the down source, or the up source with `turned` polarity.
  void list(const periphery::PulseTrains& rows, const periphery::PulseTrains& columns, bool turned,
            std::size_t stride, PulseList& list);

 private:
  foundation::AlignedVector<PulsedCell> columns_;  ///< pulsed cells of row 0
  foundation::AlignedVector<std::uint32_t> hits_;
};

/// Lists the cells whose lines have slots in common, and those slots: word after word in hits[word x room +
/// k]. `column_cells` are the pulsed cells of row 0 of columns.lines, `stride` the cells from row to row.
/// There is room for all pairs of lines and PulseList::margin; both trains have at least a word. Returns how
/// many cells there are.
std::size_t list_hits(const periphery::PulseTrains& rows, const periphery::PulseTrains& columns,
                      const PulsedCell* column_cells, std::size_t stride, std::size_t room, PulsedCell* cells,
                      std::uint32_t* hits);

/// Counts the bits of hits. Returns their sum.
std::uint64_t count_hits(const std::uint32_t* hits, std::size_t words, std::size_t room, std::size_t size,
                         std::uint32_t* counts);

}  // namespace kirchhoff::tiles
