#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "foundation/random.h"
#include "testbenches/unit/statistics.h"
#include "testbenches/unit/tile_bench.h"

// A tile driven packet by packet, without SystemC.
namespace {

using namespace kirchhoff;
using foundation::Duration;
using foundation::Phase;
using interconnect::PacketKind;
using interconnect::VectorFormat;
using tiles::Detail;
using tiles::FlowAction;
using tiles::Outcome;
using tiles::TileRegister;
using unit::small_tile;
using unit::TileBench;

constexpr std::uint32_t kRows = 21;  // 20 inputs and the bias
constexpr std::uint32_t kInputs = 20;
constexpr std::uint32_t kColumns = 7;
constexpr TileBench::Role kHidden{
    .rows = kRows, .columns = kColumns, .control = tiles::control_collector | tiles::control_bias};
constexpr TileBench::Role kLast{
    .rows = kRows,
    .columns = kColumns,
    .control = tiles::control_collector | tiles::control_bias | tiles::control_last_layer};

class Values {
 public:
  std::vector<float> codes(std::size_t count, std::uint32_t below, std::int32_t from) {
    std::vector<float> values(count);
    for (float& value : values) {
      value = static_cast<float>(static_cast<std::int32_t>(random_.below(below)) + from);
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
  foundation::RandomSequence random_{foundation::RandomStream{101, foundation::Purpose::data_set}, 0};
};

/// z of a column from the weights as they are; inputs are codes of 255, the bias is one.
double reference_z(const TileBench& bench, const std::vector<float>& inputs, std::size_t column,
                   double input_scale = 1) {
  double z = bench.weight(kRows - 1, column);
  for (std::size_t i = 0; i < kInputs; ++i) {
    z += static_cast<double>(inputs[i]) / 255 * input_scale * bench.weight(i, column);
  }
  return z;
}

TEST(TileCore, LastLayerSendsZWithinQuantisation) {
  TileBench bench{small_tile(30, 10)};
  bench.configure(kLast);
  Values values;
  bench.program(values.weights(0.3));
  for (int example = 0; example < 20; ++example) {
    const auto inputs = values.codes(kInputs, 256, 0);
    ASSERT_EQ(bench.send(unit::route_in, VectorFormat::u8, inputs, bench.now), Outcome::ok);
    const auto sent = bench.outbox.take();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].header.kind, PacketKind::layer_output);
    EXPECT_EQ(sent[0].header.route, unit::route_out);
    EXPECT_EQ(sent[0].header.format, VectorFormat::s32);
    ASSERT_EQ(sent[0].values.size(), kColumns);
    for (std::size_t j = 0; j < kColumns; ++j) {
      const double lsb = 6.0 / 256;
      ASSERT_NEAR(static_cast<double>(sent[0].values[j]) * lsb, reference_z(bench, inputs, j),
                  lsb / 2 + 1e-5);
    }
  }
  EXPECT_TRUE(bench.outbox.decoded);
  EXPECT_EQ(bench.status(), 0U);
}

TEST(TileCore, HiddenLayerSendsActivations) {
  TileBench bench{small_tile(30, 10)};
  bench.configure(kHidden);
  Values values;
  bench.program(values.weights(0.3));
  const auto inputs = values.codes(kInputs, 256, 0);
  bench.send(unit::route_in, VectorFormat::u8, inputs, bench.now);
  const auto sent = bench.outbox.take();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].header.kind, PacketKind::activation);
  EXPECT_EQ(sent[0].header.format, VectorFormat::u8);
  EXPECT_EQ(sent[0].header.element_bits, 8U);
  for (std::size_t j = 0; j < kColumns; ++j) {
    // Half a code of z, at a slope of at most 1/4, and half a code of the output.
    const double f = 1 / (1 + std::exp(-reference_z(bench, inputs, j)));
    EXPECT_NEAR(static_cast<double>(sent[0].values[j]) / 255, f, 6.0 / 512 / 4 + 0.5 / 255 + 1e-5);
  }
}

TEST(TileCore, ReadTakesIntegrationConversionAndDigital) {
  TileBench bench{small_tile(30, 10)};
  bench.configure(kLast);
  const Duration arrival{5'000'000};
  bench.send(unit::route_in, VectorFormat::u8, std::vector<float>(kInputs, 3), arrival);
  const auto sent = bench.outbox.take();
  const auto& timing = bench.parameters.timing;
  EXPECT_EQ(sent.at(0).at, arrival + timing.integrate + timing.convert + timing.digital_value * 7);
  EXPECT_EQ(sent.at(0).header.sent_at, sent.at(0).at);
  EXPECT_EQ(sent.at(0).header.path_compute, timing.read() + timing.digital_value * 7);
  EXPECT_EQ(sent.at(0).header.path_network, Duration{0});
}

