#include <gtest/gtest.h>

#include <limits>

#include "testbenches/unit/tile_bench.h"

namespace {

using namespace kirchhoff;
using foundation::Duration;
using interconnect::CellPlane;
using interconnect::VectorFormat;
using tiles::Outcome;
using tiles::TileRegister;
using unit::small_tile;
using unit::TileBench;

constexpr TileBench::Role kRole{.rows = 5, .columns = 3};

std::uint32_t offset(TileRegister address) {
  return static_cast<std::uint32_t>(address);
}

TEST(TileRegisters, TheLargestFlowTableEndsWhereTheRoutersRegistersBegin) {
  EXPECT_LE(tiles::flow_table_offset + tiles::flow_table_max_entries * tiles::flow_entry_bytes,
            interconnect::router_access_table_offset);
  EXPECT_GE(tiles::flow_table_max_entries, 1024U);
}

TEST(TileRegisters, WriteAndRead) {
  TileBench bench{small_tile(8, 4)};
  EXPECT_EQ(bench.core.write_register(offset(TileRegister::layer), 3), Outcome::ok);
  EXPECT_EQ(bench.core.read_register(offset(TileRegister::layer)), 3U);
  EXPECT_EQ(bench.core.write_register(0x64, 3), Outcome::bad_address);
  EXPECT_FALSE(bench.core.read_register(0x64).has_value());
}

TEST(TileRegisters, GoodSettingsRaiseNothing) {
  TileBench bench{small_tile(8, 4)};
  bench.configure(kRole);
  EXPECT_EQ(bench.status(), 0U);
}

TEST(TileRegisters, BadSettingsAreRefused) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinite = std::numeric_limits<float>::infinity();
  const auto with = [](auto change) {
    TileBench::Role role = kRole;
    change(role);
    return role;
  };
  const std::vector<TileBench::Role> bad{
      with([](auto& r) { r.rows = 0; }),
      with([](auto& r) { r.rows = 9; }),
      with([](auto& r) { r.columns = 0; }),
      with([](auto& r) { r.columns = 5; }),
      with([](auto& r) { r.activation = static_cast<periphery::ActivationKind>(3); }),
      with([](auto& r) { r.forward_full_scale = 0; }),
      with([&](auto& r) { r.forward_full_scale = nan; }),
      with([](auto& r) { r.backward_full_scale = -1; }),
      with([&](auto& r) { r.input_scale = infinite; }),
      with([](auto& r) { r.output_scale = 0; }),
      with([](auto& r) { r.partials = 0; }),
      with([](auto& r) { r.partials = 1U << 20; }),
      with([](auto& r) { r.back_slots = 1U << 20; }),
  };
  for (std::size_t i = 0; i < bad.size(); ++i) {
    TileBench bench{small_tile(8, 4)};
    bench.configure(bad[i]);
    EXPECT_EQ(bench.status(), tiles::status_bad_setting) << "case " << i;
    // A tile that is not enabled takes no packets.
    EXPECT_EQ(bench.send(unit::route_transfer, VectorFormat::none, {}, Duration{0}), Outcome::unknown_flow);
  }
}

TEST(TileRegisters, SlotOfItsOwnPartialMustExist) {
  TileBench bench{small_tile(8, 4)};
  bench.set(TileRegister::partial_slot, 1U);
  bench.configure(kRole);
  EXPECT_EQ(bench.status(), tiles::status_bad_setting);
}

TEST(TileRegisters, StatusIsClearedByTheHost) {
  TileBench bench{small_tile(8, 4)};
  bench.send(30, VectorFormat::none, {}, Duration{0});
  EXPECT_EQ(bench.status(), tiles::status_unknown_flow);
  bench.set(TileRegister::status, std::uint32_t{tiles::status_unknown_flow});
  EXPECT_EQ(bench.status(), 0U);
}

TEST(TileRegisters, DisabledTilesTakeNothing) {
  TileBench bench{small_tile(8, 4)};
  bench.configure(kRole);
  bench.set(TileRegister::control, 0U);
  EXPECT_EQ(bench.send(unit::route_transfer, VectorFormat::none, {}, Duration{0}), Outcome::unknown_flow);
  Duration at{0};
  EXPECT_EQ(bench.core.program_row(0, std::vector<float>(3), at), Outcome::bad_address);
  EXPECT_EQ(at, Duration{0});
}

TEST(TileRegisters, RowsAreProgrammedAndReadAsWhole) {
  TileBench bench{small_tile(8, 4)};
  bench.configure(kRole);
  const std::vector<float> row{0.5F, -0.25F, 0.0F};
  Duration at{1000};
  EXPECT_EQ(bench.core.program_row(5, row, at), Outcome::bad_address);  // beyond the rows in use
  EXPECT_EQ(bench.core.program_row(0, std::span{row}.first(2), at), Outcome::bad_address);
  EXPECT_EQ(at, Duration{1000});
  EXPECT_EQ(bench.core.program_row(4, row, at), Outcome::ok);
  EXPECT_GT(at, Duration{1000} + bench.parameters.timing.read());
  std::vector<float> back(3);
  const Duration before = at;
  EXPECT_EQ(bench.core.read_row(4, back, at), Outcome::ok);
  EXPECT_EQ(at, before + bench.parameters.timing.read());
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(back[j], row[j], 0.03);
  }
  EXPECT_EQ(bench.core.read_row(5, back, at), Outcome::bad_address);
  EXPECT_EQ(bench.core.read_row(0, std::span{back}.first(2), at), Outcome::bad_address);
}

TEST(TileRegisters, InspectionSeesAllPlanesOfAllCells) {
  TileBench bench{small_tile(8, 4)};
  bench.configure(kRole);
  const std::vector<float> row{1.0F, -1.0F, 0.0F};
  Duration at{0};
  bench.core.program_row(2, row, at);
  const std::size_t cell = 2 * 4 + 1;  // numbered by the tile's columns, not by those in use
  const auto state = bench.core.array().cell(2, 1);
  EXPECT_EQ(bench.core.inspect(CellPlane::weight, cell), state.weight);
  EXPECT_EQ(bench.core.inspect(CellPlane::g_plus_us, cell), state.g_plus_us);
  EXPECT_EQ(bench.core.inspect(CellPlane::g_minus_us, cell), state.g_minus_us);
  EXPECT_EQ(bench.core.inspect(CellPlane::g_capacitor_us, cell), state.g_capacitor_us);
  EXPECT_NEAR(*bench.core.inspect(CellPlane::weight, cell), -1.0, 0.05);
  EXPECT_TRUE(bench.core.inspect(CellPlane::weight, 31).has_value());
  EXPECT_FALSE(bench.core.inspect(CellPlane::weight, 32).has_value());
}

}  // namespace
