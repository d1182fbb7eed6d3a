#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "foundation/error.h"
#include "foundation/random.h"
#include "testbenches/unit/synapse_bench.h"
#include "tiles/hybrid_array.h"
#include "tiles/ideal_array.h"

namespace {

using namespace kirchhoff;
using foundation::Duration;
using foundation::RandomSequence;
using foundation::RandomStream;
using tiles::HybridArray;

constexpr std::size_t kRows = 21;
constexpr std::size_t kColumns = 18;
constexpr std::size_t kSlots = 31;
constexpr std::uint64_t kSeed = 5;

std::string saved(const tiles::SynapseArray& array) {
  foundation::StateWriter writer;
  writer.section("array", 1);
  array.save(writer);
  return writer.finish();
}

void restore(tiles::SynapseArray& array, const std::string& state) {
  foundation::StateReader reader{state, "file"};
  reader.section("array", 1);
  array.restore(reader);
  reader.finish();
}

/// Everything that moves by itself moves fast.
tiles::SynapseParameters lively_devices(const std::string& loop) {
  tiles::SynapseParameters p;
  p.capacitor.decay_tau_ms = 1;
  p.capacitor.decay_ticks = 50;
  p.pcm.early_drift = true;
  p.pcm.early_drift_t0_us = 1;
  p.transfer.loop = loop;
  return p;
}

std::unique_ptr<HybridArray> make_array(const tiles::SynapseParameters& parameters, double wire_ohm) {
  auto array = std::make_unique<HybridArray>(kRows, kColumns, parameters, kSeed, 3,
                                             tiles::WireResistance{wire_ohm, wire_ohm});
  const std::vector<tiles::CellFault> faults{{2, 3, tiles::CellDevice::g_plus, tiles::FaultKind::stuck_on},
                                             {4, 5, tiles::CellDevice::capacitor, tiles::FaultKind::dead}};
  array->break_devices(faults);
  return array;
}

/// Operations as a tile asks for them, chosen by chance; two with the same seed ask for the same.
class Operations {
 public:
  explicit Operations(std::uint64_t seed) : random_(RandomStream{seed, foundation::Purpose::data_set}, 0) {}

  void start(tiles::SynapseArray& array) {
    array.select(kRows - 1, kColumns - 2);
    for (std::size_t row = 0; row + 1 < kRows; ++row) {
      std::vector<float> targets(kColumns - 2);
      for (float& target : targets) {
        target = static_cast<float>(0.5 * random_.normal());
      }
      array.program_row(++operation_, row, targets);
    }
    array.select(kRows - 1, kColumns - 2);
  }

  void one(tiles::SynapseArray& array) {
    now_ += Duration{1'000'000 + static_cast<std::int64_t>(random_.below(200'000'000))};
    array.advance_to(now_);
    array.settle();
    switch (random_.below(8)) {
      case 0: {
        ++operation_;
        for (std::size_t row = 0; row + 1 < kRows; ++row) {
          now_ += Duration{3'000'000};
          array.advance_to(now_);
          array.transfer_row(operation_, row);
        }
        array.finish_transfer();
        break;
      }
      case 1:
        now_ += Duration{static_cast<std::int64_t>(random_.below(3)) * 1'500'000'000'000};
        break;
      default:
        update(array);
    }
  }

 private:
  std::vector<unit::LinePulse> pulses(std::size_t lines) {
    std::vector<unit::LinePulse> list;
    for (std::size_t line = 0; line < lines; ++line) {
      for (std::size_t slot = 0; slot < kSlots; ++slot) {
        if (random_.below(3) == 0) {
          list.push_back({line, slot});
        }
      }
    }
    return list;
  }

  void update(tiles::SynapseArray& array) {
    std::vector<std::int16_t> codes(kColumns - 2);
    for (auto& code : codes) {
      code = static_cast<std::int16_t>(static_cast<int>(random_.below(511)) - 255);
    }
    const auto rows = unit::trains_of(pulses(kRows - 1), kRows - 1, kSlots);
    const auto columns = unit::trains_of(pulses(kColumns - 2), kColumns - 2, kSlots, codes);
    const std::vector<float> x(kRows - 1, 0.3F);
    foundation::AlignedVector<float> deltas(array.weights().stride(), 0.0F);
    std::copy(codes.begin(), codes.end(), deltas.begin());
    tiles::UpdateOrder order;
    order.operation = ++operation_;
    order.slots = kSlots;
    order.row_trains = &rows;
    order.column_trains = &columns;
    order.x = x;
    order.deltas = {deltas.data(), kColumns - 2};
    order.rate = 1e-4F;
    array.update(order);
  }

