#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "foundation/random.h"
#include "periphery/adc_bank.h"
#include "testbenches/unit/statistics.h"
#include "testbenches/unit/tile_bench.h"

// Errors and noise of the converters as they show in a tile's packets.
namespace {

using namespace kirchhoff;
using foundation::Duration;
using foundation::Phase;
using foundation::Purpose;
using foundation::RandomStream;
using interconnect::VectorFormat;
using periphery::Adc;
using periphery::AdcBank;
using periphery::AdcSpread;
using tiles::Detail;
using unit::small_tile;
using unit::TileBench;

constexpr std::uint32_t kRows = 20;
constexpr std::uint32_t kColumns = 7;
constexpr std::size_t kPhysicalRows = 30;
constexpr std::size_t kPhysicalColumns = 10;
constexpr double kForwardLsb = 6.0 / 256;
constexpr double kBackwardLsb = 1.0 / 256;
/// Last layer: its packets are codes of z; and it is read transposed.
constexpr TileBench::Role kRole{
    .rows = kRows, .columns = kColumns, .control = tiles::control_collector | tiles::control_last_layer};

tiles::TileParameters tile(const periphery::PeripheryParameters& periphery, Detail detail = Detail::physics) {
  auto parameters = small_tile(kPhysicalRows, kPhysicalColumns, detail);
  parameters.periphery = periphery;
  parameters.synapse.capacitor.decay_tau_ms = 1e9;
  return parameters;
}

periphery::PeripheryParameters errors(double gain, double offset, double inl) {
  periphery::PeripheryParameters periphery;
  periphery.adc_gain_error = gain;
  periphery.adc_offset_lsb = offset;
  periphery.adc_inl_lsb = inl;
  return periphery;
}

periphery::PeripheryParameters noise(double deviation) {
  periphery::PeripheryParameters periphery;
  periphery.adc_integrator_noise = deviation;
  return periphery;
}

class Values {
 public:
  std::vector<float> codes(std::size_t count, std::int32_t from, std::int32_t to) {
    std::vector<float> values(count);
    for (float& value : values) {
      value = static_cast<float>(
          static_cast<std::int32_t>(random_.below(static_cast<std::uint32_t>(to - from + 1))) + from);
    }
    return values;
  }
  std::vector<std::vector<float>> weights(double spread) {
    std::vector<std::vector<float>> values(kRows, std::vector<float>(kColumns));
    for (auto& row : values) {
      for (float& value : row) {
        value = static_cast<float>(spread * random_.normal());
      }
    }
    return values;
  }

 private:
  foundation::RandomSequence random_{RandomStream{102, Purpose::data_set}, 0};
};

std::vector<float> forward(TileBench& bench, const std::vector<float>& inputs) {
  bench.send(unit::route_in, VectorFormat::u8, inputs, bench.now);
  return bench.outbox.take().at(0).values;
}

/// A transposed read and no update.
std::vector<float> transposed(TileBench& bench, const std::vector<float>& deltas) {
  bench.set(tiles::TileRegister::learning_rate, 0.0F);
  bench.send(unit::route_delta, VectorFormat::s16, deltas, bench.now, 0, Phase::backward);
  return bench.outbox.take().at(0).values;
}

double z_of(const TileBench& bench, const std::vector<float>& inputs, std::size_t column) {
  double z = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    z += static_cast<double>(inputs[i]) / 255 * bench.weight(i, column);
  }
  return z;
}

double e_of(const TileBench& bench, const std::vector<float>& deltas, std::size_t row) {
  double e = 0;
  for (std::size_t j = 0; j < kColumns; ++j) {
    e += static_cast<double>(deltas[j]) / 255 * bench.weight(row, j);
  }
  return e;
}

/// What a converter of 9 bits makes of v, before rounding and clipping; the header's formula.
double bent(const AdcBank::Errors& errors, double v_lsb) {
  const double u = static_cast<double>(errors.gain) * v_lsb + static_cast<double>(errors.offset_lsb);
  const double t = std::clamp((u + 0.5) / 255, -1.0, 1.0);
  const double bow =
      (static_cast<double>(errors.second_lsb) + static_cast<double>(errors.third_lsb) * t) * (1 - t * t);
  return u + bow;
}

