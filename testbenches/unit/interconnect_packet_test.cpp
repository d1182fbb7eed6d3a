#include <gtest/gtest.h>

#include <set>

#include "interconnect/packet.h"
#include "interconnect/packet_address.h"

namespace {

using namespace kirchhoff::interconnect;

TEST(Packet, WireBitsAreHeaderAndElements) {
  PacketHeader header;
  EXPECT_EQ(header.wire_bits(), 32U);
  header.count = 50;
  header.element_bits = 9;
  EXPECT_EQ(header.wire_bits(), 32U + 450U);
  header.count = 1U << 31;
  header.element_bits = 32;
  EXPECT_EQ(header.wire_bits(), (std::uint64_t{1} << 36) + 32);
}

TEST(Packet, BytesOfFormats) {
  EXPECT_EQ(bytes_of(VectorFormat::none), 0U);
  EXPECT_EQ(bytes_of(VectorFormat::u8), 1U);
  EXPECT_EQ(bytes_of(VectorFormat::s16), 2U);
  EXPECT_EQ(bytes_of(VectorFormat::s32), 4U);
  EXPECT_EQ(bytes_of(VectorFormat::f32), 4U);
}

TEST(PacketAddress, NodeComesBackFromItsAddresses) {
  for (const NodeId node : {0U, 1U, 31U, 4095U}) {
    for (const std::uint64_t offset : {std::uint64_t{0}, router_table_offset, node_window_bytes - 4}) {
      const std::uint64_t address = node_register_address(node, offset);
      EXPECT_FALSE(is_cell_address(address));
      EXPECT_EQ(node_of_address(address), node);
    }
    for (const auto plane : {CellPlane::weight, CellPlane::g_capacitor_us}) {
      const std::uint64_t address = cell_address(node, plane, 4096 * 4096 - 1);
      EXPECT_TRUE(is_cell_address(address));
      EXPECT_EQ(node_of_address(address), node);
    }
  }
}

TEST(PacketAddress, WindowsDoNotOverlap) {
  // The ends of the largest tile's planes, next to the start of the following ones.
  std::set<std::uint64_t> addresses;
  for (const NodeId node : {6U, 7U}) {
    for (const auto plane :
         {CellPlane::weight, CellPlane::g_plus_us, CellPlane::g_minus_us, CellPlane::g_capacitor_us}) {
      const std::uint64_t first = cell_address(node, plane, 0);
      const std::uint64_t last = cell_address(node, plane, 4096 * 4096 - 1);
      EXPECT_TRUE(addresses.empty() || first > *addresses.rbegin());
      addresses.insert({first, last});
    }
  }
  EXPECT_EQ(addresses.size(), 16U);
  EXPECT_LE(router_access_table_offset + router_access_table_bytes, router_registers_offset);
  EXPECT_GE(router_access_table_bytes * 2, 64U * 64U);  // two nodes a byte
  EXPECT_LT(router_registers_offset, router_table_offset);
  EXPECT_LE(router_table_offset + 4 * router_table_max_entries, node_window_bytes);
}

}  // namespace