TEST(TileCore, OverlappedConversionLetsTheNextLayerBeginSooner) {
  TileBench plain{small_tile(30, 10)};
  plain.configure(kHidden);
  TileBench bench{small_tile(30, 10)};
  auto role = kHidden;
  role.control |= tiles::control_overlap_forward;
  bench.configure(role);
  const std::vector<float> inputs(kInputs, 3);
  const Duration arrival{5'000'000};
  for (TileBench* one : {&plain, &bench}) {
    one->send(unit::route_in, VectorFormat::u8, inputs, arrival);
    one->send(unit::route_in, VectorFormat::u8, inputs, arrival);
  }
  const auto later = plain.outbox.take();
  const auto sooner = bench.outbox.take();
  const auto& timing = bench.parameters.timing;
  EXPECT_EQ(timing.overlap(), timing.integrate);  // 128 of 335 ns
  EXPECT_EQ(sooner.at(0).at, later.at(0).at - timing.overlap());
  EXPECT_EQ(sooner.at(0).header.path_compute, later.at(0).header.path_compute - timing.overlap());
  EXPECT_EQ(sooner.at(0).values, later.at(0).values);
  EXPECT_EQ(sooner.at(1).at - sooner.at(0).at, timing.read()) << "the tile itself is busy to the end";
  const auto& booked = bench.ledger.at(0, Phase::forward);
  EXPECT_EQ(booked.integrator_passes, plain.ledger.at(0, Phase::forward).integrator_passes);
  EXPECT_EQ(booked.conversions, plain.ledger.at(0, Phase::forward).conversions);
}

TEST(TileCore, OperationsFollowOneAnother) {
  TileBench bench{small_tile(30, 10)};
  bench.configure(kLast);
  const std::vector<float> inputs(kInputs, 3);
  bench.send(unit::route_in, VectorFormat::u8, inputs, Duration{0});
  bench.send(unit::route_in, VectorFormat::u8, inputs, Duration{1000});
  const auto sent = bench.outbox.take();
  EXPECT_EQ(sent.at(1).at - sent.at(0).at, bench.parameters.timing.read());
}

TEST(TileCore, InputsInPartsAndInAnyOrder) {
  Values values;
  const auto inputs = values.codes(kInputs, 256, 0);
  const auto weights = values.weights(0.3);
  std::vector<std::vector<float>> outputs;
  for (const bool reversed : {false, true}) {
    TileBench bench{small_tile(30, 10)};
    bench.configure(kLast);
    bench.flow(0, unit::route_in, FlowAction::activation, 12, 0, 0);
    bench.flow(8, unit::route_in_second, FlowAction::activation, 8, 3, 12);  // elements 3.. of its packet
    bench.program(weights);
    std::vector<float> second(3, 99.0F);
    second.insert(second.end(), inputs.begin() + 12, inputs.end());
    const std::vector<float> first(inputs.begin(), inputs.begin() + 12);
    const Duration late = bench.now + Duration{77'000};
    if (reversed) {
      bench.send(unit::route_in_second, VectorFormat::u8, second, late);
      EXPECT_TRUE(bench.outbox.packets.empty());
      bench.send(unit::route_in, VectorFormat::u8, first, bench.now);
    } else {
      bench.send(unit::route_in, VectorFormat::u8, first, bench.now);
      EXPECT_TRUE(bench.outbox.packets.empty());
      bench.send(unit::route_in_second, VectorFormat::u8, second, late);
    }
    const auto sent = bench.outbox.take();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].at, late + bench.parameters.timing.read() + bench.parameters.timing.digital(kColumns));
    outputs.push_back(sent[0].values);
  }
  EXPECT_EQ(outputs[0], outputs[1]);
}

TEST(TileCore, RowSplitSendsItsPartialSum) {
  TileBench bench{small_tile(30, 10)};
  TileBench::Role role = kHidden;
  role.control = tiles::control_bias;
  bench.configure(role);
  Values values;
  bench.program(values.weights(0.3));
  const auto inputs = values.codes(kInputs, 256, 0);
  bench.send(unit::route_in, VectorFormat::u8, inputs, bench.now);
  const auto sent = bench.outbox.take();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].header.kind, PacketKind::partial_sum);
  EXPECT_EQ(sent[0].header.route, unit::route_partial);
  EXPECT_EQ(sent[0].header.element_bits, 9U);
  EXPECT_EQ(sent[0].at, bench.now + bench.parameters.timing.read());
  for (std::size_t j = 0; j < kColumns; ++j) {
    EXPECT_NEAR(static_cast<double>(sent[0].values[j]) * 6 / 256, reference_z(bench, inputs, j),
                6.0 / 512 + 1e-5);
  }
}