double converted(const AdcBank::Errors& errors, double v_lsb) {
  return std::clamp(bent(errors, v_lsb), -256.0, 255.0);
}

TEST(TileConverters, ErrorsShowInThePackets) {
  const auto periphery = errors(0.05, 3, 6);
  TileBench bench{tile(periphery)};
  bench.configure(kRole);
  Values values;
  bench.program(values.weights(0.2));
  const AdcSpread spread{periphery};
  const AdcBank columns{Adc{9, 6}, kPhysicalColumns, spread, RandomStream{7, Purpose::column_adcs, 0}};
  const AdcBank rows{Adc{9, 1}, kPhysicalRows, spread, RandomStream{7, Purpose::row_adcs, 0}};
  double largest = 0;
  for (int read = 0; read < 20; ++read) {
    const auto inputs = values.codes(kRows, 0, 255);
    const auto z = forward(bench, inputs);
    for (std::size_t j = 0; j < kColumns; ++j) {
      const double v = z_of(bench, inputs, j) / kForwardLsb;
      ASSERT_NEAR(static_cast<double>(z[j]), converted(columns.errors(j), v), 0.5 + 1e-3);
      largest = std::max(largest, std::fabs(static_cast<double>(z[j]) - v));
    }
    const auto deltas = values.codes(kColumns, -255, 255);
    const auto e = transposed(bench, deltas);
    ASSERT_EQ(e.size(), kRows);
    for (std::size_t i = 0; i < kRows; ++i) {
      const double v = e_of(bench, deltas, i) / kBackwardLsb;
      ASSERT_NEAR(static_cast<double>(e[i]), converted(rows.errors(i), v), 0.5 + 1e-3);
    }
  }
  EXPECT_GT(largest, 4);  // they are not small
}

TEST(TileConverters, AreTheSameHardwareInEveryRole) {
  const auto periphery = errors(0.02, 10, 2);
  TileBench bench{tile(periphery)};
  bench.configure(kRole);
  const std::vector<float> nothing(kRows, 0.0F);
  const auto offsets = forward(bench, nothing);
  const auto back = transposed(bench, std::vector<float>(kColumns, 0.0F));
  TileBench::Role smaller = kRole;
  smaller.rows = 4;
  smaller.columns = 3;
  bench.configure(smaller);
  EXPECT_EQ(forward(bench, std::vector<float>(4, 0.0F)),
            std::vector<float>(offsets.begin(), offsets.begin() + 3));
  EXPECT_EQ(transposed(bench, std::vector<float>(3, 0.0F)),
            std::vector<float>(back.begin(), back.begin() + 4));
  bench.configure(kRole);
  EXPECT_EQ(forward(bench, nothing), offsets);
}

TEST(TileConverters, DetailIdealHasNeitherErrorsNorNoise) {
  auto periphery = errors(0.1, 20, 10);
  periphery.adc_integrator_noise = 1;
  Values values;
  const auto weights = values.weights(0.2);
  std::vector<float> inputs = values.codes(kRows, 0, 1);
  std::vector<float> deltas = values.codes(kColumns, -1, 1);
  std::vector<std::vector<float>> answers;
  for (const auto& p : {periphery, periphery::PeripheryParameters{}}) {
    TileBench bench{tile(p, Detail::ideal)};
    bench.configure(kRole);
    bench.program(weights);
    bench.set(tiles::TileRegister::learning_rate, 0.0F);
    bench.send(unit::route_in, VectorFormat::f32, inputs, bench.now);
    bench.send(unit::route_delta, VectorFormat::f32, deltas, bench.now, 0, Phase::backward);
    answers.push_back(bench.outbox.packets.at(0).values);
    answers.push_back(bench.outbox.packets.at(1).values);
  }
  EXPECT_EQ(answers[0], answers[2]);
  EXPECT_EQ(answers[1], answers[3]);
}