  RandomSequence random_;
  std::uint64_t operation_ = 0;
  Duration now_{0};
};

TEST(ArrayState, RestoredArraysGoOnWithTheSameBits) {
  for (const std::string loop : {"closed", "open"}) {
    for (const double wire_ohm : {0.0, 30.0}) {
      SCOPED_TRACE(loop + " " + std::to_string(wire_ohm));
      const auto parameters = lively_devices(loop);
      const auto whole = make_array(parameters, wire_ohm);
      Operations operations{11};
      operations.start(*whole);
      for (int stage = 0; stage < 12; ++stage) {
        for (int i = 0; i < 5; ++i) {
          operations.one(*whole);
        }
        const auto state = saved(*whole);
        const auto other = make_array(parameters, wire_ohm);
        restore(*other, state);
        ASSERT_TRUE(saved(*other) == state);
        Operations same = operations;
        for (int i = 0; i < 10; ++i) {
          operations.one(*whole);
          same.one(*other);
          ASSERT_TRUE(saved(*other) == saved(*whole)) << stage << ':' << i;
        }
        const std::vector<float> ones(kRows - 1, 1.0F);
        std::vector<float> variances(kColumns);
        std::vector<float> others(kColumns);
        EXPECT_EQ(whole->forward_variance(ones, variances), other->forward_variance(ones, others));
        EXPECT_EQ(variances, others);
        EXPECT_EQ(whole->row_conductance(3).pcm_us, other->row_conductance(3).pcm_us);
        EXPECT_EQ(whole->row_conductance(3).capacitor_us, other->row_conductance(3).capacitor_us);
      }
    }
  }
}

TEST(ArrayState, IdealArraysToo) {
  tiles::IdealArray whole{kRows, kColumns, {}};
  Operations operations{12};
  operations.start(whole);
  operations.one(whole);
  tiles::IdealArray other{kRows, kColumns, {}};
  restore(other, saved(whole));
  Operations same = operations;
  for (int i = 0; i < 20; ++i) {
    operations.one(whole);
    same.one(other);
  }
  EXPECT_TRUE(saved(other) == saved(whole));
}

TEST(ArrayState, StateOfOtherDevicesIsRefused) {
  const auto parameters = lively_devices("closed");
  const auto state = saved(*make_array(parameters, 0));
  const auto refusal = [&](HybridArray& array) -> std::string {
    try {
      restore(array, state);
    } catch (const foundation::InputError& error) {
      return error.what();
    }
    return {};
  };
  using testing::HasSubstr;
  HybridArray healthy{kRows, kColumns, parameters, kSeed, 3};
  EXPECT_THAT(refusal(healthy), HasSubstr("section 'array' is of other devices"));
  HybridArray other_seed{kRows, kColumns, parameters, kSeed + 1, 3};
  EXPECT_THAT(refusal(other_seed), HasSubstr("section 'array' is of other devices"));
  const auto smaller = std::make_unique<HybridArray>(kRows - 1, kColumns, parameters, kSeed, 3);
  EXPECT_THAT(refusal(*smaller), HasSubstr("section 'array'"));
  const std::vector<tiles::CellFault> one{{4, 5, tiles::CellDevice::capacitor, tiles::FaultKind::dead}};
  HybridArray one_fault{kRows, kColumns, parameters, kSeed, 3};
  one_fault.break_devices(one);
  EXPECT_THAT(refusal(one_fault), HasSubstr("faults differ"));
}

TEST(ArrayPower, ChargeIsLostAndPairsStay) {
  auto parameters = unit::perfect_devices();
  parameters.capacitor.decay_tau_ms = 1e6;
  HybridArray array{kRows, kColumns, parameters, kSeed, 3};
  Operations operations{13};
  operations.start(array);
  for (int i = 0; i < 8; ++i) {
    operations.one(array);
  }
  unit::PulseBench pulses{kRows - 1, kColumns - 2};
  pulses.raise(array, 20);
  const auto before = array.cell(4, 7);
  ASSERT_GT(std::abs(unit::charge(array, 4, 7, parameters)), 0.1);
  const Duration off{40'000'000'000'000};
  array.cycle_power(off, off + Duration{1'000'000'000'000});
  const auto after = array.cell(4, 7);
  EXPECT_EQ(after.g_plus_us, before.g_plus_us);
  EXPECT_EQ(after.g_minus_us, before.g_minus_us);
  EXPECT_EQ(unit::charge(array, 4, 7, parameters), 0);
  EXPECT_EQ(after.polarity, 1);
  EXPECT_NEAR(
      static_cast<double>(after.weight),
      parameters.f_gain * static_cast<double>(before.g_plus_us - before.g_minus_us) / parameters.kappa_us,
      1e-6);
  // What draws current is what is left.
  EXPECT_NEAR(array.row_conductance(4).capacitor_us, 0, 1e-9);
}

TEST(ArrayPower, PairsDriftWithoutSupply) {
  auto parameters = unit::perfect_devices();
  parameters.pcm.drift = 1;
  HybridArray array{kRows, kColumns, parameters, kSeed, 3};
  Operations operations{14};
  operations.start(array);
  array.settle();
  const auto g_of = [&] { return array.cell(4, 7).g_plus_us + array.cell(4, 7).g_minus_us; };
  const float before = g_of();
  array.cycle_power(Duration{1'000'000}, Duration{3'600'000'000'000'000});
  // An hour is 180 t0: (181)^-0.049 = 0.775 for devices of middle conductance, less for others.
  EXPECT_LT(g_of(), 0.9F * before);
  EXPECT_GT(g_of(), 0.5F * before);
}

}  // namespace