TEST(TileCore, CollectorAddsThePartialSumsOfOthers) {
  Values values;
  const auto inputs = values.codes(kInputs, 256, 0);
  const auto part = values.codes(kColumns, 400, -200);
  for (const bool other_first : {false, true}) {
    TileBench bench{small_tile(30, 10)};
    TileBench::Role role = kLast;
    role.partials = 2;
    bench.configure(role);
    const auto own = [&] { bench.send(unit::route_in, VectorFormat::u8, inputs, bench.now); };
    const auto other = [&] {
      bench.send(unit::route_partial_in, VectorFormat::s16, part, Duration{9'000'000});
    };
    other_first ? other() : own();
    EXPECT_TRUE(bench.outbox.packets.empty());
    other_first ? own() : other();
    const auto sent = bench.outbox.take();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].header.element_bits, 10U);  // a wide sum of two
    EXPECT_EQ(sent[0].values, part);              // own weights are zero
    EXPECT_EQ(sent[0].at, Duration{9'000'000} + bench.parameters.timing.digital(kColumns));
  }
}

TEST(TileCore, SumsAndFunctionsAreBooked) {
  TileBench bench{small_tile(30, 10)};
  TileBench::Role role = kHidden;
  role.partials = 3;
  role.back_slots = 2;
  bench.configure(role);
  const std::vector<float> part(kColumns, 1);
  bench.send(unit::route_in, VectorFormat::u8, std::vector<float>(kInputs, 3), bench.now);
  bench.send(unit::route_partial_in, VectorFormat::s16, part, bench.now);
  const auto& forward = bench.ledger.at(0, Phase::forward);
  EXPECT_EQ(forward.sums, 0U) << "not yet complete";
  bench.send(unit::route_partial_in, VectorFormat::s16, part, bench.now);
  EXPECT_EQ(forward.sums, 2 * kColumns);
  EXPECT_EQ(forward.functions, kColumns);
  bench.send(unit::route_back_in, VectorFormat::s16, part, bench.now, 0, Phase::backward);
  EXPECT_EQ(bench.ledger.at(0, Phase::backward).sums, kColumns);
  EXPECT_EQ(bench.ledger.at(0, Phase::backward).functions, kColumns);

  TileBench last{small_tile(30, 10)};
  last.configure(kLast);
  last.send(unit::route_in, VectorFormat::u8, std::vector<float>(kInputs, 3), Duration{0});
  EXPECT_EQ(last.ledger.at(0, Phase::forward).functions, 0U) << "the sequencer's softmax takes z";
}

TEST(TileCore, BiasPulseIsWorthOneWhateverTheInputScale) {
  TileBench bench{small_tile(30, 10)};
  TileBench::Role role = kLast;
  role.input_scale = 4;  // below a ReLU: full code 255 means 4, so one is code 64
  bench.configure(role);
  std::vector<std::vector<float>> weights(kRows, std::vector<float>(kColumns, 0.0F));
  weights[kRows - 1].assign(kColumns, 2.0F);
  bench.program(weights);
  bench.send(unit::route_in, VectorFormat::u8, std::vector<float>(kInputs, 0.0F), bench.now);
  const auto sent = bench.outbox.take().at(0);
  for (const float code : sent.values) {
    EXPECT_NEAR(static_cast<double>(code) * 6 / 256, 2 * 64.0 / 255 * 4, 6.0 / 512 + 0.06);
  }
}

TEST(TileCore, OverloadIsClippedAndCounted) {
  TileBench bench{small_tile(30, 10)};
  bench.configure(kLast);
  bench.program(std::vector<std::vector<float>>(kRows, std::vector<float>(kColumns, 1.0F)));
  bench.send(unit::route_in, VectorFormat::u8, std::vector<float>(kInputs, 255.0F), bench.now);  // z about 21
  const auto sent = bench.outbox.take().at(0);
  for (const float code : sent.values) {
    EXPECT_EQ(code, 255.0F);
  }
  EXPECT_EQ(bench.ledger.at(0, Phase::forward).adc_overloads, kColumns);
}

TEST(TileCore, ForwardIsBooked) {
  TileBench bench{small_tile(30, 10)};
  bench.configure(kLast);
  std::vector<float> inputs(kInputs, 0.0F);
  inputs[3] = 255;
  inputs[9] = 51;
  bench.send(unit::route_in, VectorFormat::u8, inputs, Duration{0});
  const auto& booked = bench.ledger.at(0, Phase::forward);
  EXPECT_EQ(booked.row_drives, 3U);  // and the bias row
  EXPECT_EQ(booked.column_drives, 0U);
  EXPECT_EQ(booked.conversions, kColumns);
  EXPECT_EQ(booked.driver_passes, kRows);
  EXPECT_EQ(booked.integrator_passes, kColumns + 1);
  EXPECT_EQ(booked.multiply_accumulates, kRows * kColumns);
  EXPECT_EQ(booked.stores, kInputs);
  // Fresh cells: pairs of 4 uS, capacitors at 12 uS, one of them more on each line for the reference.
  const double duty = 1 + 0.2 + 1;
  EXPECT_NEAR(booked.line_duty, duty, 1e-6);
  EXPECT_NEAR(booked.pcm_duty_s, duty * kColumns * 4e-6, 1e-12);
  EXPECT_NEAR(booked.capacitor_duty_s, duty * (kColumns + 1) * 12e-6, 1e-12);
}

