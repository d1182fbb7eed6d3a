#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "foundation/error.h"
#include "testbenches/unit/tile_bench.h"

namespace {

using namespace kirchhoff;
using foundation::Duration;
using interconnect::VectorFormat;
using tiles::TileRegister;
using unit::TileBench;

constexpr std::size_t kRows = 9;
constexpr std::size_t kColumns = 6;

TileBench::Role role() {
  TileBench::Role r;
  r.rows = kRows;
  r.columns = kColumns;
  r.control = tiles::control_collector | tiles::control_bias;
  return r;
}

tiles::TileParameters noisy_tile() {
  auto parameters = unit::small_tile(kRows, kColumns);
  parameters.synapse.capacitor.read_noise_us = 0.1;
  parameters.periphery.adc_integrator_noise = 0.05;
  parameters.periphery.update_style = "rounding";  // carries fractions of pulses on
  return parameters;
}

void program(TileBench& bench) {
  bench.configure(role());
  bench.program(std::vector<std::vector<float>>(kRows, std::vector<float>(kColumns, 0.2F)));
}

void example(TileBench& bench, float value) {
  const std::vector<float> x(kRows - 1, 100 + value);
  const std::vector<float> delta(kColumns, value - 20);
  bench.now += Duration{5'000'000};
  bench.send(unit::route_in, VectorFormat::u8, x, bench.now);
  bench.send(unit::route_delta, VectorFormat::s16, delta, bench.now + Duration{1'000'000}, -3);
}

std::string saved(const tiles::TileCore& core) {
  foundation::StateWriter writer;
  writer.section("tile 0", 1);
  core.save(writer);
  return writer.finish();
}

TEST(TileState, RestoredTilesGoOnWithTheSameBits) {
  TileBench whole{noisy_tile()};
  program(whole);
  for (int examples = 0; examples < 7; ++examples) {  // noise is drawn in blocks of four reads
    example(whole, static_cast<float>(examples));
    TileBench other{noisy_tile()};
    foundation::StateReader reader{saved(whole.core), "file"};
    reader.section("tile 0", 1);
    other.core.restore(reader);
    reader.finish();
    other.now = whole.now;
    EXPECT_EQ(other.core.read_register(static_cast<std::uint32_t>(TileRegister::rows)), kRows);
    EXPECT_TRUE(saved(other.core) == saved(whole.core));
    other.outbox.take();
    whole.outbox.take();
    example(other, 30);
    example(whole, 30);
    const auto expected = whole.outbox.take();
    const auto sent = other.outbox.take();
    ASSERT_EQ(sent.size(), expected.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
      EXPECT_EQ(sent[i].values, expected[i].values);
      EXPECT_EQ(sent[i].at, expected[i].at);
    }
    EXPECT_TRUE(saved(other.core) == saved(whole.core));
  }
}

TEST(TileState, PowerCycleLeavesAnUnconfiguredTileWithItsPairs) {
  TileBench bench{noisy_tile()};
  program(bench);
  example(bench, 5);
  bench.send(unit::route_transfer, VectorFormat::none, {}, bench.now + Duration{9'000'000});
  example(bench, 9);
  const auto before = bench.core.array().cell(2, 3);
  const TileBench fresh{noisy_tile()};
  const Duration off = bench.now + Duration{20'000'000};
  bench.core.cycle_power(off, off + Duration{1'000'000'000});
  for (std::uint32_t offset = 0; offset <= static_cast<std::uint32_t>(TileRegister::status); offset += 4) {
    EXPECT_EQ(bench.core.read_register(offset), fresh.core.read_register(offset)) << offset;
  }
  const std::vector<float> x(kRows - 1, 100);
  EXPECT_EQ(bench.send(unit::route_in, VectorFormat::u8, x, off), tiles::Outcome::unknown_flow);
  const auto after = bench.core.array().cell(2, 3);
  EXPECT_NEAR(after.g_plus_us, before.g_plus_us, 1e-3);  // they drift
  EXPECT_NEAR(after.g_minus_us, before.g_minus_us, 1e-3);
  EXPECT_EQ(after.g_capacitor_us, static_cast<float>(noisy_tile().synapse.capacitor.g_ref_us));
  // Programmed again it works, no earlier than the supply is back.
  bench.configure(role());
  bench.outbox.take();
  example(bench, 3);
  const auto sent = bench.outbox.take();
  ASSERT_FALSE(sent.empty());
  EXPECT_GT(sent.front().at, off + Duration{1'000'000'000});
}

}  // namespace