/// Mean z or e and variance noise^2 + lsb^2 / 12 on every line; 4,000 reads, false alarms below 1e-5 each.
TEST(TileConverters, IntegratorNoiseHasTheStatedMeanAndVariance) {
  constexpr double kNoise = 0.1;
  TileBench bench{tile(noise(kNoise))};
  bench.configure(kRole);
  Values values;
  bench.program(values.weights(0.05));
  const auto inputs = values.codes(kRows, 0, 255);
  const auto deltas = values.codes(kColumns, -255, 255);
  std::vector<unit::Sample> z(kColumns);
  std::vector<unit::Sample> e(kRows);
  for (int read = 0; read < 4000; ++read) {
    const auto forward_codes = forward(bench, inputs);
    for (std::size_t j = 0; j < kColumns; ++j) {
      z[j].add(static_cast<double>(forward_codes[j]) * kForwardLsb);
    }
    const auto transposed_codes = transposed(bench, deltas);
    for (std::size_t i = 0; i < kRows; ++i) {
      e[i].add(static_cast<double>(transposed_codes[i]) * kBackwardLsb);
    }
  }
  EXPECT_EQ(bench.ledger.at(0, Phase::backward).adc_overloads, 0U);
  const auto judge = [](const unit::Sample& sample, double mean, double lsb) {
    EXPECT_NEAR(sample.mean(), mean, unit::alarm_sigma * sample.standard_error());
    EXPECT_NEAR(sample.deviation(), std::sqrt(kNoise * kNoise + lsb * lsb / 12),
                unit::alarm_sigma * sample.deviation_error());
  };
  for (std::size_t j = 0; j < kColumns; ++j) {
    judge(z[j], z_of(bench, inputs, j), kForwardLsb);
  }
  for (std::size_t i = 0; i < kRows; ++i) {
    judge(e[i], e_of(bench, deltas, i), kBackwardLsb);
  }
}

TEST(TileConverters, SameSeedSameNoise) {
  Values values;
  const auto weights = values.weights(0.1);
  const auto inputs = values.codes(kRows, 0, 255);
  const auto deltas = values.codes(kColumns, -255, 255);
  std::vector<std::vector<float>> first;
  std::vector<std::vector<float>> second;
  for (auto* answers : {&first, &second}) {
    TileBench bench{tile(noise(0.1))};
    bench.configure(kRole);
    bench.program(weights);
    // Reads of one direction leave the other's noise alone.
    const bool all_at_once = answers == &second;
    for (int read = 0; read < 20 && all_at_once; ++read) {
      answers->push_back(forward(bench, inputs));
    }
    for (int read = 0; read < 20; ++read) {
      if (!all_at_once) {
        answers->insert(answers->begin() + read, forward(bench, inputs));
      }
      answers->push_back(transposed(bench, deltas));
    }
  }
  EXPECT_EQ(first, second);
  EXPECT_NE(first[0], first[1]);
  EXPECT_NE(first[20], first[21]);
}

TEST(TileConverters, TwoPhasesConvertBothSignsApart) {
  auto periphery = errors(0.05, 8, 4);
  const AdcBank rows{Adc{9, 1}, kPhysicalRows, AdcSpread{periphery}, RandomStream{7, Purpose::row_adcs, 0}};
  periphery.adc_two_phase_deltas = true;
  TileBench bench{tile(periphery)};
  bench.configure(kRole);
  Values values;
  bench.program(values.weights(0.4));
  std::uint64_t overloads = 0;
  bool beyond_one_conversion = false;
  for (int read = 0; read < 20; ++read) {
    const auto deltas = values.codes(kColumns, -255, 255);
    const auto e = transposed(bench, deltas);
    for (std::size_t i = 0; i < kRows; ++i) {
      double expected = 0;
      for (const double sign : {1.0, -1.0}) {
        auto part = deltas;
        for (float& value : part) {
          value = std::max(static_cast<float>(sign) * value, 0.0F);
        }
        const double v = e_of(bench, part, i) / kBackwardLsb;
        expected += sign * converted(rows.errors(i), v);
        overloads += std::fabs(bent(rows.errors(i), v) + 0.5) > 256 ? 1U : 0U;
      }
      ASSERT_NEAR(static_cast<double>(e[i]), expected, 1 + 2e-3);
      beyond_one_conversion |= std::fabs(e[i]) > 256;
    }
  }
  EXPECT_GT(overloads, 0U);
  EXPECT_EQ(bench.ledger.at(0, Phase::backward).adc_overloads, overloads);
  EXPECT_TRUE(beyond_one_conversion);
  EXPECT_TRUE(bench.outbox.decoded);
}