TEST(TileCore, TransposedReadWithinQuantisation) {
  TileBench bench{small_tile(30, 10)};
  bench.configure(kHidden);
  Values values;
  bench.program(values.weights(0.2));
  const auto deltas = values.codes(kColumns, 511, -255);
  std::vector<double> expected(kInputs, 0.0);
  for (std::size_t i = 0; i < kInputs; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j) {
      expected[i] += bench.weight(i, j) * static_cast<double>(deltas[j]) / 255;
    }
  }
  bench.send(unit::route_delta, VectorFormat::s16, deltas, bench.now, -3, Phase::backward);
  const auto sent = bench.outbox.take();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].header.kind, PacketKind::back_partial);
  EXPECT_EQ(sent[0].header.route, unit::route_back);
  EXPECT_EQ(sent[0].header.exponent, -3);
  ASSERT_EQ(sent[0].values.size(), kInputs);  // not the bias row
  for (std::size_t i = 0; i < kInputs; ++i) {
    const double bounded = std::min(std::max(expected[i], -1.0), 255.0 / 256);
    EXPECT_NEAR(static_cast<double>(sent[0].values[i]) / 256, bounded, 0.5 / 256 + 1e-5);
  }
  EXPECT_EQ(sent[1].header.kind, PacketKind::done);
  EXPECT_EQ(sent[1].header.phase, Phase::update);
  EXPECT_EQ(sent[0].at, bench.now + bench.parameters.timing.read());
  EXPECT_EQ(sent[1].at, sent[0].at + bench.parameters.timing.update(63));
}

TEST(TileCore, FirstLayerHasNoTransposedRead) {
  TileBench bench{small_tile(30, 10)};
  TileBench::Role role = kHidden;
  role.control |= tiles::control_first_layer;
  bench.configure(role);
  bench.send(unit::route_delta, VectorFormat::s16, std::vector<float>(kColumns, 50), Duration{0});
  const auto sent = bench.outbox.take();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].header.kind, PacketKind::done);
  EXPECT_EQ(sent[0].at, bench.parameters.timing.update(63));
  EXPECT_EQ(bench.ledger.at(0, Phase::backward).column_drives, 0U);
}

class TileCoreStyles : public testing::TestWithParam<const char*> {
 protected:
  static tiles::TileParameters tile() {
    auto parameters = small_tile(30, 10);
    parameters.periphery.update_style = GetParam();
    return parameters;
  }
};
INSTANTIATE_TEST_SUITE_P(Styles, TileCoreStyles, testing::Values("trains", "coincidence", "rounding"),
                         [](const auto& test) { return std::string{test.param}; });

TEST_P(TileCoreStyles, UpdateMovesTheWeightsByTheGradient) {
  // E[dw] = -lr x delta for every cell, in both polarities; false alarm 1e-5 each (statistics.h).
  // Deterministic trains scatter less, but the sum of theirs is off by up to 20 pulses of 0.0016.
  auto parameters = tile();
  parameters.synapse.capacitor.step_spread = 0;
  parameters.synapse.capacitor.mismatch = 0;
  parameters.synapse.capacitor.step_slope = 0;
  parameters.synapse.capacitor.decay_tau_ms = 1e9;
  const double bound = std::string{GetParam()} == "coincidence" ? 20 * 0.0016 / 400 : 0;
  TileBench bench{parameters};
  bench.configure(kHidden);
  Values values;
  const auto inputs = values.codes(kInputs, 256, 0);
  const auto deltas = values.codes(kColumns, 511, -255);
  for (const double polarity : {1.0, -1.0}) {
    std::vector<unit::Sample> moved(kRows * kColumns);
    for (int update = 0; update < 400; ++update) {
      const float sign = update % 2 == 0 ? 1.0F : -1.0F;  // to and fro, to stay away from the limits
      auto signed_deltas = deltas;
      for (float& delta : signed_deltas) {
        delta *= sign;
      }
      std::vector<double> before;
      for (std::size_t i = 0; i < kRows * kColumns; ++i) {
        before.push_back(bench.weight(i / kColumns, i % kColumns));
      }
      bench.send(unit::route_in, VectorFormat::u8, inputs, bench.now);
      bench.send(unit::route_delta, VectorFormat::s16, signed_deltas, bench.now, -1);
      for (std::size_t i = 0; i < kRows * kColumns; ++i) {
        moved[i].add((bench.weight(i / kColumns, i % kColumns) - before[i]) * static_cast<double>(sign));
      }
    }
    for (std::size_t i = 0; i < moved.size(); ++i) {
      const double x = i / kColumns < kInputs ? static_cast<double>(inputs[i / kColumns]) / 255 : 1.0;
      const double delta = static_cast<double>(deltas[i % kColumns]) / 255 / 2;  // 2^-1
      ASSERT_NEAR(moved[i].mean(), -0.05 * x * delta,
                  std::max(unit::alarm_sigma * moved[i].standard_error() + 1e-9, bound))
          << "polarity " << polarity << ", x " << x << ", delta " << delta;
    }
    bench.outbox.take();
    bench.send(unit::route_transfer, VectorFormat::none, {}, bench.now, 0, Phase::transfer);
  }
  EXPECT_EQ(bench.ledger.at(0, Phase::update).clipped_pulses, 0U);
}

