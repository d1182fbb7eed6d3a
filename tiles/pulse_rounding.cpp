#include "tiles/pulse_rounding.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace kirchhoff::tiles {

std::uint64_t PulseRounder::list(const RoundedUpdate& update, std::uint64_t operation, std::size_t slots,
                                 bool turned, std::size_t stride, PulseList& list) {
  const std::size_t padded = foundation::padded_to_vector(update.column_codes.size());
  magnitudes_.assign(padded, 0.0F);
  column_cells_.resize(padded);
  std::size_t columns = 0;
  float largest = 0;
  for (std::size_t j = 0; j < update.column_codes.size(); ++j) {
    const std::int16_t code = update.column_codes[j];
    if (code != 0) {
      const bool down = (code > 0) != turned;
      magnitudes_[columns] = static_cast<float>(std::abs(code));
      column_cells_[columns] = static_cast<PulsedCell>(2 * j + (down ? 1 : 0));
      largest = std::max(largest, magnitudes_[columns]);
      ++columns;
    }
  }
  row_means_.clear();
  row_cells_.clear();
  for (std::size_t i = 0; i < update.row_codes.size(); ++i) {
    const std::int16_t code = update.row_codes[i];
    if (code != 0 && update.mean > 0) {
      const double mean = std::min(update.mean * std::abs(code), static_cast<double>(largest_mean));
      row_means_.push_back(static_cast<float>(mean));
      row_cells_.push_back(static_cast<PulsedCell>(2 * i * stride));
    }
  }
  list.make_room(row_means_.size() * padded);
  auto random = stream_.lanes(operation);
  return list_rounded(random,
                      {.row_means = row_means_.data(),
                       .row_cells = row_cells_.data(),
                       .rows = row_means_.size(),
                       .magnitudes = magnitudes_.data(),
                       .column_cells = column_cells_.data(),
                       .groups = foundation::padded_to_vector(columns) / foundation::vector_floats,
                       .largest_magnitude = largest},
                      slots, list);
}

}  // namespace kirchhoff::tiles
