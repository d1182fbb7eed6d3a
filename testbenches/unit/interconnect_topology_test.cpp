#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "interconnect/topology.h"

namespace {

using namespace kirchhoff::interconnect;

const Topology kShapes[] = {{1, 1}, {1, 7}, {5, 1}, {4, 8}, {3, 2}};

TEST(Topology, NodesRowByRow) {
  const Topology mesh{4, 8};
  EXPECT_EQ(mesh.node_count(), 32U);
  EXPECT_EQ(mesh.row_of(19), 2U);
  EXPECT_EQ(mesh.column_of(19), 3U);
  EXPECT_EQ(mesh.neighbour(19, Port::north), 11U);
  EXPECT_EQ(mesh.neighbour(19, Port::south), 27U);
  EXPECT_EQ(mesh.neighbour(19, Port::west), 18U);
  EXPECT_EQ(mesh.neighbour(19, Port::east), 20U);
}

TEST(Topology, NeighboursAreMutual) {
  for (const auto& mesh : kShapes) {
    std::size_t links = 0;
    for (NodeId node = 0; node < mesh.node_count(); ++node) {
      EXPECT_FALSE(mesh.has_neighbour(node, Port::local));
      for (const Port port : {Port::north, Port::east, Port::south, Port::west}) {
        if (!mesh.has_neighbour(node, port)) {
          continue;
        }
        ++links;
        const NodeId other = mesh.neighbour(node, port);
        ASSERT_LT(other, mesh.node_count());
        EXPECT_TRUE(mesh.has_neighbour(other, opposite(port)));
        EXPECT_EQ(mesh.neighbour(other, opposite(port)), node);
        EXPECT_EQ(mesh.hops(node, other), 1U);
      }
    }
    EXPECT_EQ(links, 2 * (mesh.rows * (mesh.columns - 1) + mesh.columns * (mesh.rows - 1)));
  }
}

TEST(Topology, XyRouteArrivesInAsManyHopsAsItSays) {
  for (const auto& mesh : kShapes) {
    for (NodeId from = 0; from < mesh.node_count(); ++from) {
      for (NodeId to = 0; to < mesh.node_count(); ++to) {
        NodeId at = from;
        std::uint32_t steps = 0;
        bool turned = false;
        for (Port port = mesh.next_port_xy(at, to); port != Port::local; port = mesh.next_port_xy(at, to)) {
          ASSERT_TRUE(mesh.has_neighbour(at, port));
          const bool vertical = port == Port::north || port == Port::south;
          ASSERT_TRUE(vertical || !turned) << "columns come first";
          turned |= vertical;
          at = mesh.neighbour(at, port);
          ASSERT_LE(++steps, mesh.node_count());
        }
        ASSERT_EQ(at, to);
        ASSERT_EQ(steps, mesh.hops(from, to));
      }
    }
  }
}

TEST(Topology, PortsAndMasks) {
  std::set<std::uint8_t> masks;
  for (const Port port : all_ports) {
    masks.insert(mask_of(port));
    EXPECT_EQ(opposite(opposite(port)), port);
    EXPECT_LT(mask_of(port), 0x20);
  }
  EXPECT_EQ(masks.size(), all_ports.size());
  EXPECT_EQ(opposite(Port::north), Port::south);
  EXPECT_EQ(opposite(Port::east), Port::west);
}

TEST(Topology, MastersEnterWhereNoNeighbourIs) {
  for (const auto& mesh : kShapes) {
    EXPECT_FALSE(mesh.has_neighbour(gateway_node, sequencer_port));
    EXPECT_FALSE(mesh.has_neighbour(gateway_node, host_port));
  }
  EXPECT_NE(sequencer_port, host_port);
}

}  // namespace