TEST_P(TileCoreStyles, LinePulsesAreThoseOfTrains) {
  // Whatever the style, lines are booked with slots x probability of the trains; within 2 % over 200 updates.
  TileBench bench{tile()};
  bench.configure(kHidden);
  Values values;
  const auto inputs = values.codes(kInputs, 256, 0);
  const auto deltas = values.codes(kColumns, 511, -255);
  constexpr int kUpdates = 200;
  for (int update = 0; update < kUpdates; ++update) {
    bench.send(unit::route_in, VectorFormat::u8, inputs, bench.now);
    bench.send(unit::route_delta, VectorFormat::s16, deltas, bench.now, -3);
  }
  // 0.05 x 20 uS / 0.032 uS / 8 pulses of 63 slots at full codes, columns taking four times their share.
  const double product = 0.05 * 20 / 0.032 / 8 / 63;
  const double column_gain = 4 * std::sqrt(product);
  double rows = 1;  // the bias
  for (const float x : inputs) {
    rows += static_cast<double>(x) / 255;
  }
  double columns = 0;
  for (const float delta : deltas) {
    columns += std::fabs(static_cast<double>(delta)) / 255;
  }
  const auto& booked = bench.ledger.at(0, Phase::update);
  const double expected_rows = kUpdates * 63 * rows * product / column_gain;
  const double expected_columns = kUpdates * 63 * columns * column_gain;
  EXPECT_NEAR(static_cast<double>(booked.row_update_pulses), expected_rows, 0.02 * expected_rows);
  EXPECT_NEAR(static_cast<double>(booked.column_update_pulses), expected_columns, 0.02 * expected_columns);
  if (std::string{GetParam()} == "rounding") {  // to the pulse
    EXPECT_NEAR(static_cast<double>(booked.row_update_pulses), expected_rows, 1.001);
    EXPECT_NEAR(static_cast<double>(booked.column_update_pulses), expected_columns, 1.001);
  }
  const double expected_cells = kUpdates * 63 * product * rows * columns;
  EXPECT_NEAR(static_cast<double>(booked.update_pulses), expected_cells, 0.06 * expected_cells);
  EXPECT_EQ(booked.clipped_pulses, 0U);
}

TEST_P(TileCoreStyles, UpdatesThatTheSlotsCannotExpressAreCounted) {
  TileBench bench{tile()};
  TileBench::Role role = kHidden;
  role.learning_rate = 1;  // 625 pulses of 63
  bench.configure(role);
  bench.send(unit::route_in, VectorFormat::u8, std::vector<float>(kInputs, 255), Duration{0});
  bench.send(unit::route_delta, VectorFormat::s16, std::vector<float>(kColumns, 255), Duration{0});
  EXPECT_GT(bench.ledger.at(0, Phase::update).clipped_pulses, 0U);
  EXPECT_EQ(bench.ledger.at(0, Phase::update).update_pulses, 63U * kRows * kColumns);
}

TEST_P(TileCoreStyles, NoRateNoPulses) {
  TileBench bench{tile()};
  TileBench::Role role = kHidden;
  role.learning_rate = 0;
  bench.configure(role);
  bench.send(unit::route_in, VectorFormat::u8, std::vector<float>(kInputs, 255), Duration{0});
  bench.send(unit::route_delta, VectorFormat::s16, std::vector<float>(kColumns, 255), Duration{0});
  EXPECT_EQ(bench.ledger.at(0, Phase::update).update_pulses, 0U);
  EXPECT_EQ(bench.weight(0, 0), 0.0);
}

TEST(TileCore, BackPartialsBecomeDeltas) {
  TileBench bench{small_tile(30, 10)};
  bench.configure(kHidden);
  Values values;
  bench.program(values.weights(0.3));
  const auto inputs = values.codes(kInputs, 256, 0);
  bench.send(unit::route_in, VectorFormat::u8, inputs, bench.now);
  bench.outbox.take();
  const auto sums = values.codes(kColumns, 511, -255);
  const Duration arrival = bench.now + Duration{5'000'000};
  bench.send(unit::route_back_in, VectorFormat::s16, sums, arrival, -2, Phase::backward);
  const auto sent = bench.outbox.take();
  ASSERT_EQ(sent.size(), 1U);  // alone in its layer: its exponent is the layer's
  EXPECT_EQ(sent[0].header.kind, PacketKind::delta);
  EXPECT_EQ(sent[0].header.route, unit::route_delta_out);
  EXPECT_EQ(sent[0].at, arrival + bench.parameters.timing.digital(kColumns));
  double largest = 0;
  for (std::size_t j = 0; j < kColumns; ++j) {
    const double z = std::round(reference_z(bench, inputs, j) * 256 / 6) * 6 / 256;
    const double f = 1 / (1 + std::exp(-z));
    const double delta = f * (1 - f) * static_cast<double>(sums[j]) / 256 / 4;
    largest = std::max(largest, std::fabs(delta));
    EXPECT_NEAR(static_cast<double>(sent[0].values[j]) / 255 * std::ldexp(1.0, sent[0].header.exponent),
                delta, std::ldexp(0.6 / 255, sent[0].header.exponent));
  }
  EXPECT_LE(largest, std::ldexp(1.0, sent[0].header.exponent));
  EXPECT_GT(largest, std::ldexp(0.5, sent[0].header.exponent));
}

