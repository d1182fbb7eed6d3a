#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "foundation/aligned.h"
#include "foundation/random.h"
#include "tiles/pulse_list.h"
#include "tiles/synapse_array.h"

namespace kirchhoff::tiles {

/// Lists the pulses of a rounding update: floor(mean + u) at each cell, u uniform and fresh for every cell
/// and update, so that the mean is kept and the variance is that of a rounding, frac(mean) (1 - frac(mean)).
/// A cell takes one pulse a slot at most. Only cells whose lines both have a code are looked at.
///
/// Means are float32, chances below one are resolved to 2^-31.
class PulseRounder {
 public:
  PulseRounder(std::uint64_t seed, std::uint32_t tile)
      : stream_(seed, foundation::Purpose::update_rounding, tile) {}

  /// Columns with a positive code drive the down source, or the up source with `turned` polarity. Returns
  /// what goes beyond one pulse a slot.
  std::uint64_t list(const RoundedUpdate& update, std::uint64_t operation, std::size_t slots, bool turned,
                     std::size_t stride, PulseList& list);

 private:
  foundation::RandomStream stream_;
  // Lines with a code.
  std::vector<float> row_means_;  ///< at a column of code 1
  std::vector<PulsedCell> row_cells_;
  foundation::AlignedVector<float> magnitudes_;  ///< of columns, zeros up to a whole vector
  foundation::AlignedVector<PulsedCell> column_cells_;
};

/// The lines that a rounding kernel goes through.
struct RoundedLines {
  const float* row_means = nullptr;
  const PulsedCell* row_cells = nullptr;  ///< the row's first cell, up source
  std::size_t rows = 0;
  const float* magnitudes = nullptr;         ///< whole vectors
  const PulsedCell* column_cells = nullptr;  ///< to be added to the row's
  std::size_t groups = 0;                    ///< vectors of columns
  float largest_magnitude = 0;
};

/// Means above this count as this much.
inline constexpr float largest_mean = 0x1p24F;

/// There is room for every cell in `list`. Returns the pulses beyond `slots`.
std::uint64_t list_rounded(foundation::RandomLanes& random, const RoundedLines& lines, std::size_t slots,
                           PulseList& list);

}  // namespace kirchhoff::tiles