TEST(TileConverters, TwoPhasesTakeTwoReadsInTimeAndActivity) {
  for (const Detail detail : {Detail::physics, Detail::ideal}) {
    std::vector<foundation::Activity> booked;
    std::vector<Duration> took;
    std::vector<std::uint32_t> bits;
    for (const bool two_phases : {false, true}) {
      periphery::PeripheryParameters periphery;
      periphery.adc_two_phase_deltas = two_phases;
      TileBench bench{tile(periphery, detail)};
      bench.configure(kRole);
      const std::vector<float> deltas{1, -1, 0, 1, 1, -1, 0};
      bench.send(unit::route_delta, detail == Detail::ideal ? VectorFormat::f32 : VectorFormat::s16, deltas,
                 Duration{0}, 0, Phase::backward);
      const auto sent = bench.outbox.take();
      EXPECT_EQ(sent.at(0).header.path_compute, sent.at(0).at);
      EXPECT_EQ(sent.at(1).at, sent.at(0).at + bench.parameters.timing.update(63));
      took.push_back(sent.at(0).at);
      bits.push_back(sent.at(0).header.element_bits);
      booked.push_back(bench.ledger.at(0, Phase::backward));
      EXPECT_EQ(took.back(), bench.parameters.timing.transposed(two_phases));
    }
    EXPECT_EQ(took[1], took[0] * 2);
    EXPECT_EQ(bits[1], bits[0] + 1);
    EXPECT_EQ(booked[1].conversions, 2 * booked[0].conversions);
    EXPECT_EQ(booked[1].driver_passes, 2 * booked[0].driver_passes);
    EXPECT_EQ(booked[1].integrator_passes, 2 * booked[0].integrator_passes);
    // A line is driven in one of the phases, and a weight is used once.
    EXPECT_EQ(booked[1].column_drives, booked[0].column_drives);
    EXPECT_EQ(booked[1].pcm_duty_s, booked[0].pcm_duty_s);
    EXPECT_EQ(booked[1].multiply_accumulates, booked[0].multiply_accumulates);
  }
}

/// A phase has its own noise: variance 2 (noise^2 + lsb^2 / 12); 4,000 reads, false alarms below 1e-5 each.
TEST(TileConverters, NoiseOfBothPhasesAdds) {
  constexpr double kNoise = 0.1;
  auto periphery = noise(kNoise);
  periphery.adc_two_phase_deltas = true;
  TileBench bench{tile(periphery)};
  bench.configure(kRole);
  Values values;
  bench.program(values.weights(0.05));
  const auto deltas = values.codes(kColumns, -255, 255);
  std::vector<unit::Sample> e(kRows);
  for (int read = 0; read < 4000; ++read) {
    const auto codes = transposed(bench, deltas);
    for (std::size_t i = 0; i < kRows; ++i) {
      e[i].add(static_cast<double>(codes[i]) * kBackwardLsb);
    }
  }
  for (std::size_t i = 0; i < kRows; ++i) {
    EXPECT_NEAR(e[i].mean(), e_of(bench, deltas, i), unit::alarm_sigma * e[i].standard_error());
    EXPECT_NEAR(e[i].deviation(), std::sqrt(2 * (kNoise * kNoise + kBackwardLsb * kBackwardLsb / 12)),
                unit::alarm_sigma * e[i].deviation_error());
  }
}

}  // namespace
