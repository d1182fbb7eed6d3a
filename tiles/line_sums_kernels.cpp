#include <algorithm>
#include <cmath>

#include "foundation/aligned.h"
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

/// Entries behind the last whole vector, zeros behind them: what makes up for a scalar loop, whose lanes
/// would not stay in registers.
template <std::size_t Lanes, typename T>
struct Rest {
  alignas(foundation::cache_line_bytes) T values[Lanes] = {};

  Rest(const T* from, std::size_t count) {
    for (std::size_t l = 0; l < count; ++l) {
      values[l] = from[l];
    }
  }
};

KIRCHHOFF_CLONES void weigh(const float* __restrict duties, std::size_t count,
                            const double* __restrict pcm_us, const double* __restrict capacitor_us,
                            WeighedSums* sums) {
  constexpr std::size_t kLanes = 8;
  double pcm[kLanes] = {};
  double capacitor[kLanes] = {};
  double total[kLanes] = {};
  double lines[kLanes] = {};
  const auto add = [&](const float* duty_of, const double* pcm_of, const double* capacitor_of)
      __attribute__((always_inline)) {
#pragma omp simd
    for (std::size_t l = 0; l < kLanes; ++l) {
      const auto duty = static_cast<double>(std::fabs(duty_of[l]));
      pcm[l] += duty * pcm_of[l];
      capacitor[l] += duty * capacitor_of[l];
      total[l] += duty;
      lines[l] += duty > 0 ? 1.0 : 0.0;
    }
  };
  const std::size_t whole = count / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    add(duties + i, pcm_us + i, capacitor_us + i);
  }
  if (whole < count) {
    const Rest<kLanes, float> duty{duties + whole, count - whole};
    const Rest<kLanes, double> of_pcm{pcm_us + whole, count - whole};
    const Rest<kLanes, double> of_capacitor{capacitor_us + whole, count - whole};
    add(duty.values, of_pcm.values, of_capacitor.values);
  }
  *sums = {tree_sum(pcm), tree_sum(capacitor), tree_sum(total), tree_sum(lines)};
}

KIRCHHOFF_CLONES void weigh_all_squares(const float* __restrict codes, std::size_t count,
                                        const float* __restrict weights, SquareSums* sums) {
  constexpr std::size_t kLanes = foundation::vector_floats;
  float squares[kLanes] = {};
  float weighed[kLanes] = {};
  const auto add = [&](const float* code_of, const float* weight_of) __attribute__((always_inline)) {
#pragma omp simd
    for (std::size_t l = 0; l < kLanes; ++l) {
      const float square = code_of[l] * code_of[l];
      squares[l] += square;
      weighed[l] += square * weight_of[l];
    }
  };
  const std::size_t whole = count / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    add(codes + i, weights + i);
  }
  if (whole < count) {
    const Rest<kLanes, float> code{codes + whole, count - whole};
    const Rest<kLanes, float> weight{weights + whole, count - whole};
    add(code.values, weight.values);
  }
  for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::size_t l = 0; l < half; ++l) {
      squares[l] += squares[l + half];
      weighed[l] += weighed[l + half];
    }
  }
  *sums = {squares[0], weighed[0]};
}

}  // namespace

SquareSums weigh_squares(std::span<const float> codes, const float* weights) {
  SquareSums sums;
  weigh_all_squares(codes.data(), codes.size(), weights, &sums);
  return sums;
}

DrivenLines weigh_lines(std::span<const float> duties, const double* pcm_us, const double* capacitor_us,
                        double capacitor_offset_us) {
  WeighedSums sums{};
  weigh(duties.data(), duties.size(), pcm_us, capacitor_us, &sums);
  return {{sums.pcm, sums.capacitor + sums.duty * capacitor_offset_us},
          sums.duty,
          static_cast<std::uint64_t>(sums.lines)};
}

}  // namespace kirchhoff::tiles