TEST(TileCore, LeaderGathersExponentsAndTellsTheOthers) {
  TileBench bench{small_tile(30, 10)};
  TileBench::Role role = kHidden;
  role.exponent_reports = 3;
  bench.configure(role);
  bench.set(TileRegister::transmit_exponent, std::uint32_t{unit::route_exponent});
  bench.send(unit::route_in, VectorFormat::u8, std::vector<float>(kInputs, 9), Duration{0});
  bench.outbox.take();
  for (const std::int32_t largest : {5, -9, 5}) {  // a second round starts afresh
    bench.send(unit::route_report_in, VectorFormat::none, {}, Duration{8'000'000}, largest, Phase::backward);
    bench.send(unit::route_back_in, VectorFormat::s16, std::vector<float>(kColumns, 1), Duration{1'000'000},
               0);
    EXPECT_TRUE(bench.outbox.packets.empty());
    bench.send(unit::route_report_in, VectorFormat::none, {}, Duration{7'000'000}, -30);
    const auto sent = bench.outbox.take();
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent[0].header.kind, PacketKind::exponent);
    EXPECT_EQ(sent[0].header.route, unit::route_exponent);
    // Its own deltas are 1/256 x 1/4 = 2^-10.
    EXPECT_EQ(sent[0].header.exponent, std::max(largest, -10));
    EXPECT_EQ(sent[1].header.kind, PacketKind::delta);
    EXPECT_EQ(sent[1].header.exponent, std::max(largest, -10));
    EXPECT_EQ(sent[1].at, Duration{8'000'000});
  }
}

TEST(TileCore, OtherCollectorsReportAndWaitForTheExponent) {
  TileBench bench{small_tile(30, 10)};
  bench.configure(kHidden);
  bench.set(TileRegister::transmit_report, std::uint32_t{unit::route_report});
  bench.send(unit::route_in, VectorFormat::u8, std::vector<float>(kInputs, 9), Duration{0});
  bench.outbox.take();
  bench.send(unit::route_back_in, VectorFormat::s16, std::vector<float>(kColumns, 128), Duration{1'000'000},
             0);
  auto sent = bench.outbox.take();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].header.kind, PacketKind::exponent_report);
  EXPECT_EQ(sent[0].header.route, unit::route_report);
  EXPECT_EQ(sent[0].header.exponent, -3);  // 1/2 x 1/4
  bench.send(unit::route_exponent_in, VectorFormat::none, {}, Duration{2'000'000}, -1, Phase::backward);
  sent = bench.outbox.take();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].header.kind, PacketKind::delta);
  EXPECT_EQ(sent[0].header.exponent, -1);
  EXPECT_EQ(sent[0].values[0], 64.0F);  // 1/8 of 2^-1: a quarter of 255
}

TEST(TileCore, TransferIsDoneForAllRowsAndReported) {
  TileBench bench{small_tile(30, 10)};
  bench.configure(kHidden);
  Values values;
  bench.program(values.weights(0.2));
  std::vector<double> before;
  for (std::size_t i = 0; i < kRows * kColumns; ++i) {
    before.push_back(bench.weight(i / kColumns, i % kColumns));
  }
  bench.send(unit::route_transfer, VectorFormat::none, {}, bench.now, 0, Phase::transfer);
  const auto sent = bench.outbox.take();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].header.kind, PacketKind::done);
  EXPECT_EQ(sent[0].header.phase, Phase::transfer);
  // At least two reads, hold and verify, and a clearing slot per row.
  EXPECT_GE(sent[0].at - bench.now,
            (bench.parameters.timing.read() * 2 + bench.parameters.timing.update_slot) * kRows);
  EXPECT_GE(bench.ledger.at(0, Phase::transfer).verify_reads, 2 * kRows);
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_NEAR(bench.weight(i / kColumns, i % kColumns), before[i], 0.6 / 20);
  }
}

