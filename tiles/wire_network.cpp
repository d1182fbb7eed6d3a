#include "tiles/wire_network.h"

#include <algorithm>
#include <cmath>

#include "foundation/error.h"
#include "tiles/wire_ladders.h"

namespace kirchhoff::tiles {
namespace {

constexpr double kMohmPerOhm = 1e-6;

/// Time grows with the fourth power of the blocks: these keep 131 x 50 below 0.3 ms, 512 x 512 near 10 ms.
std::size_t default_blocks(std::size_t lines) {
  return std::clamp<std::size_t>(lines / 10, 16, 48);
}

}  // namespace

WireNetwork::Axis::Axis(std::size_t lines_in_all, std::size_t blocks_wanted)
    : lower(lines_in_all), weight(lines_in_all) {
  if (lines_in_all == 0) {
    throw foundation::ModelError("a wire network without lines");
  }
  const std::size_t n = std::min(lines_in_all, blocks_wanted);
  std::vector<double> place{0};  // of the terminal, then of the blocks' middles
  for (std::size_t b = 0; b <= n; ++b) {
    begin.push_back(b * lines_in_all / n);
  }
  for (std::size_t b = 0; b < n; ++b) {
    place.push_back(0.5 * static_cast<double>(begin[b] + begin[b + 1] + 1));
    step.push_back(place[b + 1] - place[b]);
  }
  for (std::size_t b = 0; b < n; ++b) {
    block_of.insert(block_of.end(), begin[b + 1] - begin[b], b);
  }
  std::size_t below = 0;
  for (std::size_t line = 0; line < lines_in_all; ++line) {
    const auto here = static_cast<double>(line + 1);
    while (below + 2 < place.size() && here >= place[below + 1]) {
      ++below;
    }
    lower[line] = below;
    // No current leaves the far end: level beyond the last middle.
    weight[line] = std::min(1.0, (here - place[below]) / step[below]);
  }
}

WireNetwork::WireNetwork(std::size_t rows, std::size_t columns, const WireResistance& wires,
                         std::size_t blocks)
    : rows_(rows),
      columns_(columns),
      row_mohm_(wires.row_ohm * kMohmPerOhm),
      column_mohm_(wires.column_ohm * kMohmPerOhm),
      down_(rows, blocks > 0 ? blocks : default_blocks(rows)),
      across_(columns, blocks > 0 ? blocks : default_blocks(columns)),
      block_us_(down_.blocks() * across_.blocks()),
      block_turned_us_(block_us_.size()),
      mean_row_us_(down_.blocks() * columns),
      mean_column_us_(rows * across_.blocks()),
      mean_row_launch_us_(block_us_.size()),
      mean_column_launch_us_(block_us_.size()),
      row_scale_(mean_row_us_.size()),
      column_scale_(mean_column_us_.size()),
      row_launch_us_(mean_column_us_.size()) {
  row_block_.assign(down_.block_of.rbegin(), down_.block_of.rend());
  if (!(wires.row_ohm >= 0) || !(wires.column_ohm >= 0)) {
    throw foundation::ModelError("a wire has a resistance below zero");
  }
}

WireLoad WireNetwork::solve(const float* conductance_us, std::size_t stride, float* attenuation,
                            float* stray_us) {
  work_.resize(std::max(stride, 24 * columns_));
  column_voltage_.resize(rows_ * stride);
  column_launch_us_.assign(down_.blocks() * stride, 0.0);
  const WireLoad load = sum_blocks(conductance_us, stride);
  solve_mean_lines();
  column_profiles(conductance_us, rows_, columns_, stride, column_mohm_, column_voltage_.data(),
                  work_.data());
  pass_rows({.conductance_us = conductance_us,
             .rows = rows_,
             .columns = columns_,
             .stride = stride,
             .segment = row_mohm_,
             .row_block = row_block_,
             .begin = across_.begin,
             .column_voltage = column_voltage_.data(),
             .column_scale = column_scale_.data(),
             .row_scale = row_scale_.data(),
             .work = work_.data(),
             .row_launch_us = row_launch_us_.data(),
             .column_launch_us = column_launch_us_.data(),
             .attenuation = attenuation});
  if (load.row > 0 && load.column > 0) {
    drive(across_, down_, row_mohm_, column_mohm_, block_us_, rows_driven_);
    drive(down_, across_, column_mohm_, row_mohm_, block_turned_us_, columns_driven_);
    spread_stray(stride, stray_us);
  } else {
    // Lines of one direction are at their terminals' voltage: nothing strays.
    for (std::size_t row = 0; row < rows_; ++row) {
      std::fill_n(stray_us + row * stride, columns_, 0.0F);
    }
  }
  return load;
}

WireLoad WireNetwork::solve_folded(const float* conductance_us, std::size_t stride, float* factor) {
  all_stray_us_.resize(rows_ * stride);
  const WireLoad load = solve(conductance_us, stride, factor, all_stray_us_.data());
  for (std::size_t row = 0; row < rows_; ++row) {
    const std::size_t line = row * stride;
    fold_stray(conductance_us + line, all_stray_us_.data() + line, columns_, factor + line);
  }
  return load;
}

/// Also says how much the worst lines are loaded.
WireLoad WireNetwork::sum_blocks(const float* conductance_us, std::size_t stride) {
  const std::size_t m = down_.blocks();
  const std::size_t n = across_.blocks();
  WireLoad load;
  std::vector<double> column_sums(columns_);
  std::vector<double> block_sums(columns_);
  for (std::size_t k = 0; k < m; ++k) {
    std::fill(block_sums.begin(), block_sums.end(), 0.0);
    for (std::size_t d = down_.begin[k]; d < down_.begin[k + 1]; ++d) {
      const float* line = conductance_us + (rows_ - 1 - d) * stride;
      add_line(line, columns_, block_sums.data());
      double row_sum = 0;
      for (std::size_t b = 0; b < n; ++b) {
        double sum = 0;
        for (std::size_t j = across_.begin[b]; j < across_.begin[b + 1]; ++j) {
          sum += static_cast<double>(line[j]);
        }
        row_sum += sum;
        mean_column_us_[(rows_ - 1 - d) * n + b] = static_cast<float>(sum / across_.lines(b));
      }
      load.row = std::max(load.row, row_sum);
    }
    for (std::size_t b = 0; b < n; ++b) {
      double sum = 0;
      for (std::size_t j = across_.begin[b]; j < across_.begin[b + 1]; ++j) {
        sum += block_sums[j];
        column_sums[j] += block_sums[j];
        mean_row_us_[k * columns_ + j] = static_cast<float>(block_sums[j] / down_.lines(k));
      }
      block_us_[b * m + k] = sum;
      block_turned_us_[k * n + b] = sum;
    }
  }
  load.column = *std::max_element(column_sums.begin(), column_sums.end());
  load.row *= 0.5 * row_mohm_ * static_cast<double>(columns_);
  load.column *= 0.5 * column_mohm_ * static_cast<double>(rows_);
  return load;
}

/// The mean row and the mean column of each block, with all their cells. A line that a current only passes
/// through takes and gives according to its own conductance: where its neighbours let a smooth voltage in,
/// 1 minus its ladder's voltage is what it follows. The scales compare that with the mean line.
void WireNetwork::solve_mean_lines() {
  const std::size_t m = down_.blocks();
  const std::size_t n = across_.blocks();
  const auto scale = [](double voltage) { return voltage < 1 ? 1 / (1 - voltage) : 0; };
  std::fill(mean_row_launch_us_.begin(), mean_row_launch_us_.end(), 0.0);
  std::fill(mean_column_launch_us_.begin(), mean_column_launch_us_.end(), 0.0);
  for (std::size_t k = 0; k < m; ++k) {
    const float* g = mean_row_us_.data() + k * columns_;
    double* factor = row_scale_.data() + k * columns_;
    double y = 0;
    for (std::size_t j = columns_; j-- > 0;) {
      y += static_cast<double>(g[j]);
      factor[j] = 1 / (1 + row_mohm_ * y);
      y *= factor[j];
    }
    double voltage = 1;
    for (std::size_t j = 0; j < columns_; ++j) {
      voltage *= factor[j];
      mean_row_launch_us_[k * n + across_.block_of[j]] += static_cast<double>(g[j]) * voltage;
      factor[j] = scale(voltage);
    }
  }
  column_profiles(mean_column_us_.data(), rows_, n, n, column_mohm_, column_scale_.data(), work_.data());
  for (std::size_t d = 0; d < rows_; ++d) {
    const std::size_t line = (rows_ - 1 - d) * n;
    for (std::size_t b = 0; b < n; ++b) {
      double& voltage = column_scale_[line + b];
      mean_column_launch_us_[down_.block_of[d] * n + b] +=
          static_cast<double>(mean_column_us_[line + b]) * voltage;
      voltage = scale(voltage);
    }
  }
}

/// Solves the coarse network exactly: from the far end on, place by place, what admittance the lines of
/// `side` see there; then from the drivers on, what voltage passes. No difference of large numbers is taken,
/// so that wires may be as good as they like. Voltages are scaled by the root of the wires in parallel, which
/// makes all matrices symmetric.
void WireNetwork::drive(const Axis& along, const Axis& side, double along_mohm, double side_mohm,
                        const std::vector<double>& block_us, Drive& result) {
  const std::size_t n = along.blocks();
  const std::size_t m = side.blocks();
  result.stray.resize(n * m * m);
  result.launch_us.resize(n * m);
  std::vector<double> root(m);
  for (std::size_t k = 0; k < m; ++k) {
    root[k] = std::sqrt(side.lines(k));
  }
  std::vector<double> admittance(m * m);
  std::vector<double> beyond(m * m);
  std::vector<double> passing(n * m * m);  // voltages at a place from those at the place before
  std::vector<double> factor(std::max(n, m));
  std::vector<double> away(m);  // admittance of the nodes beyond, towards the far end
  for (std::size_t s = n; s-- > 0;) {
    const double* g = block_us.data() + s * m;
    const double segment = side_mohm / along.lines(s);
    double y = 0;
    for (std::size_t k = m; k-- > 0;) {
      away[k] = y;
      y += g[k];
      factor[k] = 1 / (1 + segment * side.step[k] * y);
      y *= factor[k];
    }
    double back = 1 / (segment * side.step[0]);  // admittance towards the terminal
    double voltage = 1;
    for (std::size_t k = 0; k < m; ++k) {
      voltage *= factor[k];
      result.launch_us[s * m + k] = voltage * g[k];
      if (k > 0) {
        const double before = back + g[k - 1];
        back = before / (1 + segment * side.step[k] * before);
      }
      // Current drawn at l per volt at k: the cell itself, less what the cross line's voltage gives back.
      double given = g[k] / (back + g[k] + away[k]);
      for (std::size_t l = k; l < m; ++l) {
        given *= l == k ? 1 : factor[l];
        const double drawn = (l == k ? g[k] : 0) - given * g[l];
        admittance[k * m + l] = drawn / (root[k] * root[l]) + beyond[k * m + l];
        admittance[l * m + k] = admittance[k * m + l];
      }
    }
    double* pass = passing.data() + s * m * m;
    const double step = along_mohm * along.step[s];
    for (std::size_t i = 0; i < m * m; ++i) {
      pass[i] = step * admittance[i];
    }
    for (std::size_t k = 0; k < m; ++k) {
      pass[k * m + k] += 1;
    }
    invert(pass, m);
    multiply(admittance.data(), pass, m, m, m, beyond.data());
  }

  double* field = result.stray.data();
  std::copy_n(passing.data(), m * m, field);
  for (std::size_t s = 1; s < n; ++s) {
    multiply(passing.data() + s * m * m, field + (s - 1) * m * m, m, m, m, field + s * m * m);
  }
  for (std::size_t k = 0; k < m; ++k) {
    double y = 0;
    for (std::size_t s = n; s-- > 0;) {
      y += block_us[s * m + k];
      factor[s] = 1 / (1 + along_mohm * along.step[s] / side.lines(k) * y);
      y *= factor[s];
    }
    double own = 1;  // voltage of a driven line alone
    for (std::size_t s = 0; s < n; ++s) {
      own *= factor[s];
      double* line = field + (s * m + k) * m;
      for (std::size_t l = 0; l < m; ++l) {
        line[l] = std::max(line[l] * root[l] / root[k] - (l == k ? own : 0), 0.0);
      }
    }
  }
}

/// Per pair of blocks: the stray conductance between two of their lines, over the reach of the mean row and
/// of the mean column of the blocks. The mean lines keep all their cells: what the coarse network loses by
/// lumping cells drops out of the comparison with a line of the block, what lines differ by stays.
std::vector<double> WireNetwork::stray_per_reach() const {
  const std::size_t m = down_.blocks();
  const std::size_t n = across_.blocks();
  std::vector<double> ratio(m * n);
  std::vector<double> launch(m);
  std::vector<double> reach(std::max(m, n));
  for (std::size_t b = 0; b < n; ++b) {
    const double* stray = rows_driven_.stray.data() + b * m * m;
    multiply(rows_driven_.launch_us.data() + b * m, stray, 1, m, m, reach.data());
    for (std::size_t k = 0; k < m; ++k) {
      ratio[k * n + b] = reach[k] / (down_.lines(k) * across_.lines(b));
      launch[k] = mean_column_launch_us_[k * n + b];
    }
    multiply(launch.data(), stray, 1, m, m, reach.data());
    for (std::size_t k = 0; k < m; ++k) {
      ratio[k * n + b] /= reach[k] > 0 ? reach[k] : 1;
    }
  }
  for (std::size_t k = 0; k < m; ++k) {
    multiply(mean_row_launch_us_.data() + k * n, columns_driven_.stray.data() + k * n * n, 1, n, n,
             reach.data());
    for (std::size_t b = 0; b < n; ++b) {
      ratio[k * n + b] /= reach[b] > 0 ? reach[b] : 1;
    }
  }
  return ratio;
}

/// Stray conductance from row i to column j: that of the blocks, times how far the currents that row i
/// launches reach compared with the mean row of its block, times the same for column j; in between the
/// middles of the four blocks around the cell, linear. At the terminals nothing strays.
void WireNetwork::spread_stray(std::size_t stride, float* stray_us) {
  const std::size_t m = down_.blocks();
  const std::size_t n = across_.blocks();
  const std::vector<double> ratio = stray_per_reach();
  std::vector<double> launch(m);
  std::vector<double> reach(std::max(m, n));
  std::vector<double> column_part(2 * m * columns_);  // [block below, above][block of the row][column]
  for (std::size_t j = 0; j < columns_; ++j) {
    for (std::size_t k = 0; k < m; ++k) {
      launch[k] = column_launch_us_[k * stride + j];
    }
    for (std::size_t upper = across_.lower[j] == 0 ? 1 : 0; upper < 2; ++upper) {
      const double weight = upper == 1 ? across_.weight[j] : 1 - across_.weight[j];
      const std::size_t block = across_.lower[j] + upper - 1;
      multiply(launch.data(), rows_driven_.stray.data() + block * m * m, 1, m, m, reach.data());
      for (std::size_t k = 0; k < m; ++k) {
        column_part[(upper * m + k) * columns_ + j] = weight * reach[k];
      }
    }
  }
  std::vector<double> row_part(n + 1);  // of the terminal, then of the blocks
  std::vector<double> sum(columns_);
  for (std::size_t row = 0; row < rows_; ++row) {
    const std::size_t d = rows_ - 1 - row;
    std::fill(sum.begin(), sum.end(), 0.0);
    for (std::size_t upper = down_.lower[d] == 0 ? 1 : 0; upper < 2; ++upper) {
      const double weight = upper == 1 ? down_.weight[d] : 1 - down_.weight[d];
      const std::size_t block = down_.lower[d] + upper - 1;
      multiply(row_launch_us_.data() + row * n, columns_driven_.stray.data() + block * n * n, 1, n, n,
               reach.data());
      for (std::size_t b = 0; b < n; ++b) {
        row_part[b + 1] = weight * reach[b] * ratio[block * n + b];
      }
      add_between(row_part.data(), across_.lower.data(), column_part.data() + block * columns_,
                  column_part.data() + (m + block) * columns_, columns_, sum.data());
    }
    float* out = stray_us + row * stride;
    for (std::size_t j = 0; j < columns_; ++j) {
      out[j] = static_cast<float>(sum[j]);
    }
  }
}

}  // namespace kirchhoff::tiles
