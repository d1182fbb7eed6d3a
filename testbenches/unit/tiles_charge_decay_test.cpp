#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "foundation/random.h"
#include "testbenches/unit/statistics.h"
#include "testbenches/unit/synapse_bench.h"

namespace {

using namespace kirchhoff;
using foundation::Duration;
using tiles::HybridArray;
using unit::charge;
using unit::perfect_devices;

// tau 100 ms, 200 ticks of 500 us.
constexpr Duration kTick{500'000'000};

Duration milliseconds(double ms) {
  return foundation::from_seconds(ms * 1e-3);
}

TEST(ChargeDecay, ExponentialAtTicks) {
  const auto parameters = perfect_devices();
  for (const std::int64_t ticks : {1, 2, 7, 200, 1000}) {
    HybridArray array{3, 5, parameters, 81, 0};
    unit::PulseBench{3, 5}.raise(array, 100);
    const double start = charge(array, 1, 2, parameters);
    EXPECT_NEAR(start, 3.2, 1e-5);
    array.advance_to(kTick * ticks);
    const double expected = start * std::exp(-static_cast<double>(ticks) / 200);
    // Float rounding: half a last place per tick in the worst case.
    EXPECT_NEAR(charge(array, 1, 2, parameters), expected,
                expected * 0x1p-24 * static_cast<double>(2 * ticks + 2))
        << ticks << " ticks";
  }
}

TEST(ChargeDecay, HeldBetweenTicksWithinTheStatedBound) {
  // Ticks that pass in an interval of length t number t / tick up to one, whenever charge was added: the
  // charge is that of q0 exp(-t / tau) within a factor exp(+-tick / tau), 0.5 % at 200 ticks per tau.
  foundation::RandomSequence random{foundation::RandomStream{82, foundation::Purpose::data_set}, 0};
  const auto parameters = perfect_devices();
  double largest = 0;
  for (int trial = 0; trial < 300; ++trial) {
    HybridArray array{1, 1, parameters, 83, 0};
    const Duration charged = milliseconds(50 * random.uniform());
    array.advance_to(charged);
    unit::PulseBench{1, 1}.raise(array, 100);
    const double start = charge(array, 0, 0, parameters);
    const double waited_ms = 300 * random.uniform();
    array.advance_to(charged + milliseconds(waited_ms));
    const double off = std::log(charge(array, 0, 0, parameters) / start) + waited_ms / 100;
    ASSERT_LE(std::fabs(off), 1.0 / 200 + 1e-4) << "charged at " << charged.count() << " ps, " << waited_ms;
    largest = std::max(largest, std::fabs(off));
  }
  EXPECT_GT(largest, 0.8 / 200);  // the bound is met, not only kept
}

TEST(ChargeDecay, OneJumpEqualsManySmallSteps) {
  auto parameters = perfect_devices();
  parameters.capacitor.decay_spread = 0.3;
  HybridArray jump{20, 33, parameters, 84, 0};
  HybridArray walk{20, 33, parameters, 84, 0};
  unit::PulseBench{20, 33}.raise(jump, 200);
  unit::PulseBench{20, 33}.raise(walk, 200);
  constexpr std::int64_t kTicks = 777;
  jump.advance_to(kTick * kTicks);
  for (Duration now{0}; now <= kTick * kTicks; now += kTick / 3) {
    walk.advance_to(now);
  }
  walk.advance_to(kTick * kTicks);
  for (std::size_t i = 0; i < 20; ++i) {
    for (std::size_t j = 0; j < 33; ++j) {
      const double expected = charge(jump, i, j, parameters);
      ASSERT_NEAR(charge(walk, i, j, parameters), expected, expected * 0x1p-24 * 2 * kTicks);
      ASSERT_NEAR(static_cast<double>(walk.cell(i, j).weight), expected / 20,
                  expected / 20 * 0x1p-24 * 2 * kTicks);
    }
  }
}

TEST(ChargeDecay, TimeConstantsAreLognormal) {
  auto parameters = perfect_devices();
  parameters.capacitor.decay_spread = 0.3;
  HybridArray array{131, 50, parameters, 85, 0};
  unit::PulseBench{131, 50}.raise(array, 200);
  const double start = charge(array, 0, 0, parameters);
  array.advance_to(milliseconds(100));
  std::vector<double> logarithms;
  for (std::size_t i = 0; i < 131; ++i) {
    for (std::size_t j = 0; j < 50; ++j) {
      const double tau_ms = 100 / std::log(start / charge(array, i, j, parameters));
      logarithms.push_back(std::log(tau_ms / 100));
    }
  }
  EXPECT_TRUE(unit::is_normal(logarithms, 0, 0.3));
}

TEST(ChargeDecay, TimeConstantAndTicksAreParameters) {
  auto parameters = perfect_devices();
  parameters.capacitor.decay_tau_ms = 5;
  parameters.capacitor.decay_ticks = 50;
  HybridArray array{2, 2, parameters, 86, 0};
  unit::PulseBench{2, 2}.raise(array, 100);
  const double start = charge(array, 0, 0, parameters);
  array.advance_to(milliseconds(0.0999));  // tick 0.1 ms
  EXPECT_EQ(charge(array, 0, 0, parameters), start);
  array.advance_to(milliseconds(10));
  EXPECT_NEAR(charge(array, 0, 0, parameters), start * std::exp(-2.0), 1e-5);
}

TEST(ChargeDecay, EarlierInstantsAreIgnored) {
  const auto parameters = perfect_devices();
  HybridArray array{2, 2, parameters, 86, 0};
  unit::PulseBench{2, 2}.raise(array, 100);
  array.advance_to(milliseconds(50));
  const double after = charge(array, 0, 0, parameters);
  array.advance_to(milliseconds(20));
  array.advance_to(milliseconds(50));
  EXPECT_EQ(charge(array, 0, 0, parameters), after);
}

TEST(ChargeDecay, TowardsTheReferenceFromBothSidesAndPcmStays) {
  tiles::SynapseParameters parameters;
  parameters.pcm.drift = 0;
  parameters.pcm.read_noise = 0;
  HybridArray array{2, 2, parameters, 87, 0};
  const std::vector<float> targets{0.5F, -0.5F};
  array.program_row(1, 0, targets);
  array.program_row(2, 1, targets);
  const auto programmed = array.cell(0, 0);
  unit::PulseBench bench{2, 2};
  bench.lower(array, 200);
  EXPECT_LT(array.cell(0, 0).g_capacitor_us, 8.0F);
  array.advance_to(milliseconds(3000));
  const auto later = array.cell(0, 0);
  EXPECT_NEAR(static_cast<double>(later.g_capacitor_us), 12, 1e-3);
  EXPECT_EQ(later.g_plus_us, programmed.g_plus_us);
  EXPECT_EQ(later.g_minus_us, programmed.g_minus_us);
  EXPECT_NEAR(static_cast<double>(later.weight),
              3 * static_cast<double>(later.g_plus_us - later.g_minus_us) / 20, 1e-4);
}

}  // namespace
