#include "testbenches/host/software_kernels.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "foundation/aligned.h"
#include "foundation/dispatch.h"

namespace kirchhoff::testbenches {

namespace {

constexpr std::size_t lanes = foundation::vector_floats;
typedef float Lanes __attribute__((vector_size(lanes * sizeof(float)), may_alias));
typedef float HalfLanes __attribute__((vector_size(lanes / 2 * sizeof(float)), may_alias));
typedef float QuarterLanes __attribute__((vector_size(lanes / 4 * sizeof(float)), may_alias));
typedef std::int32_t IntegerLanes __attribute__((vector_size(lanes * sizeof(std::int32_t)), may_alias));

// Vectors travel by reference: passed by value their calling convention depends on the instruction set.
#define KIRCHHOFF_INLINE static inline __attribute__((always_inline))

KIRCHHOFF_INLINE const Lanes& load(const float* p) {
  return *reinterpret_cast<const Lanes*>(p);
}
KIRCHHOFF_INLINE Lanes& at(float* p) {
  return *reinterpret_cast<Lanes*>(p);
}

/// Sum of the 16 lanes, pairwise from the two halves.
KIRCHHOFF_INLINE float sum_of(const Lanes& v) {
  HalfLanes low, high;
  std::memcpy(&low, &v, sizeof low);
  std::memcpy(&high, reinterpret_cast<const char*>(&v) + sizeof low, sizeof high);
  const HalfLanes half = low + high;
  QuarterLanes lower, upper;
  std::memcpy(&lower, &half, sizeof lower);
  std::memcpy(&upper, reinterpret_cast<const char*>(&half) + sizeof lower, sizeof upper);
  const QuarterLanes quarter = lower + upper;
  return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

/// exp: 2^k times a polynomial (Cephes expf, S. Moshier); x within +-87, clamped beyond.
KIRCHHOFF_INLINE void exp_of(const Lanes& x, Lanes& result) {
  const Lanes limit = Lanes{} + 87.0F;
  Lanes clamped = x > limit ? limit : x;
  clamped = clamped < -limit ? -limit : clamped;
  constexpr float to_integer = 12582912.0F;  // 1.5 x 2^23: adding it rounds to a whole number
  const Lanes k = (clamped * 1.44269504F + to_integer) - to_integer;
  const Lanes r = (clamped - k * 0.693359375F) - k * -2.12194440e-4F;
  Lanes p = r * 1.9875691500e-4F + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r + 1.0F;
  const IntegerLanes exponent = (__builtin_convertvector(k, IntegerLanes) + 127) << 23;
  Lanes scale;
  std::memcpy(&scale, &exponent, sizeof scale);
  result = p * scale;
}

template <std::size_t vectors>
KIRCHHOFF_INLINE void weighted_block(const float* weights, std::size_t stride, const ActiveRows& active,
                                     float* z) {
  Lanes sum[vectors];
  for (std::size_t v = 0; v < vectors; ++v) sum[v] = Lanes{};
  const std::size_t count = active.rows.size();
  for (std::size_t k = 0; k < count; ++k) {
    const float* row = weights + active.rows[k] * stride;
    const float value = active.values[k];
    for (std::size_t v = 0; v < vectors; ++v) sum[v] += load(row + v * lanes) * value;
  }
  for (std::size_t v = 0; v < vectors; ++v) at(z + v * lanes) = sum[v];
}

}  // namespace

KIRCHHOFF_CLONES void weighted_sum(const float* weights, std::size_t stride, const ActiveRows& active,
                                   float* z) {
  constexpr std::size_t block = 4;  // vectors whose sums stay in registers
  std::size_t column = 0;
  for (; column + block * lanes <= stride; column += block * lanes) {
    weighted_block<block>(weights + column, stride, active, z + column);
  }
  for (; column < stride; column += lanes) weighted_block<1>(weights + column, stride, active, z + column);
}

KIRCHHOFF_CLONES void outer_product_update(float* weights, std::size_t stride, const ActiveRows& active,
                                           const float* step) {
  const std::size_t count = active.rows.size();
  for (std::size_t k = 0; k < count; ++k) {
    float* row = weights + active.rows[k] * stride;
    const float value = active.values[k];
    for (std::size_t j = 0; j < stride; j += lanes) at(row + j) -= load(step + j) * value;
  }
}

KIRCHHOFF_CLONES void transposed_and_update(float* weights, std::size_t stride, const ActiveRows& active,
                                            const float* delta, const float* step, float* back) {
  const std::size_t count = active.rows.size();
  for (std::size_t k = 0; k < count; ++k) {
    float* row = weights + active.rows[k] * stride;
    const float value = active.values[k];
    Lanes sum{};
    for (std::size_t j = 0; j < stride; j += lanes) {
      const Lanes before = load(row + j);
      sum += before * load(delta + j);
      at(row + j) = before - load(step + j) * value;
    }
    back[active.rows[k]] = sum_of(sum);
  }
}

KIRCHHOFF_CLONES void logistic_lanes(float* z, std::size_t stride) {
  for (std::size_t j = 0; j < stride; j += lanes) {
    Lanes e;
    exp_of(-load(z + j), e);
    at(z + j) = 1.0F / (1.0F + e);
  }
}

KIRCHHOFF_CLONES void softmax_lanes(float* z, std::size_t count, std::size_t stride) {
  const float largest = *std::max_element(z, z + count);
  std::fill(z + count, z + stride, 0.0F);
  for (std::size_t j = 0; j < stride; j += lanes) {
    Lanes e;
    exp_of(load(z + j) - largest, e);
    at(z + j) = e;
  }
  std::fill(z + count, z + stride, 0.0F);
  Lanes sum{};
  for (std::size_t j = 0; j < stride; j += lanes) sum += load(z + j);
  const float total = sum_of(sum);
  for (std::size_t j = 0; j < stride; j += lanes) at(z + j) /= total;
}

}  // namespace kirchhoff::testbenches
