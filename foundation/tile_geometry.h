#pragma once

#include <cstdint>
#include <optional>

namespace kirchhoff::foundation {

/// The shape of one array, as far as energy and area need it.
struct TileGeometry {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  /// Reference rows, and as many reference columns, that carry g_ref (one cell per line): 0 or 1.
  std::int64_t reference_lines = 1;
  /// Length of a link to the next tile; the tile pitch where not given.
  std::optional<double> link_mm;
  /// Duration wires of a link to the next tile; 0 where everything travels in packets.
  std::int64_t duration_wires = 0;
  /// Of a router that adds partial sums on their way: bits of its buffers, and adders; 0 where none does.
  std::int64_t reduction_bits = 0;
  std::int64_t reduction_adders = 0;
  /// For the inputs of so many examples, and their partial sums.
  std::int64_t line_buffers = 1;

  [[nodiscard]] double weights() const { return static_cast<double>(rows) * static_cast<double>(columns); }
  /// Weights and reference cells.
  [[nodiscard]] double cells() const {
    return weights() + static_cast<double>(reference_lines) * static_cast<double>(rows + columns);
  }
  [[nodiscard]] double lines() const { return static_cast<double>(rows + columns + 2 * reference_lines); }
  [[nodiscard]] double cells_on_row_line() const { return static_cast<double>(columns + reference_lines); }
  [[nodiscard]] double cells_on_column_line() const { return static_cast<double>(rows + reference_lines); }
};

/// The chip, as far as area needs it.
struct ChipShape {
  TileGeometry tile;
  std::int64_t tiles = 0;
  std::int64_t routers = 0;     ///< each with the digital part of a tile
  std::int64_t sequencers = 0;  ///< with the host interface: 1 for a whole chip
};

}  // namespace kirchhoff::foundation
