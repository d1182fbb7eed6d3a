#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <set>

#include "tiles/tile_settings.h"

namespace {

using namespace kirchhoff;
using tiles::FlowAction;
using tiles::TileRegister;
using tiles::TileSettings;

std::uint32_t offset(TileRegister address) {
  return static_cast<std::uint32_t>(address);
}

/// Writes a flow as the host does: the word with VALID last.
bool write_flow(TileSettings& settings, std::uint32_t entry, std::uint32_t route, FlowAction action,
                std::uint32_t source = 0, std::uint32_t count = 0, std::uint32_t destination = 0,
                std::uint32_t slot = 0) {
  const std::uint32_t base = tiles::flow_table_offset + entry * tiles::flow_entry_bytes;
  return settings.write(base + 4, source | count << 16) &&
         settings.write(base + 8, destination | slot << 16) &&
         settings.write(base, tiles::flow_valid | static_cast<std::uint32_t>(action) << 16 | route);
}

TEST(TileSettings, EveryDocumentedRegisterReadsBack) {
  TileSettings settings{8, 32};
  std::set<std::uint32_t> offsets;
  std::uint32_t value = 1000;
  for (const auto& doc : tiles::tile_register_docs) {
    EXPECT_TRUE(offsets.insert(doc.offset).second) << doc.name;
    EXPECT_EQ(settings.read(doc.offset), doc.reset) << doc.name;
    EXPECT_TRUE(settings.write(doc.offset, ++value)) << doc.name;
    if (doc.offset != offset(TileRegister::status)) {
      EXPECT_EQ(settings.read(doc.offset), value) << doc.name;
      EXPECT_EQ(settings.get(static_cast<TileRegister>(doc.offset)), value) << doc.name;
    }
  }
}

TEST(TileSettings, UnknownOffsets) {
  TileSettings settings{8, 32};
  for (const std::uint32_t bad : {0x64U, 0x68U, 0x3fcU, 0x01U}) {
    EXPECT_FALSE(settings.write(bad, 1)) << bad;
    EXPECT_FALSE(settings.read(bad).has_value()) << bad;
  }
  const std::uint32_t end = tiles::flow_table_offset + 8 * tiles::flow_entry_bytes;
  EXPECT_FALSE(settings.write(end, 1));
  EXPECT_FALSE(settings.read(end).has_value());
  EXPECT_TRUE(settings.read(end - 4).has_value());
}

TEST(TileSettings, RoutesAndScalesAfterReset) {
  const TileSettings settings{8, 32};
  EXPECT_EQ(settings.route(TileRegister::transmit_partial), interconnect::no_route);
  EXPECT_EQ(settings.route(TileRegister::transmit_done), interconnect::no_route);
  EXPECT_EQ(settings.real(TileRegister::input_scale), 1.0F);
  EXPECT_EQ(settings.real(TileRegister::output_scale), 1.0F);
  EXPECT_FALSE(settings.has(tiles::control_enable));
}

TEST(TileSettings, RealsAreFloatBits) {
  TileSettings settings{8, 32};
  settings.write(offset(TileRegister::learning_rate), std::bit_cast<std::uint32_t>(0.0625F));
  EXPECT_EQ(settings.real(TileRegister::learning_rate), 0.0625F);
}

TEST(TileSettings, StatusIsClearedByWritingOnes) {
  TileSettings settings{8, 32};
  settings.raise(tiles::status_bad_packet);
  settings.raise(tiles::status_unknown_flow);
  settings.write(offset(TileRegister::status), tiles::status_bad_packet);
  EXPECT_EQ(settings.get(TileRegister::status), tiles::status_unknown_flow);
  settings.write(offset(TileRegister::status), 0);
  EXPECT_EQ(settings.get(TileRegister::status), tiles::status_unknown_flow);
}

TEST(TileSettings, FlowFields) {
  TileSettings settings{8, 32};
  EXPECT_EQ(settings.flow(5), nullptr);
  ASSERT_TRUE(write_flow(settings, 3, 5, FlowAction::back_partial, 7, 43, 11, 2));
  const auto* flow = settings.flow(5);
  ASSERT_NE(flow, nullptr);
  EXPECT_EQ(flow->route, 5);
  EXPECT_EQ(flow->kind, interconnect::PacketKind::back_partial);
  EXPECT_EQ(flow->source_first, 7);
  EXPECT_EQ(flow->count, 43);
  EXPECT_EQ(flow->destination_first, 11);
  EXPECT_EQ(flow->slot, 2);
}

TEST(TileSettings, FlowWordsReadBack) {
  TileSettings settings{8, 32};
  ASSERT_TRUE(write_flow(settings, 7, 9, FlowAction::delta, 1, 2, 3, 4));
  const std::uint32_t base = tiles::flow_table_offset + 7 * tiles::flow_entry_bytes;
  EXPECT_EQ(settings.read(base + 4), 0x20001U);
  EXPECT_EQ(settings.read(base + 8), 0x40003U);
  EXPECT_EQ(settings.read(base), 0x80000009U | static_cast<std::uint32_t>(FlowAction::delta) << 16);
}

TEST(TileSettings, OnlyValidEntriesCount) {
  TileSettings settings{8, 32};
  const std::uint32_t base = tiles::flow_table_offset;
  EXPECT_TRUE(settings.write(base, 5U | 1U << 16));  // without VALID
  EXPECT_EQ(settings.flow(5), nullptr);
  write_flow(settings, 0, 5, FlowAction::activation);
  EXPECT_NE(settings.flow(5), nullptr);
  EXPECT_TRUE(settings.write(base, 0));
  EXPECT_EQ(settings.flow(5), nullptr);
}

TEST(TileSettings, AnEntryCanBeMovedToAnotherRoute) {
  TileSettings settings{8, 32};
  write_flow(settings, 0, 5, FlowAction::activation);
  write_flow(settings, 0, 6, FlowAction::delta);
  EXPECT_EQ(settings.flow(5), nullptr);
  ASSERT_NE(settings.flow(6), nullptr);
  EXPECT_EQ(settings.flow(6)->kind, interconnect::PacketKind::delta);
}

TEST(TileSettings, RouteBeyondTheRouteTableIsRefused) {
  TileSettings settings{8, 32};
  EXPECT_FALSE(write_flow(settings, 0, 32, FlowAction::activation));
  EXPECT_EQ(settings.flow(32), nullptr);
  EXPECT_EQ(settings.flow(interconnect::no_route), nullptr);
}

TEST(TileSettings, EveryActionIsForPacketsOfItsKind) {
  using interconnect::PacketKind;
  constexpr std::array pairs{std::pair{FlowAction::activation, PacketKind::activation},
                             std::pair{FlowAction::partial_sum, PacketKind::partial_sum},
                             std::pair{FlowAction::exponent_report, PacketKind::exponent_report},
                             std::pair{FlowAction::exponent, PacketKind::exponent},
                             std::pair{FlowAction::delta, PacketKind::delta},
                             std::pair{FlowAction::back_partial, PacketKind::back_partial},
                             std::pair{FlowAction::transfer, PacketKind::transfer},
                             std::pair{FlowAction::done, PacketKind::done}};
  TileSettings settings{8, 32};
  for (const auto& [action, kind] : pairs) {
    ASSERT_TRUE(write_flow(settings, 0, 5, action));
    EXPECT_EQ(settings.flow(5)->kind, kind);
  }
}

TEST(TileSettings, UnknownActionDoesNothing) {
  TileSettings settings{8, 32};
  settings.write(tiles::flow_table_offset, tiles::flow_valid | 15U << 16 | 4U);
  ASSERT_NE(settings.flow(4), nullptr);
  EXPECT_EQ(settings.flow(4)->kind, interconnect::PacketKind::access);
}

TEST(TileSettings, RoutesAThousandApartDoNotHideEachOther) {
  TileSettings settings{8, 1024};
  // Whatever the routes have in common in their low bits: each has its own flow, also once others go.
  const std::array<std::uint32_t, 5> routes{5, 69, 133, 517, 1023};
  for (std::uint32_t i = 0; i < routes.size(); ++i) {
    ASSERT_TRUE(write_flow(settings, i, routes[i], FlowAction::partial_sum, 0, 10, 0, i));
  }
  for (std::uint32_t gone = 0; gone < routes.size(); ++gone) {
    for (std::uint32_t i = 0; i < routes.size(); ++i) {
      const auto* flow = settings.flow(static_cast<interconnect::RouteId>(routes[i]));
      ASSERT_EQ(flow == nullptr, i < gone);
      if (flow != nullptr) {
        EXPECT_EQ(flow->route, routes[i]);
        EXPECT_EQ(flow->slot, i);
      }
    }
    ASSERT_TRUE(settings.write(tiles::flow_table_offset + gone * tiles::flow_entry_bytes, 0));
  }
}

}  // namespace
