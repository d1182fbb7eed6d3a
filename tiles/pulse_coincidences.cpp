#include "tiles/pulse_coincidences.h"

namespace kirchhoff::tiles {

using periphery::PulseTrains;

void PulseCoincidences::list(const PulseTrains& rows, const PulseTrains& columns, bool turned,
                             std::size_t stride, PulseList& list) {
  list.size = 0;
  list.pulses = 0;
  if (rows.pulses == 0 || columns.pulses == 0) {
    return;
  }
  columns_.resize(columns.stride);
  for (std::size_t k = 0; k < columns.lines.size(); ++k) {
    // A positive delta asks for a smaller weight; with turned polarity that is more charge.
    const std::uint32_t down = turned ? columns.negative[k] : 1U - columns.negative[k];
    columns_[k] = 2 * columns.lines[k] + down;
  }
  list.make_room(rows.lines.size() * columns.lines.size());
  const std::size_t room = list.cells.size();
  if (hits_.size() < rows.words * room) {
    hits_.resize(rows.words * room);
  }
  list.size = list_hits(rows, columns, columns_.data(), stride, room, list.cells.data(), hits_.data());
  list.pulses = count_hits(hits_.data(), rows.words, room, list.size, list.counts.data());
}

}  // namespace kirchhoff::tiles
