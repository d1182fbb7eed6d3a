#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "foundation/random.h"
#include "testbenches/unit/statistics.h"
#include "testbenches/unit/synapse_bench.h"
#include "tiles/hybrid_array.h"
#include "tiles/pcm_read_noise.h"

// Variance of reads, and what wires leave of weights, as the array tells them, against sums over its cells.
namespace {

using namespace kirchhoff;
using foundation::Duration;
using foundation::from_seconds;
using tiles::HybridArray;

constexpr std::size_t kRows = 60;
constexpr std::size_t kColumns = 40;
constexpr double kKappa = 20;

tiles::SynapseParameters noisy(const char* fresh) {
  auto parameters = unit::perfect_devices();
  parameters.pcm.read_noise = 1;
  parameters.pcm.read_noise_fresh = fresh;
  parameters.capacitor.read_noise_us = 0.05;
  return parameters;
}

void program(HybridArray& array, double spread) {
  foundation::RandomSequence random{foundation::RandomStream{3, foundation::Purpose::data_set}, 0};
  std::vector<float> targets(kColumns);
  for (std::size_t row = 0; row < kRows; ++row) {
    for (float& target : targets) {
      target = static_cast<float>(spread * random.normal());
    }
    array.program_row(row + 1, row, targets);
  }
  array.select(kRows, kColumns);
}

std::vector<float> random_codes(std::size_t count, std::size_t size) {
  foundation::RandomSequence random{foundation::RandomStream{4, foundation::Purpose::data_set}, count};
  std::vector<float> codes(size, 0.0F);
  for (std::size_t i = 0; i < count; ++i) {
    codes[i] = static_cast<float>(random.below(256));
  }
  return codes;
}

TEST(ArrayNoise, VarianceIsTheSumOverTheCells) {
  for (const char* fresh : {"increments", "spectrum"}) {
    const auto parameters = noisy(fresh);
    HybridArray array{kRows, kColumns, parameters, 5, 1};
    program(array, 0.3);
    const double age_s = 0.01;
    array.advance_to(from_seconds(age_s));
    array.settle();

    const tiles::PcmReadNoise noise{parameters.pcm};
    // Conductances moved by the slow noise since programming; q is that of the programmed one: 10 % at most.
    const auto variance_of = [&](std::size_t i, std::size_t j) {
      const auto cell = array.cell(i, j);
      double sum = parameters.capacitor.read_noise_us * parameters.capacitor.read_noise_us;
      for (const float g : {cell.g_plus_us, cell.g_minus_us}) {
        const auto q = static_cast<double>(noise.q(g));
        const auto part = static_cast<double>(noise.fresh(static_cast<float>(age_s), 2e-6F));
        sum += 9 * static_cast<double>(g) * static_cast<double>(g) * q * q * part;
      }
      return sum / (kKappa * kKappa);
    };
    // 60 and 40 lines of cells that differ: what the products of shares may be off by, and on average.
    constexpr double kShare = 0.35;
    unit::Sample ratio;
    const auto x = random_codes(kRows, kRows);
    std::vector<float> columns(array.weights().stride());
    ASSERT_TRUE(array.forward_variance(x, columns));
    for (std::size_t j = 0; j < kColumns; ++j) {
      double expected = 0;
      for (std::size_t i = 0; i < kRows; ++i) {
        expected += static_cast<double>(x[i]) * static_cast<double>(x[i]) * variance_of(i, j);
      }
      ASSERT_NEAR(static_cast<double>(columns[j]), expected, kShare * expected) << fresh;
      ratio.add(static_cast<double>(columns[j]) / expected);
    }
    const auto d = random_codes(kColumns, array.weights().stride());
    std::vector<float> rows(kRows);
    ASSERT_TRUE(array.transposed_variance(d, rows));
    for (std::size_t i = 0; i < kRows; ++i) {
      double expected = 0;
      for (std::size_t j = 0; j < kColumns; ++j) {
        expected += static_cast<double>(d[j]) * static_cast<double>(d[j]) * variance_of(i, j);
      }
      ASSERT_NEAR(static_cast<double>(rows[i]), expected, kShare * expected) << fresh;
      ratio.add(static_cast<double>(rows[i]) / expected);
    }
    EXPECT_NEAR(ratio.mean(), 1, 0.1) << fresh;
    EXPECT_LT(ratio.deviation(), 0.12) << fresh;
  }
}

TEST(ArrayNoise, CapacitorsAloneAndNoneAtAll) {
  auto parameters = noisy("increments");
  parameters.pcm.read_noise = 0;
  HybridArray array{kRows, kColumns, parameters, 5, 1};
  program(array, 0.3);
  const auto x = random_codes(kRows, kRows);
  double expected = 0;
  for (const float code : x) {
    expected += static_cast<double>(code) * static_cast<double>(code) * 0.05 * 0.05 / (kKappa * kKappa);
  }
  std::vector<float> columns(array.weights().stride(), 7.0F);
  ASSERT_TRUE(array.forward_variance(x, columns));
  for (std::size_t j = 0; j < kColumns; ++j) {
    ASSERT_NEAR(static_cast<double>(columns[j]), expected, 1e-4 * expected);
  }
  parameters.capacitor.read_noise_us = 0;
  const HybridArray silent{kRows, kColumns, parameters, 5, 1};
  EXPECT_FALSE(silent.forward_variance(x, columns));
  EXPECT_FALSE(silent.transposed_variance(x, columns));
}

TEST(ArrayWires, SaysWhatIsLeftOfACellsCurrent) {
  const tiles::SynapseParameters parameters;
  const tiles::WireResistance wires{3, 4};
  HybridArray array{kRows, kColumns, parameters, 5, 1, wires};
  array.select(kRows, kColumns);
  array.settle();
  // Capacitors that rest are all alike.
  tiles::WireNetwork network{kRows, kColumns, wires};
  const std::vector<float> g(kRows * kColumns, static_cast<float>(parameters.capacitor.g_ref_us));
  std::vector<float> left(g.size());
  std::vector<float> stray(g.size());
  network.solve(g.data(), kColumns, left.data(), stray.data());
  const double mean = std::accumulate(left.begin(), left.end(), 0.0) / static_cast<double>(left.size());
  EXPECT_LT(mean, 0.98);
  EXPECT_NEAR(array.wires().left, mean, 1e-6);
  EXPECT_TRUE(array.wires().trusted);
  const HybridArray ideal{kRows, kColumns, parameters, 5, 1};
  EXPECT_EQ(ideal.wires().left, 1);
}

TEST(ArrayWires, WeightsAreTheTransferConductances) {
  const auto parameters = unit::perfect_devices();
  const tiles::WireResistance wires{3, 4};
  HybridArray array{kRows, kColumns, parameters, 5, 1, wires};
  HybridArray ideal{kRows, kColumns, parameters, 5, 1};
  program(array, 0.3);
  program(ideal, 0.3);
  array.settle();
  EXPECT_TRUE(array.wires().trusted);
  // The pair's two networks, solved apart; charge is zero up to the residual, which perfect cells hold
  // exactly.
  tiles::WireNetwork network{kRows, kColumns, wires};
  std::vector<float> g(kRows * kColumns);
  std::vector<float> attenuation(g.size());
  std::vector<float> stray(g.size());
  std::vector<double> expected(g.size(), 0.0);
  for (const int sign : {1, -1}) {
    for (std::size_t i = 0; i < g.size(); ++i) {
      const auto cell = array.cell(i / kColumns, i % kColumns);
      g[i] = sign > 0 ? cell.g_plus_us : cell.g_minus_us;
    }
    network.solve(g.data(), kColumns, attenuation.data(), stray.data());
    for (std::size_t i = 0; i < g.size(); ++i) {
      expected[i] += 3 * sign * static_cast<double>(attenuation[i] * g[i] + stray[i]) / kKappa;
    }
  }
  double moved = 0;
  for (std::size_t i = 0; i < g.size(); ++i) {
    const auto weight = static_cast<double>(array.weights().at(i / kColumns, i % kColumns));
    const auto charge = unit::charge(array, i / kColumns, i % kColumns, parameters) / kKappa;
    ASSERT_NEAR(weight, expected[i] + charge, std::fabs(charge) * 0.05 + 1e-4);
    moved = std::max(moved,
                     std::fabs(weight - static_cast<double>(ideal.weights().at(i / kColumns, i % kColumns))));
  }
  EXPECT_GT(moved, 0.005);
}

TEST(ArrayWires, ATransferKeepsWhatIsSeenThroughThem) {
  // Charge and pairs are attenuated differently: moved as they lie behind the wires, weights would jump by
  // the difference.
  const auto parameters = unit::perfect_devices();
  HybridArray array{kRows, kColumns, parameters, 5, 1, {6, 8}};
  program(array, 0.3);
  array.settle();
  unit::PulseBench bench{kRows, kColumns};
  bench.raise(array, 60);
  array.advance_to(from_seconds(0.6e-3));  // a tick: until then pulses count with the mean attenuation
  std::vector<float> before;
  for (std::size_t i = 0; i < kRows * kColumns; ++i) {
    before.push_back(array.weights().at(i / kColumns, i % kColumns));
  }
  for (std::size_t row = 0; row < kRows; ++row) {
    array.transfer_row(1000, row);
  }
  array.finish_transfer();
  unit::Sample jump;
  for (std::size_t i = 0; i < before.size(); ++i) {
    jump.add(static_cast<double>(array.weights().at(i / kColumns, i % kColumns) - before[i]));
  }
  // 60 pulses are 0.096 of weight, less by the wires; half a step of the residual is 0.0008. What moved into
  // the pairs loads their wires more: a jump of a twentieth is left.
  EXPECT_LT(std::fabs(jump.mean()), 0.005);
  EXPECT_LT(jump.deviation(), 0.003);
}

TEST(ArrayFaults, StuckAndDeadDevicesStayAsTheyAre) {
  tiles::SynapseParameters parameters;
  HybridArray array{kRows, kColumns, parameters, 5, 1};
  const std::vector<tiles::CellFault> faults{
      {1, 2, tiles::CellDevice::g_plus, tiles::FaultKind::stuck_on},
      {1, 3, tiles::CellDevice::g_minus, tiles::FaultKind::stuck_off},
      {4, 5, tiles::CellDevice::capacitor, tiles::FaultKind::dead},
  };
  array.break_devices(faults);
  program(array, 0.3);
  unit::PulseBench bench{kRows, kColumns};
  bench.raise(array, 200);
  EXPECT_EQ(unit::charge(array, 4, 5, parameters), 0);
  EXPECT_NE(unit::charge(array, 4, 6, parameters), 0);
  for (std::size_t row = 0; row < kRows; ++row) {
    array.transfer_row(1000, row);
  }
  array.finish_transfer();
  array.advance_to(from_seconds(50));
  EXPECT_EQ(array.cell(1, 2).g_plus_us, 25.0F);
  EXPECT_EQ(array.cell(1, 3).g_minus_us, 0.0F);
  EXPECT_EQ(unit::charge(array, 4, 5, parameters), 0);
}

}  // namespace
