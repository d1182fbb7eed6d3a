#include <algorithm>
#include <cmath>

#include "foundation/dispatch.h"
#include "tiles/line_sums.h"

namespace kirchhoff::tiles {

namespace {

inline double value_of(float value) {
  return static_cast<double>(value);
}
inline double value_of(const CapacitorState& cell) {
  return static_cast<double>(cell.q_us);
}

template <typename T>
inline void sum_all(const T* __restrict values, std::size_t rows, std::size_t columns, std::size_t stride,
                    double* __restrict row_sums, double* __restrict column_sums) {
  std::fill_n(column_sums, columns, 0.0);
  for (std::size_t row = 0; row < rows; ++row) {
    const T* __restrict line = values + row * stride;
    double lane[8] = {};
    std::size_t column = 0;
    for (; column + 8 <= columns; column += 8) {
      for (std::size_t l = 0; l < 8; ++l) {
        lane[l] += value_of(line[column + l]);
      }
    }
    double sum = ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
    for (; column < columns; ++column) {
      sum += value_of(line[column]);
    }
    row_sums[row] = sum;
    for (std::size_t j = 0; j < columns; ++j) {
      column_sums[j] += value_of(line[j]);
    }
  }
}

}  // namespace

KIRCHHOFF_CLONES void sum_lines(const float* __restrict values, std::size_t rows, std::size_t columns,
                                std::size_t stride, double* __restrict row_sums,
                                double* __restrict column_sums) {
  sum_all(values, rows, columns, stride, row_sums, column_sums);
}

KIRCHHOFF_CLONES void sum_lines(const CapacitorState* __restrict cells, std::size_t rows, std::size_t columns,
                                std::size_t stride, double* __restrict row_sums,
                                double* __restrict column_sums) {
  sum_all(cells, rows, columns, stride, row_sums, column_sums);
}

namespace {

struct WeighedSums {
  double pcm;
  double capacitor;
  double duty;
  double lines;
};

inline double tree_sum(const double* lane) {
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

KIRCHHOFF_CLONES void weigh(const float* __restrict duties, std::size_t count,
                            const double* __restrict pcm_us, const double* __restrict capacitor_us,
                            WeighedSums* sums) {
  constexpr std::size_t kLanes = 8;
  double pcm[kLanes] = {};
  double capacitor[kLanes] = {};
  double total[kLanes] = {};
  double lines[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
#pragma omp simd
    for (std::size_t l = 0; l < kLanes; ++l) {
      const auto duty = static_cast<double>(std::fabs(duties[i + l]));
      pcm[l] += duty * pcm_us[i + l];
      capacitor[l] += duty * capacitor_us[i + l];
      total[l] += duty;
      lines[l] += duty > 0 ? 1.0 : 0.0;
    }
  }
  for (std::size_t l = 0; i < count; ++i, ++l) {
    const auto duty = static_cast<double>(std::fabs(duties[i]));
    pcm[l] += duty * pcm_us[i];
    capacitor[l] += duty * capacitor_us[i];
    total[l] += duty;
    lines[l] += duty > 0 ? 1.0 : 0.0;
  }
  *sums = {tree_sum(pcm), tree_sum(capacitor), tree_sum(total), tree_sum(lines)};
}

}  // namespace

DrivenLines weigh_lines(std::span<const float> duties, const double* pcm_us, const double* capacitor_us,
                        double capacitor_offset_us) {
  WeighedSums sums{};
  weigh(duties.data(), duties.size(), pcm_us, capacitor_us, &sums);
  return {{sums.pcm, sums.capacitor + sums.duty * capacitor_offset_us},
          sums.duty,
          static_cast<std::uint64_t>(sums.lines)};
}

}  // namespace kirchhoff::tiles
