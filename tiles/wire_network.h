#pragma once

#include <cstddef>
#include <vector>

#include "foundation/aligned.h"

namespace kirchhoff::tiles {

/// Of one wire segment: between neighbouring cells, and between a line's driver or sense end and its first
/// cell.
struct WireResistance {
  double row_ohm = 0;
  double column_ohm = 0;
};

/// sum(G) R / 2 of the worst line of each kind, R the whole wire.
struct WireLoad {
  double row = 0;
  double column = 0;
};

/// What resistance of the wires leaves of the conductances of a crossbar, in both directions of read.
///
/// Modelled: row i is driven at its left end, column j sensed at a virtual ground at its bottom end, rows
/// without a pulse are held at 0 V; segments of equal resistance in all rows and in all columns. The network
/// is linear, so a read is a product with the transfer conductance T_ij, and reciprocal, so with drivers and
/// sense ends where they are the transposed read is the product with the transpose of the same T.
/// Not modelled: capacitance of wires, resistance of drivers and of the virtual ground, cells whose
/// conductance depends on their voltage.
///
/// T_ij = attenuation_ij G_ij + stray_ij. The attenuation is exact for a current that crosses from row to
/// column once, at its own cell: voltage of row i's ladder times that of column j's ladder driven backwards,
/// all cells loads to ground. What leaks elsewhere is not lost: it strays through other rows and columns and
/// part of it arrives. Strays vary slowly from cell to cell: they are those of a coarse network, the lines in
/// 16 to 48 blocks, solved exactly, times what sets each line apart from its block. Up to 16 lines nothing is
/// lumped and T is exact.
///
/// Relative error of the current of one column or row, random duties, against the exact network: the largest
/// and (rms); 17 uS a cell on average, load of a column of equal cells:
///
///     tile       load  equal cells      0..34 uS or 2, 25 uS  lines 1 : 4 apart  ladders without strays
///     131 x 50   0.41  1e-5             1e-4 (3e-5)           1e-4 (4e-5)        1.5 %
///     131 x 50   0.5   2e-5             2e-4 (5e-5)           2e-4 (6e-5)        2 %
///     131 x 50   2.3   3e-4 (1e-4)      0.2 % (0.05 %)        0.4 % (0.2 %)      16 %
///     512 x 512  6.2   3e-4 (1e-4)      0.3 % (0.07 %)        1.1 % (0.6 %)      80 %
///     512 x 512  7.7   4e-4 (1e-4)      0.3 % (0.08 %)        1.1 % (0.6 %)      86 %
///     512 x 512  35    0.15 % (0.03 %)  1.1 % (0.3 %)         1.6 % (0.7 %)      99.6 %
///     512 x 512  100   0.4 % (0.06 %)   2.6 % (0.7 %)         2.5 % (0.8 %)      100 %
///     512 x 512  300   0.8 % (0.15 %)   5.3 % (1.5 %)         4.6 % (1.3 %)      100 %
///
/// The error grows with load per line. Up to trusted_load_per_line (a load of 40 on 512 lines, 10 on 131, 3
/// on 40) it stays below 3 % (0.8 % rms); at four times as much it reaches 8 % (2.5 % rms): a warning is due.
/// One solution takes 0.25 ms for 131 x 50 and 9 ms for 512 x 512 on one core of a current server. It depends
/// on its arguments alone, bit for bit at every instruction set.
class WireNetwork {
 public:
  /// Lines of each direction in `blocks`; 0 chooses by size.
  WireNetwork(std::size_t rows, std::size_t columns, const WireResistance& wires, std::size_t blocks = 0);

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }

  static constexpr double trusted_load_per_line = 0.08;
  /// Whether the error of a solution with this load is below what the class comment says.
  [[nodiscard]] bool trusts(const WireLoad& load) const {
    return load.row <= trusted_load_per_line * static_cast<double>(columns_) &&
           load.column <= trusted_load_per_line * static_cast<double>(rows_);
  }

  /// Conductances, not negative, row-major; what lies beyond the columns is neither read nor written.
  /// attenuation is in 0 .. 1 and what a small change of a cell's conductance counts for; stray_us is not
  /// negative and hardly moves with it.
  WireLoad solve(const float* conductance_us, std::size_t stride, float* attenuation, float* stray_us);

  /// factor = T_ij / G_ij, for who has no room for strays. Above 1 where a cell conducts less than strays;
  /// where it does not conduct at all the stray is left out.
  WireLoad solve_folded(const float* conductance_us, std::size_t stride, float* factor);

 private:
  /// Lines of one direction in blocks, counted from the terminals of the lines they cross: driver or sense
  /// end.
  struct Axis {
    Axis(std::size_t lines_in_all, std::size_t blocks_wanted);
    std::vector<std::size_t> begin;     ///< first line of a block; one more at the end
    std::vector<std::size_t> block_of;  ///< per line
    std::vector<double> step;           ///< segments to a block from the one before or the terminal
    std::vector<std::size_t> lower;     ///< per line, what lies below it: 0 the terminal, b + 1 block b
    std::vector<double> weight;         ///< per line, of the block above it
    [[nodiscard]] std::size_t blocks() const { return step.size(); }
    [[nodiscard]] double lines(std::size_t block) const {
      return static_cast<double>(begin[block + 1] - begin[block]);
    }
  };

  /// The coarse network with the lines of one direction driven with 1, one at a time.
  struct Drive {
    /// [place along][line][driven line]: voltage beyond the driven line's own
    std::vector<double> stray;
    /// [place along][line]: current of the cells of the cross line there, its terminal at 1
    std::vector<double> launch_us;
  };

  WireLoad sum_blocks(const float* conductance_us, std::size_t stride);
  void solve_mean_lines();
  static void drive(const Axis& along, const Axis& side, double along_mohm, double side_mohm,
                    const std::vector<double>& block_us, Drive& result);
  [[nodiscard]] std::vector<double> stray_per_reach() const;
  void spread_stray(std::size_t stride, float* stray_us);

  std::size_t rows_;
  std::size_t columns_;
  double row_mohm_;
  double column_mohm_;
  Axis down_;    ///< rows, counted from the sense end
  Axis across_;  ///< columns, counted from the driver
  std::vector<std::size_t> row_block_;

  // Of the last solution.
  std::vector<double> block_us_;         ///< conductance, [across][down]
  std::vector<double> block_turned_us_;  ///< [down][across]
  Drive rows_driven_;
  Drive columns_driven_;
  std::vector<float> mean_row_us_;                      ///< [down][column]
  std::vector<float> mean_column_us_;                   ///< [row][across]
  std::vector<double> mean_row_launch_us_;              ///< [down][across]
  std::vector<double> mean_column_launch_us_;           ///< [down][across]
  std::vector<double> row_scale_;                       ///< [down][column]
  std::vector<double> column_scale_;                    ///< [row][across]
  std::vector<double> row_launch_us_;                   ///< [row][across]
  foundation::AlignedVector<double> column_launch_us_;  ///< [down][column]
  foundation::AlignedVector<double> column_voltage_;    ///< a cell's, the column's sense end at 1
  foundation::AlignedVector<double> work_;
  foundation::AlignedVector<float> all_stray_us_;
};

}  // namespace kirchhoff::tiles
