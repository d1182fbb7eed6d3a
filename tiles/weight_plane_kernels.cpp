#include <algorithm>
#include <array>
#include <cstring>

#include "foundation/avx512.h"
#include "foundation/dispatch.h"
#include "tiles/weight_plane.h"

namespace kirchhoff::tiles {
namespace {

constexpr std::size_t kLanes = foundation::vector_floats;

/// Sixteen floats that stay in registers, whatever their width.
using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));

/// Adds x[r] w[r][:] to `Vectors` vectors of y, row by row as named in `active`. Some entries of `active`
/// behind the last are looked at.
template <std::size_t Vectors>
[[gnu::always_inline]] inline void add_block(const float* weights, std::size_t stride,
                                             const std::uint32_t* active, const float* x, std::size_t count,
                                             float* y) {
  constexpr std::size_t kAhead = 8;
  Lanes sums[Vectors];
  std::memcpy(sums, y, sizeof sums);
#pragma GCC unroll 2
  for (std::size_t i = 0; i < count; ++i) {
    const float* const row = weights + active[i] * stride;
    // Rows that are driven lie here and there, which no prefetcher sees through.
    const float* const later = weights + active[i + kAhead] * stride;
    for (std::size_t v = 0; v < Vectors; ++v) {
      __builtin_prefetch(later + v * kLanes);
      sums[v] += x[i] * *reinterpret_cast<const Lanes*>(row + v * kLanes);
    }
  }
  std::memcpy(y, sums, sizeof sums);
}

/// The same for `width` columns, whole vectors.
KIRCHHOFF_CLONES void add_rows(const float* weights, std::size_t stride, std::size_t width,
                               const std::uint32_t* active, const float* x, std::size_t count, float* y) {
  std::size_t first = 0;
  for (; first + 4 * kLanes <= width; first += 4 * kLanes) {
    add_block<4>(weights + first, stride, active, x, count, y + first);
  }
  switch ((width - first) / kLanes) {
    case 3:
      return add_block<3>(weights + first, stride, active, x, count, y + first);
    case 2:
      return add_block<2>(weights + first, stride, active, x, count, y + first);
    case 1:
      return add_block<1>(weights + first, stride, active, x, count, y + first);
    default:
      return;
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

using Four = float __attribute__((vector_size(4 * sizeof(float))));
using FourPlaces = std::int32_t __attribute__((vector_size(4 * sizeof(std::int32_t))));

/// Dot product of a row with d in sixteen lanes, of which l, l + 4, l + 8 and l + 12 are added up.
[[gnu::always_inline]] inline Four dot_row(const float* row, const float* d, std::size_t width) {
  Lanes lanes{};
  for (std::size_t j = 0; j < width; j += kLanes) {
    lanes += *reinterpret_cast<const Lanes*>(row + j) * *reinterpret_cast<const Lanes*>(d + j);
  }
  Four quarter[4];
  std::memcpy(quarter, &lanes, sizeof lanes);
  return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

/// (a0 + a2) + (a1 + a3), and so for b, c, d.
[[gnu::always_inline]] inline Four sum_each(Four a, Four b, Four c, Four d) {
  const FourPlaces low{0, 1, 4, 5};
  const FourPlaces high{2, 3, 6, 7};
  const Four ab = __builtin_shuffle(a, b, low) + __builtin_shuffle(a, b, high);
  const Four cd = __builtin_shuffle(c, d, low) + __builtin_shuffle(c, d, high);
  return __builtin_shuffle(ab, cd, FourPlaces{0, 2, 4, 6}) +
         __builtin_shuffle(ab, cd, FourPlaces{1, 3, 5, 7});
}

/// Dot products of the first `width` of `rows` rows with d in sixteen lanes, then a fixed tree.
KIRCHHOFF_CLONES void dot_rows(const float* weights, std::size_t stride, std::size_t width, std::size_t rows,
                               const float* d, float* e) {
  std::size_t i = 0;
  for (; i + 4 <= rows; i += 4) {
    const float* const row = weights + i * stride;
    const Four sums = sum_each(dot_row(row, d, width), dot_row(row + stride, d, width),
                               dot_row(row + 2 * stride, d, width), dot_row(row + 3 * stride, d, width));
    std::memcpy(e + i, &sums, sizeof sums);
  }
  for (; i < rows; ++i) {
    const Four row = dot_row(weights + i * stride, d, width);
    e[i] = (row[0] + row[2]) + (row[1] + row[3]);
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
