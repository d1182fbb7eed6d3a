#include <algorithm>
#include <vector>

#include "foundation/dispatch.h"
#include "tiles/decay.h"

namespace kirchhoff::tiles {

KIRCHHOFF_CLONES void decay_cells(float* __restrict q_us, const float* __restrict factor,
                                  const float* __restrict g_plus_us, const float* __restrict g_minus_us,
                                  float* __restrict weight, float f_gain, float polarity, float per_kappa,
                                  std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float q = q_us[i] * factor[i];
    q_us[i] = q;
    weight[i] = (f_gain * (g_plus_us[i] - g_minus_us[i]) + polarity * q) * per_kappa;
  }
}

KIRCHHOFF_CLONES static void multiply_cells(float* __restrict out, const float* __restrict by, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] *= by[i];
  }
}

KIRCHHOFF_CLONES static void square_cells(float* __restrict values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    values[i] *= values[i];
  }
}

void power_cells(const float* factor, std::size_t ticks, float* out, std::size_t count) {
  std::vector<float> square(factor, factor + count);
  std::fill_n(out, count, 1.0F);
  while (true) {
    if ((ticks & 1U) != 0) {
      multiply_cells(out, square.data(), count);
    }
    ticks >>= 1U;
    if (ticks == 0) {
      return;
    }
    square_cells(square.data(), count);
  }
}

KIRCHHOFF_CLONES void sum_lines(const float* __restrict values, std::size_t rows, std::size_t columns,
                                std::size_t stride, double* __restrict row_sums, double* __restrict column_sums) {
  std::fill_n(column_sums, columns, 0.0);
  for (std::size_t row = 0; row < rows; ++row) {
    const float* __restrict line = values + row * stride;
    double lane[8] = {};
    std::size_t column = 0;
    for (; column + 8 <= columns; column += 8) {
      for (std::size_t l = 0; l < 8; ++l) {
        lane[l] += static_cast<double>(line[column + l]);
      }
    }
    double sum = ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
    for (; column < columns; ++column) {
      sum += static_cast<double>(line[column]);
    }
    row_sums[row] = sum;
    for (std::size_t j = 0; j < columns; ++j) {
      column_sums[j] += static_cast<double>(line[j]);
    }
  }
}

}  // namespace kirchhoff::tiles
