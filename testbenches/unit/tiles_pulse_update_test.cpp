#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "foundation/random.h"
#include "testbenches/unit/statistics.h"
#include "testbenches/unit/synapse_bench.h"
#include "testbenches/unit/train_view.h"

namespace {

using namespace kirchhoff;
using periphery::PulseTrains;
using tiles::HybridArray;
using unit::perfect_devices;

PulseTrains random_trains(std::size_t lines, std::size_t slots, double p, foundation::RandomSequence& random,
                          const std::vector<std::int16_t>& codes = {}) {
  std::vector<unit::LinePulse> pulses;
  for (std::size_t line = 0; line < lines; ++line) {
    for (std::size_t slot = 0; slot < slots; ++slot) {
      if (random.uniform() < p) {
        pulses.push_back({line, slot});
      }
    }
  }
  return unit::trains_of(pulses, lines, slots, codes);
}

struct Case {
  std::size_t rows;
  std::size_t columns;
  std::size_t slots;
};

TEST(PulseUpdate, EveryCellGetsTheCoincidencesOfItsLines) {
  foundation::RandomSequence random{foundation::RandomStream{73, foundation::Purpose::data_set}, 0};
  const auto parameters = perfect_devices();
  for (const auto& shape : {Case{1, 1, 63}, Case{3, 2, 1}, Case{131, 50, 63}, Case{20, 64, 64},
                            Case{20, 65, 65}, Case{7, 200, 128}}) {
    for (const double p : {0.05, 0.5}) {
      HybridArray array{shape.rows, shape.columns, parameters, 1, 0};
      const auto rows = random_trains(shape.rows, shape.slots, p, random);
      std::vector<std::int16_t> codes(shape.columns);
      for (auto& code : codes) {
        code = random.uniform() < 0.5 ? std::int16_t{-3} : std::int16_t{100};
      }
      const auto columns = random_trains(shape.columns, shape.slots, p, random, codes);
      tiles::UpdateOrder order;
      order.operation = 1;
      order.slots = shape.slots;
      order.row_trains = &rows;
      order.column_trains = &columns;
      const std::uint64_t pulses = array.update(order).pulses;

      const auto row_table = unit::view(rows, shape.rows);
      const auto column_table = unit::view(columns, shape.columns);
      std::uint64_t total = 0;
      for (std::size_t i = 0; i < shape.rows; ++i) {
        for (std::size_t j = 0; j < shape.columns; ++j) {
          const auto count = static_cast<int>((row_table[i] & column_table[j]).count());
          total += static_cast<std::uint64_t>(count);
          const double expected = 0.032 * count * (codes[j] < 0 ? 1 : -1);
          ASSERT_NEAR(unit::charge(array, i, j, parameters), expected, 2e-6 * (1 + count))
              << shape.rows << " x " << shape.columns << ", cell " << i << ", " << j;
          ASSERT_NEAR(static_cast<double>(array.cell(i, j).weight), expected / 20, 2e-7 * (1 + count));
        }
      }
      EXPECT_EQ(pulses, total);
    }
  }
}

TEST(PulseUpdate, NoPulsesNoChange) {
  HybridArray array{5, 5, perfect_devices(), 1, 0};
  const auto silent = unit::trains_of({}, 5, 63);
  tiles::UpdateOrder order;
  order.slots = 63;
  order.row_trains = &silent;
  order.column_trains = &silent;
  EXPECT_EQ(array.update(order).pulses, 0U);
  EXPECT_EQ(array.cell(4, 4).weight, 0.0F);
}

TEST(PulseUpdate, WeightFollowsTheDevicesExactly) {
  // After any number of pulses the weight is F (G+ - G-) + s (g - g_ref), per kappa.
  tiles::SynapseParameters parameters;
  HybridArray array{40, 30, parameters, 5, 2};
  const std::vector<float> targets(30, 0.4F);
  for (std::size_t row = 0; row < 40; ++row) {
    array.program_row(row + 1, row, targets);
  }
  unit::PulseBench bench{40, 30};
  for (int round = 0; round < 10; ++round) {
    bench.raise(array, 63);
    bench.lower(array, 40);
  }
  for (std::size_t i = 0; i < 40; ++i) {
    for (std::size_t j = 0; j < 30; ++j) {
      const auto cell = array.cell(i, j);
      const double expected =
          (3 * (static_cast<double>(cell.g_plus_us) - static_cast<double>(cell.g_minus_us)) +
           static_cast<double>(cell.g_capacitor_us) - 12) /
          20;
      ASSERT_NEAR(static_cast<double>(cell.weight), expected, 2e-5);
      ASSERT_EQ(cell.weight, array.weights().at(i, j));
    }
  }
}

TEST(PulseUpdate, ChargeStaysWithinItsRange) {
  const tiles::SynapseParameters parameters;
  HybridArray array{10, 10, parameters, 5, 2};
  unit::PulseBench bench{10, 10};
  bench.raise(array, 900);
  for (std::size_t i = 0; i < 100; ++i) {
    ASSERT_LE(array.cell(i / 10, i % 10).g_capacitor_us, 20.0F);
    ASSERT_GT(array.cell(i / 10, i % 10).g_capacitor_us, 19.9F);
  }
  bench.lower(array, 1800);
  for (std::size_t i = 0; i < 100; ++i) {
    ASSERT_GE(array.cell(i / 10, i % 10).g_capacitor_us, 4.0F);
    ASSERT_LT(array.cell(i / 10, i % 10).g_capacitor_us, 4.1F);
  }
}

TEST(PulseUpdate, NoiseOfPulsesAtOnceAddsUpAsRootN) {
  auto parameters = perfect_devices();
  parameters.capacitor.cycle_noise = 0.3;
  for (const std::size_t pulses : {1U, 5U, 31U, 63U}) {
    HybridArray array{131, 50, parameters, 5, 2};
    unit::PulseBench{131, 50}.raise(array, pulses);
    const auto n = static_cast<double>(pulses);
    const double sd = 0.3 * 0.032 * std::sqrt(n);
    std::vector<double> noises;
    for (std::size_t i = 0; i < 131; ++i) {
      for (std::size_t j = 0; j < 50; ++j) {
        noises.push_back((unit::charge(array, i, j, parameters) - 0.032 * n) / sd);
      }
    }
    std::sort(noises.begin(), noises.end());
    EXPECT_LT(unit::normal_distance(noises), unit::kolmogorov_limit) << pulses << " pulses";
  }
}

TEST(PulseUpdate, ADeadSourceMakesNoNoise) {
  auto parameters = perfect_devices();
  parameters.capacitor.cycle_noise = 0.3;
  HybridArray array{4, 3, parameters, 5, 2};
  array.break_devices(std::vector<tiles::CellFault>{
      {.row = 2, .column = 1, .device = tiles::CellDevice::capacitor, .kind = tiles::FaultKind::dead}});
  unit::PulseBench{4, 3}.raise(array, 31);
  EXPECT_EQ(unit::charge(array, 2, 1, parameters), 0.0);
  EXPECT_NE(unit::charge(array, 2, 2, parameters), 0.0);
}

TEST(PulseUpdate, SameOperationSameNoise) {
  const tiles::SynapseParameters parameters;
  HybridArray first{20, 20, parameters, 5, 2};
  HybridArray second{20, 20, parameters, 5, 2};
  unit::PulseBench{20, 20}.raise(first, 63);
  unit::PulseBench{20, 20}.raise(second, 63);
  for (std::size_t i = 0; i < 400; ++i) {
    ASSERT_EQ(first.cell(i / 20, i % 20).weight, second.cell(i / 20, i % 20).weight);
  }
}

}  // namespace
