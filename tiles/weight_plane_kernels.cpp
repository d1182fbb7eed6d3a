#include <algorithm>
#include <array>
#include <bit>

#include "foundation/avx512.h"
#include "foundation/dispatch.h"
#include "tiles/weight_plane.h"

namespace kirchhoff::tiles {
namespace {

constexpr std::size_t kLanes = foundation::vector_floats;

/// Adds the first `width` of x[r] w[r][:] for `count` rows named in `active`, four rows a pass; the order of
/// the sum is that of `active`. kLanes entries of `active` behind the last are looked at.
KIRCHHOFF_CLONES void add_rows(const float* __restrict weights, std::size_t stride, std::size_t width,
                               const std::uint32_t* __restrict active, const float* __restrict x,
                               std::size_t count, float* __restrict y) {
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const float* __restrict w0 = weights + active[i] * stride;
    const float* __restrict w1 = weights + active[i + 1] * stride;
    const float* __restrict w2 = weights + active[i + 2] * stride;
    const float* __restrict w3 = weights + active[i + 3] * stride;
    const float x0 = x[i];
    const float x1 = x[i + 1];
    const float x2 = x[i + 2];
    const float x3 = x[i + 3];
    // Rows that are driven lie here and there, which no prefetcher sees through.
    for (std::size_t ahead = i + 8; ahead < i + 12; ++ahead) {
      for (std::size_t j = 0; j < width; j += kLanes) {
        __builtin_prefetch(weights + active[ahead] * stride + j);
      }
    }
    for (std::size_t j = 0; j < width; ++j) {
      y[j] = (((y[j] + x0 * w0[j]) + x1 * w1[j]) + x2 * w2[j]) + x3 * w3[j];
    }
  }
  for (; i < count; ++i) {
    const float* __restrict w0 = weights + active[i] * stride;
    const float x0 = x[i];
    for (std::size_t j = 0; j < width; ++j) {
      y[j] += x0 * w0[j];
    }
  }
}

/// Rows with a pulse, counted from `first` on, and their pulses. Room for kLanes more behind the last.
#ifdef KIRCHHOFF_DISPATCH
__attribute__((target("arch=x86-64-v4"))) std::size_t gather_rows(const float* x, std::size_t count,
                                                                  std::uint32_t first, std::uint32_t* rows,
                                                                  float* values) {
  const __m512i lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; i += kLanes) {
    const __mmask16 here = foundation::first_lanes(count - i);
    const __m512 pulses = _mm512_maskz_loadu_ps(here, x + i);
    const __mmask16 driven = _mm512_mask_cmp_ps_mask(here, pulses, _mm512_setzero_ps(), _CMP_NEQ_UQ);
    const __m512i numbers =
        _mm512_add_epi32(lanes, _mm512_set1_epi32(static_cast<int>(first + static_cast<std::uint32_t>(i))));
    foundation::keep_lanes(driven, numbers, rows + found);
    foundation::keep_lanes(driven, _mm512_castps_si512(pulses), values + found);
    found += foundation::lanes_in(driven);
  }
  return found;
}
__attribute__((target("default")))
#endif
std::size_t
gather_rows(const float* x, std::size_t count, std::uint32_t first, std::uint32_t* rows, float* values) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    rows[found] = first + static_cast<std::uint32_t>(i);
    values[found] = x[i];
    found += x[i] != 0.0F ? 1U : 0U;
  }
  return found;
}

/// Dot products of the first `width` of `rows` rows with d in sixteen lanes, then a fixed tree.
KIRCHHOFF_CLONES void dot_rows(const float* __restrict weights, std::size_t stride, std::size_t width,
                               std::size_t rows, const float* __restrict d, float* __restrict e) {
  for (std::size_t i = 0; i < rows; ++i) {
    const float* __restrict w = weights + i * stride;
    alignas(64) float lane[kLanes] = {};
    for (std::size_t j = 0; j < width; j += kLanes) {
      for (std::size_t l = 0; l < kLanes; ++l) {
        lane[l] += w[j + l] * d[j + l];
      }
    }
    for (std::size_t l = 0; l < 8; ++l) {
      lane[l] += lane[l + 8];
    }
    for (std::size_t l = 0; l < 4; ++l) {
      lane[l] += lane[l + 4];
    }
    e[i] = (lane[0] + lane[2]) + (lane[1] + lane[3]);
  }
}

KIRCHHOFF_CLONES void subtract_row(float* __restrict w, float factor, const float* __restrict d,
                                   std::size_t count) {
  for (std::size_t j = 0; j < count; ++j) {
    w[j] -= factor * d[j];
  }
}

}  // namespace

WeightPlane::WeightPlane(std::size_t rows, std::size_t columns)
    : rows_(rows),
      columns_(columns),
      stride_(foundation::padded_to_vector(columns)),
      weights_(rows * stride_, 0.0F) {}

void WeightPlane::forward(std::span<const float> x, std::span<float> y) const {
  std::fill(y.begin(), y.end(), 0.0F);
  // Rows without a pulse draw no current: gather the others, a block at a time.
  constexpr std::size_t kBlock = 256;
  std::array<std::uint32_t, kBlock + kLanes> active{};
  std::array<float, kBlock + kLanes> values;
  for (std::size_t row = 0; row < x.size(); row += kBlock) {
    const std::size_t count = gather_rows(x.data() + row, std::min(kBlock, x.size() - row),
                                          static_cast<std::uint32_t>(row), active.data(), values.data());
    add_rows(weights_.data(), stride_, y.size(), active.data(), values.data(), count, y.data());
  }
}

void WeightPlane::transposed(std::span<const float> d, std::span<float> e) const {
  dot_rows(weights_.data(), stride_, d.size(), e.size(), d.data(), e.data());
}

void WeightPlane::subtract_outer(float rate, std::span<const float> x, std::span<const float> d) {
  for (std::size_t row = 0; row < x.size(); ++row) {
    if (x[row] != 0.0F) {
      subtract_row(weights_.data() + row * stride_, rate * x[row], d.data(), d.size());
    }
  }
}

}  // namespace kirchhoff::tiles