TEST(TileCore, CollectorWaitsForTheTransfersOfItsGroup) {
  TileBench bench{small_tile(30, 10)};
  TileBench::Role role = kHidden;
  role.partials = 3;
  bench.configure(role);
  constexpr Duration late{1'000'000'000};
  bench.send(unit::route_done_in, VectorFormat::none, {}, late, 0, Phase::transfer);
  bench.send(unit::route_transfer, VectorFormat::none, {}, Duration{0}, 0, Phase::transfer);
  EXPECT_TRUE(bench.outbox.take().empty());
  bench.send(unit::route_done_in, VectorFormat::none, {}, Duration{1}, 0, Phase::transfer);
  const auto sent = bench.outbox.take();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].header.kind, PacketKind::done);
  EXPECT_EQ(sent[0].header.phase, Phase::transfer);
  EXPECT_EQ(sent[0].at, late);
}

TEST(TileCore, CollectorAnswersForTheUpdatesOfItsGroup) {
  for (const bool collector : {true, false}) {
    TileBench bench{small_tile(30, 10)};
    TileBench::Role role = kHidden;
    role.partials = 3;
    role.control = tiles::control_first_layer | (collector ? std::uint32_t{tiles::control_collector} : 0U);
    bench.configure(role);
    bench.send(unit::route_delta, VectorFormat::s16, std::vector<float>(kColumns, 1), Duration{0});
    const auto sent = bench.outbox.take();
    ASSERT_EQ(sent.size(), collector ? 1U : 0U);
    if (collector) {
      EXPECT_EQ(sent[0].header.kind, PacketKind::done);
      EXPECT_EQ(sent[0].at, bench.parameters.timing.update(63));
    }
  }
}

TEST(TileCore, ChargeDecaysOnSimulatedTimeWhileIdle) {
  TileBench bench{small_tile(30, 10)};
  bench.configure(kHidden);
  bench.send(unit::route_in, VectorFormat::u8, std::vector<float>(kInputs, 255), Duration{0});
  bench.send(unit::route_delta, VectorFormat::s16, std::vector<float>(kColumns, 255), Duration{0});
  const double start = bench.weight(0, 0);
  EXPECT_LT(start, -0.02);
  bench.send(unit::route_in, VectorFormat::u8, std::vector<float>(kInputs, 0), foundation::from_seconds(2));
  EXPECT_GT(bench.weight(0, 0), 0.001 * start);
}

TEST(TileCore, UnknownFlowsAreRefused) {
  TileBench bench{small_tile(30, 10)};
  bench.configure(kHidden);
  EXPECT_EQ(bench.send(30, VectorFormat::u8, std::vector<float>(kInputs, 1), Duration{0}),
            Outcome::unknown_flow);
  EXPECT_EQ(bench.status(), tiles::status_unknown_flow);
  EXPECT_EQ(bench.send(interconnect::no_route, VectorFormat::none, {}, Duration{0}), Outcome::unknown_flow);
  EXPECT_TRUE(bench.outbox.packets.empty());
}

TEST(TileCore, PacketsOfTheWrongLengthAreRefused) {
  const std::vector<std::pair<interconnect::RouteId, std::size_t>> too_short{
      {unit::route_in, kInputs - 1},
      {unit::route_delta, kColumns - 1},
      {unit::route_back_in, kColumns - 1},
      {unit::route_partial_in, kColumns - 1}};
  for (const auto& [route, count] : too_short) {
    TileBench bench{small_tile(30, 10)};
    TileBench::Role role = kHidden;
    role.partials = 2;
    bench.configure(role);
    EXPECT_EQ(bench.send(route, VectorFormat::s16, std::vector<float>(count, 1), Duration{0}),
              Outcome::bad_packet)
        << "route " << route;
    EXPECT_EQ(bench.status(), tiles::status_bad_packet);
    EXPECT_TRUE(bench.outbox.packets.empty());
  }
}

TEST(TileCore, FlowsThatDoNotFitTheTileAreRefused) {
  TileBench bench{small_tile(30, 10)};
  bench.configure(kHidden);
  bench.flow(0, unit::route_in, FlowAction::activation, kInputs, 0, 1);  // runs into the bias row
  EXPECT_EQ(bench.send(unit::route_in, VectorFormat::u8, std::vector<float>(kInputs, 1), Duration{0}),
            Outcome::bad_packet);
  bench.flow(1, unit::route_delta, FlowAction::delta, kColumns - 1);
  EXPECT_EQ(bench.send(unit::route_delta, VectorFormat::s16, std::vector<float>(kColumns, 1), Duration{0}),
            Outcome::bad_packet);
  bench.flow(2, unit::route_back_in, FlowAction::back_partial, kColumns, 0, 0, 1);  // one slot only
  EXPECT_EQ(bench.send(unit::route_back_in, VectorFormat::s16, std::vector<float>(kColumns, 1), Duration{0}),
            Outcome::bad_packet);
  bench.flow(2, unit::route_back_in, FlowAction::back_partial, kColumns, 0, 1, 0);
  EXPECT_EQ(bench.send(unit::route_back_in, VectorFormat::s16, std::vector<float>(kColumns, 1), Duration{0}),
            Outcome::bad_packet);
  bench.flow(6, unit::route_partial_in, FlowAction::partial_sum, kColumns - 1, 0, 0, 0);
  EXPECT_EQ(
      bench.send(unit::route_partial_in, VectorFormat::s16, std::vector<float>(kColumns, 1), Duration{0}),
      Outcome::bad_packet);
  bench.flow(6, unit::route_partial_in, FlowAction::partial_sum, kColumns, 0, 0, 7);
  EXPECT_EQ(
      bench.send(unit::route_partial_in, VectorFormat::s16, std::vector<float>(kColumns, 1), Duration{0}),
      Outcome::bad_packet);
}

