#include "testbenches/bench/roofline.h"

#include <cblas.h>

#include <algorithm>
#include <chrono>
#include <functional>

namespace kirchhoff::testbenches {

using Clock = std::chrono::steady_clock;

namespace {

struct Layers {
  std::vector<std::vector<float>> weights;      ///< inputs x outputs
  std::vector<std::vector<float>> activations;  ///< from the inputs up
  std::vector<std::vector<float>> deltas;
};

Layers make_layers(std::span<const std::size_t> widths, double active_inputs) {
  Layers layers;
  for (std::size_t l = 0; l < widths.size(); ++l) {
    layers.activations.emplace_back(widths[l], 0.3F);
    layers.deltas.emplace_back(widths[l], 0.01F);
    if (l + 1 < widths.size()) {
      layers.weights.emplace_back(widths[l] * widths[l + 1], 0.01F);
    }
  }
  auto& inputs = layers.activations.front();
  double share = 0;
  for (float& input : inputs) {
    share += active_inputs;
    input = share >= 1 ? 0.3F : 0.0F;
    share -= share >= 1 ? 1 : 0;
  }
  return layers;
}

/// A rate so small that the numbers stay where they are.
constexpr float rate = 1e-12F;

void step_openblas(Layers& layers, std::span<const std::size_t> widths) {
  for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
    const auto rows = static_cast<int>(widths[l]);
    const auto columns = static_cast<int>(widths[l + 1]);
    cblas_sgemv(CblasRowMajor, CblasTrans, rows, columns, 1, layers.weights[l].data(), columns,
                layers.activations[l].data(), 1, 0, layers.activations[l + 1].data(), 1);
  }
  for (std::size_t l = widths.size() - 2; l > 0; --l) {
    const auto rows = static_cast<int>(widths[l]);
    const auto columns = static_cast<int>(widths[l + 1]);
    cblas_sgemv(CblasRowMajor, CblasNoTrans, rows, columns, 1, layers.weights[l].data(), columns,
                layers.deltas[l + 1].data(), 1, 0, layers.deltas[l].data(), 1);
  }
  for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
    const auto rows = static_cast<int>(widths[l]);
    const auto columns = static_cast<int>(widths[l + 1]);
    cblas_sger(CblasRowMajor, rows, columns, -rate, layers.activations[l].data(), 1,
               layers.deltas[l + 1].data(), 1, layers.weights[l].data(), columns);
  }
}

void step_plain(Layers& layers, std::span<const std::size_t> widths) {
  for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
    auto& out = layers.activations[l + 1];
    std::fill(out.begin(), out.end(), 0.0F);
    for (std::size_t i = 0; i < widths[l]; ++i) {
      const float x = layers.activations[l][i];
      if (x != 0.0F) {
        const float* w = layers.weights[l].data() + i * widths[l + 1];
        for (std::size_t j = 0; j < widths[l + 1]; ++j) {
          out[j] += x * w[j];
        }
      }
    }
  }
  for (std::size_t l = widths.size() - 2; l > 0; --l) {
    for (std::size_t i = 0; i < widths[l]; ++i) {
      const float* w = layers.weights[l].data() + i * widths[l + 1];
      float sum = 0;
      for (std::size_t j = 0; j < widths[l + 1]; ++j) {
        sum += w[j] * layers.deltas[l + 1][j];
      }
      layers.deltas[l][i] = sum;
    }
  }
  for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
    for (std::size_t i = 0; i < widths[l]; ++i) {
      const float x = rate * layers.activations[l][i];
      if (x != 0.0F) {
        float* w = layers.weights[l].data() + i * widths[l + 1];
        for (std::size_t j = 0; j < widths[l + 1]; ++j) {
          w[j] -= x * layers.deltas[l + 1][j];
        }
      }
    }
  }
}

double steps_per_second(const std::function<void()>& step, double seconds) {
  for (int i = 0; i < 100; ++i) {
    step();
  }
  const auto begin = Clock::now();
  double elapsed = 0;
  long steps = 0;
  while (elapsed < seconds) {
    for (int i = 0; i < 200; ++i) {
      step();
    }
    steps += 200;
    elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  return static_cast<double>(steps) / elapsed;
}

}  // namespace

Roofline measure_roofline(std::span<const std::size_t> widths, double active_inputs, double seconds) {
  openblas_set_num_threads(1);
  auto layers = make_layers(widths, active_inputs);
  Roofline roofline;
  roofline.openblas = steps_per_second([&] { step_openblas(layers, widths); }, seconds);
  layers = make_layers(widths, active_inputs);
  roofline.plain_loop = steps_per_second([&] { step_plain(layers, widths); }, seconds);
  return roofline;
}

}  // namespace kirchhoff::testbenches
