#include "tiles/pulse_rounding.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace kirchhoff::tiles {

UpdateCount PulseRounder::list(const RoundedUpdate& update, std::uint64_t operation, std::size_t slots,
                               bool turned, std::size_t stride, std::vector<CellPulse>& list) {
  const std::size_t padded = foundation::padded_to_vector(update.column_codes.size());
  magnitudes_.assign(padded, 0.0F);
  column_pulses_.resize(padded);
  std::size_t columns = 0;
  float largest = 0;
  for (std::size_t j = 0; j < update.column_codes.size(); ++j) {
    const std::int16_t code = update.column_codes[j];
    if (code != 0) {
      const bool down = (code > 0) != turned;
      magnitudes_[columns] = static_cast<float>(std::abs(code));
      column_pulses_[columns] = static_cast<CellPulse>(2 * j + (down ? 1 : 0));
      largest = std::max(largest, magnitudes_[columns]);
      ++columns;
    }
  }
  row_means_.clear();
  row_pulses_.clear();
  double most = 0;
  const auto at_most = static_cast<double>(slots);
  for (std::size_t i = 0; i < update.row_codes.size(); ++i) {
    const std::int16_t code = update.row_codes[i];
    if (code != 0 && update.mean > 0) {
      const double mean = std::min(update.mean * std::abs(code), static_cast<double>(largest_mean));
      row_means_.push_back(static_cast<float>(mean));
      row_pulses_.push_back(static_cast<CellPulse>(2 * i * stride));
      most += std::min(std::floor(mean * static_cast<double>(largest) * (1 + 1e-6)) + 1, at_most) *
              static_cast<double>(columns);
    }
  }
  const auto room = static_cast<std::size_t>(most) + pulses_at_once;
  if (list.size() < room) {
    list.resize(room);
  }
  UpdateCount count;
  auto random = stream_.lanes(operation);
  count.pulses = list_rounded(random,
                              {.row_means = row_means_.data(),
                               .row_pulses = row_pulses_.data(),
                               .rows = row_means_.size(),
                               .magnitudes = magnitudes_.data(),
                               .column_pulses = column_pulses_.data(),
                               .groups = foundation::padded_to_vector(columns) / foundation::vector_floats,
                               .largest_magnitude = largest},
                              slots, list.data(), count.clipped);
  return count;
}

}  // namespace kirchhoff::tiles