// Found by a fuzzed receive table: inputs of an inference, taken for deltas, changed weights.
TEST(TileCore, PacketsOfAnotherKindThanTheirFlowsAreRefused) {
  TileBench bench{small_tile(30, 10)};
  bench.configure(kHidden);
  bench.program(std::vector<std::vector<float>>(kInputs + 1, std::vector<float>(kColumns, 0.25F)));
  bench.flow(0, unit::route_in, FlowAction::delta, kColumns);
  EXPECT_EQ(bench.send(unit::route_in, VectorFormat::u8, std::vector<float>(kColumns, 1), Duration{0}),
            Outcome::bad_packet);
  EXPECT_EQ(bench.status(), tiles::status_bad_packet);
  EXPECT_EQ(bench.ledger.total().update_lines, 0U);
  EXPECT_TRUE(bench.outbox.packets.empty());
}

TEST(TileCore, CollectorsWorkIsRefusedByOtherTiles) {
  TileBench bench{small_tile(30, 10)};
  TileBench::Role role = kHidden;
  role.control = tiles::control_bias;
  bench.configure(role);
  const std::vector<float> columns(kColumns, 1);
  EXPECT_EQ(bench.send(unit::route_partial_in, VectorFormat::s16, columns, Duration{0}), Outcome::bad_packet);
  EXPECT_EQ(bench.send(unit::route_back_in, VectorFormat::s16, columns, Duration{0}), Outcome::bad_packet);
  EXPECT_EQ(bench.send(unit::route_exponent_in, VectorFormat::none, {}, Duration{0}), Outcome::bad_packet);
  EXPECT_EQ(bench.send(unit::route_report_in, VectorFormat::none, {}, Duration{0}), Outcome::bad_packet);
  EXPECT_EQ(bench.send(unit::route_done_in, VectorFormat::none, {}, Duration{0}), Outcome::bad_packet);
}

TEST(TileCore, UndeliveredPacketsAreNoted) {
  TileBench bench{small_tile(30, 10)};
  bench.configure(kLast);
  bench.outbox.delivers = false;
  bench.send(unit::route_in, VectorFormat::u8, std::vector<float>(kInputs, 1), Duration{0});
  EXPECT_EQ(bench.status(), tiles::status_send_failed);
}

TEST(TileCore, IdealDetailIsExactAndTimedAlike) {
  TileBench ideal{small_tile(30, 10, Detail::ideal)};
  TileBench physics{small_tile(30, 10)};
  ideal.configure(kLast);
  physics.configure(kLast);
  Values values;
  const auto weights = values.weights(0.3);
  ideal.program(weights);
  std::vector<float> inputs(kInputs);
  for (std::size_t i = 0; i < kInputs; ++i) {
    inputs[i] = static_cast<float>(i) / 20;
  }
  const Duration at{foundation::from_seconds(1)};
  ideal.send(unit::route_in, VectorFormat::f32, inputs, at);
  physics.send(unit::route_in, VectorFormat::u8, std::vector<float>(kInputs, 1), at);
  const auto exact = ideal.outbox.take().at(0);
  const auto coded = physics.outbox.take().at(0);
  EXPECT_EQ(exact.header.format, VectorFormat::f32);
  EXPECT_EQ(exact.header.wire_bits(), coded.header.wire_bits());
  EXPECT_EQ(exact.at, coded.at);
  for (std::size_t j = 0; j < kColumns; ++j) {
    double z = static_cast<double>(weights[kRows - 1][j]);
    for (std::size_t i = 0; i < kInputs; ++i) {
      z += static_cast<double>(inputs[i]) * static_cast<double>(weights[i][j]);
    }
    EXPECT_NEAR(static_cast<double>(exact.values[j]), z, 1e-5);
  }
  std::vector<float> deltas(kColumns, 0.0F);
  deltas[2] = -0.5F;
  ideal.send(unit::route_delta, VectorFormat::f32, deltas, at);
  EXPECT_NEAR(ideal.weight(10, 2), static_cast<double>(weights[10][2]) + 0.05 * 0.5 * 0.5, 1e-6);
  EXPECT_NEAR(ideal.weight(kRows - 1, 2), static_cast<double>(weights[kRows - 1][2]) + 0.05 * 0.5, 1e-6);
  EXPECT_EQ(ideal.weight(10, 3), static_cast<double>(weights[10][3]));
}

}  // namespace
