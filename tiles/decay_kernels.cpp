#include <algorithm>
#include <vector>

#include "foundation/dispatch.h"
#include "tiles/decay.h"

namespace kirchhoff::tiles {

KIRCHHOFF_CLONES void decay_cells(CapacitorState* __restrict cells, const float* __restrict factor,
                                  const float* __restrict g_plus_us, const float* __restrict g_minus_us,
                                  float* __restrict weight, float f_gain, float polarity, float per_kappa,
                                  std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float q = cells[i].q_us * factor[i];
    cells[i].q_us = q;
    weight[i] = (f_gain * (g_plus_us[i] - g_minus_us[i]) + polarity * q) * per_kappa;
  }
}

namespace {

KIRCHHOFF_CLONES void decay_wired(CapacitorState* __restrict cells, const float* __restrict factor,
                                  const float* __restrict g_plus_us, const float* __restrict g_minus_us,
                                  const float* __restrict offset_us,
                                  const std::uint16_t* __restrict attenuation, float* __restrict weight,
                                  float f_gain, float polarity, float per_kappa, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float q = cells[i].q_us * factor[i];
    cells[i].q_us = q;
    const float left = static_cast<float>(attenuation[i]) * attenuation_unit;
    weight[i] = (f_gain * (g_plus_us[i] - g_minus_us[i]) + offset_us[i] + polarity * left * q) * per_kappa;
  }
}

KIRCHHOFF_CLONES void multiply_cells(float* __restrict out, const float* __restrict by, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] *= by[i];
  }
}

KIRCHHOFF_CLONES void square_cells(float* __restrict values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    values[i] *= values[i];
  }
}

}  // namespace

void decay_cells(CapacitorState* cells, const float* factor, const float* g_plus_us, const float* g_minus_us,
                 const WiredCells& wires, float* weight, float f_gain, float polarity, float per_kappa,
                 std::size_t count) {
  decay_wired(cells, factor, g_plus_us, g_minus_us, wires.offset_us, wires.attenuation, weight, f_gain,
              polarity, per_kappa, count);
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

}  // namespace kirchhoff::tiles
