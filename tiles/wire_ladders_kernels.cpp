#include <algorithm>

#include "foundation/dispatch.h"
#include "tiles/wire_ladders.h"

namespace kirchhoff::tiles {
namespace {

constexpr std::size_t kLines = 8;  // rows side by side: each alone is a chain of divisions

/// attenuation and column_launch of one row.
KIRCHHOFF_CLONES void finish_row(const float* __restrict g, const double* __restrict u,
                                 const double* __restrict v, const double* __restrict scale,
                                 std::size_t columns, double* __restrict launch_us,
                                 float* __restrict attenuation) {
  for (std::size_t j = 0; j < columns; ++j) {
    attenuation[j] = static_cast<float>(u[j] * v[j]);
    launch_us[j] += static_cast<double>(g[j]) * u[j] * ((1 - v[j]) * scale[j]);
  }
}

/// The ladders of kLines rows and their launches; v has one line per row.
KIRCHHOFF_CLONES void solve_rows(const float* const* g, const double* const* u, std::size_t columns,
                                 double segment, std::span<const std::size_t> begin,
                                 double* __restrict factor, double* __restrict v,
                                 double* __restrict launch_us) {
  double admittance[kLines] = {};
  for (std::size_t j = columns; j-- > 0;) {
    double load[kLines];
    for (std::size_t l = 0; l < kLines; ++l) {
      load[l] = static_cast<double>(g[l][j]);
    }
    double* __restrict f = factor + j * kLines;
    for (std::size_t l = 0; l < kLines; ++l) {
      const double y = admittance[l] + load[l];
      f[l] = 1 / (1 + segment * y);
      admittance[l] = y * f[l];
    }
  }
  double voltage[kLines];
  std::fill_n(voltage, kLines, 1.0);
  for (std::size_t block = 0; block + 1 < begin.size(); ++block) {
    double sum[kLines] = {};
    for (std::size_t j = begin[block]; j < begin[block + 1]; ++j) {
      const double* __restrict f = factor + j * kLines;
      double current[kLines];
      for (std::size_t l = 0; l < kLines; ++l) {
        current[l] = static_cast<double>(g[l][j]) * (1 - u[l][j]);
      }
      for (std::size_t l = 0; l < kLines; ++l) {
        voltage[l] *= f[l];
        sum[l] += voltage[l] * current[l];
      }
      for (std::size_t l = 0; l < kLines; ++l) {
        v[l * columns + j] = voltage[l];
      }
    }
    std::copy_n(sum, kLines, launch_us + block * kLines);
  }
}

}  // namespace

KIRCHHOFF_CLONES void column_profiles(const float* __restrict conductance_us, std::size_t rows,
                                      std::size_t columns, std::size_t stride, double segment,
                                      double* __restrict voltage, double* __restrict work) {
  std::fill_n(work, columns, 0.0);  // admittance of a node and all beyond it
  for (std::size_t row = 0; row < rows; ++row) {
    const float* __restrict g = conductance_us + row * stride;
    double* __restrict f = voltage + row * stride;
    for (std::size_t j = 0; j < columns; ++j) {
      const double y = work[j] + static_cast<double>(g[j]);
      f[j] = 1 / (1 + segment * y);
      work[j] = y * f[j];
    }
  }
  std::fill_n(work, columns, 1.0);
  for (std::size_t row = rows; row-- > 0;) {
    double* __restrict f = voltage + row * stride;
    for (std::size_t j = 0; j < columns; ++j) {
      work[j] *= f[j];
      f[j] = work[j];
    }
  }
}

void pass_rows(const RowPass& pass) {
  const std::size_t blocks = pass.begin.size() - 1;
  double* factor = pass.work;
  double* v = factor + kLines * pass.columns;
  double* launch_us = v + kLines * pass.columns;
  for (std::size_t first = 0; first < pass.rows; first += kLines) {
    // Lines beyond the last row repeat it and are not written.
    const std::size_t lines = std::min(kLines, pass.rows - first);
    const float* g[kLines];
    const double* u[kLines];
    for (std::size_t l = 0; l < kLines; ++l) {
      const std::size_t line = (first + std::min(l, lines - 1)) * pass.stride;
      g[l] = pass.conductance_us + line;
      u[l] = pass.column_voltage + line;
    }
    solve_rows(g, u, pass.columns, pass.segment, pass.begin, factor, v, launch_us);
    for (std::size_t l = 0; l < lines; ++l) {
      const std::size_t row = first + l;
      for (std::size_t b = 0; b < blocks; ++b) {
        pass.row_launch_us[row * blocks + b] =
            launch_us[b * kLines + l] * pass.column_scale[row * blocks + b];
      }
      const std::size_t block = pass.row_block[row];
      finish_row(g[l], u[l], v + l * pass.columns, pass.row_scale + block * pass.columns, pass.columns,
                 pass.column_launch_us + block * pass.stride, pass.attenuation + row * pass.stride);
    }
  }
}

KIRCHHOFF_CLONES void add_between(const double* __restrict line, const std::size_t* __restrict lower,
                                  const double* __restrict part_low, const double* __restrict part_high,
                                  std::size_t columns, double* __restrict value) {
  for (std::size_t j = 0; j < columns; ++j) {
    value[j] += line[lower[j]] * part_low[j] + line[lower[j] + 1] * part_high[j];
  }
}

KIRCHHOFF_CLONES void fold_stray(const float* __restrict conductance_us, const float* __restrict stray_us,
                                 std::size_t count, float* __restrict attenuation) {
  for (std::size_t j = 0; j < count; ++j) {
    const float g = conductance_us[j];
    attenuation[j] += g > 0.0F ? stray_us[j] / g : 0.0F;
  }
}

KIRCHHOFF_CLONES void add_line(const float* __restrict values, std::size_t count, double* __restrict sums) {
  for (std::size_t j = 0; j < count; ++j) {
    sums[j] += static_cast<double>(values[j]);
  }
}

KIRCHHOFF_CLONES void invert(double* __restrict matrix, std::size_t size) {
  for (std::size_t p = 0; p < size; ++p) {
    double* pivot = matrix + p * size;
    const double scale = 1 / pivot[p];
    pivot[p] = 1;
    for (std::size_t k = 0; k < size; ++k) {
      pivot[k] *= scale;
    }
    for (std::size_t i = 0; i < size; ++i) {
      if (i == p) {
        continue;
      }
      double* line = matrix + i * size;
      const double factor = line[p];
      line[p] = 0;
#pragma omp simd
      for (std::size_t k = 0; k < size; ++k) {
        line[k] -= factor * pivot[k];
      }
    }
  }
}

KIRCHHOFF_CLONES void multiply(const double* __restrict left, const double* __restrict right,
                               std::size_t rows, std::size_t inner, std::size_t size,
                               double* __restrict product) {
  for (std::size_t i = 0; i < rows; ++i) {
    double* __restrict out = product + i * size;
    std::fill_n(out, size, 0.0);
    for (std::size_t k = 0; k < inner; ++k) {
      const double factor = left[i * inner + k];
      const double* __restrict line = right + k * size;
      for (std::size_t j = 0; j < size; ++j) {
        out[j] += factor * line[j];
      }
    }
  }
}

}  // namespace kirchhoff::tiles
