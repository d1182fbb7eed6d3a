#include <gtest/gtest.h>

#include <deque>

#include "interconnect/mesh_faults.h"
#include "interconnect/packet_address.h"
#include "interconnect/route_rules.h"
#include "interconnect/router_registers.h"

namespace {

using namespace kirchhoff;
using interconnect::mask_of;
using interconnect::MeshFaults;
using interconnect::NodeId;
using interconnect::Port;
using interconnect::RouteFinding;
using interconnect::RouterCore;
using interconnect::RouterRegister;
using interconnect::RouteTree;

constexpr interconnect::Topology kMesh{3, 3};

constexpr std::uint64_t offset_of(RouterRegister address) {
  return static_cast<std::uint64_t>(address);
}

class Routers {
 public:
  explicit Routers(std::uint32_t channels = 2) {
    for (NodeId node = 0; node < kMesh.node_count(); ++node) {
      cores.push_back(&storage_.emplace_back(
          node, kMesh, interconnect::LinkTiming{.virtual_channels = channels}, std::size_t{4}));
    }
  }
  /// A route 0 along these ports from `node` on, to the tile of the last router.
  void lay(NodeId node, std::initializer_list<Port> ports) {
    for (const Port port : ports) {
      add(node, port);
      node = kMesh.neighbour(node, port);
    }
    add(node, Port::local);
  }
  void add(NodeId node, Port port) {
    cores[node]->set_route(0, static_cast<std::uint8_t>(cores[node]->route(0) | mask_of(port)));
  }

  std::vector<RouterCore*> cores;

 private:
  std::deque<RouterCore> storage_;
};

TEST(MeshFaults, LinksFailInBothDirectionsAndRoutersWithAllTheirLinks) {
  MeshFaults faults{kMesh};
  EXPECT_TRUE(faults.none());
  EXPECT_TRUE(MeshFaults{}.none());
  EXPECT_TRUE(MeshFaults{}.works(1000, Port::north));
  faults.disable_link(0, Port::east);
  EXPECT_FALSE(faults.works(0, Port::east));
  EXPECT_FALSE(faults.works(1, Port::west));
  EXPECT_TRUE(faults.tile_works(0));
  faults.disable_router(4);
  for (const Port port : interconnect::all_ports) EXPECT_FALSE(faults.works(4, port));
  EXPECT_FALSE(faults.works(1, Port::south));
  EXPECT_FALSE(faults.works(3, Port::east));
  EXPECT_FALSE(faults.works(5, Port::west));
  EXPECT_FALSE(faults.works(7, Port::north));
  EXPECT_TRUE(faults.works(0, Port::south));
  EXPECT_FALSE(faults.none());
}

TEST(LinkRegisters, EnableCanBeWrittenFaultOnlyRead) {
  Routers routers;
  RouterCore& router = *routers.cores[4];
  router.set_link_fault(mask_of(Port::east));
  EXPECT_EQ(router.read_register(offset_of(RouterRegister::link_enable)), 0x1fU);
  EXPECT_EQ(router.read_register(offset_of(RouterRegister::link_fault)), 0x02U);
  EXPECT_FALSE(router.link_enabled(Port::east));
  EXPECT_FALSE(router.write_register(offset_of(RouterRegister::link_fault), 0));
  EXPECT_TRUE(
      router.write_register(offset_of(RouterRegister::link_enable), 0xffffffefU));  // all but the tile
  EXPECT_EQ(router.read_register(offset_of(RouterRegister::link_enable)), 0x0fU);
  EXPECT_FALSE(router.link_enabled(Port::local));
  EXPECT_FALSE(router.link_enabled(Port::east)) << "LINK_ENABLE mends no broken link";
  EXPECT_TRUE(router.link_enabled(Port::north));
  router.reset();
  EXPECT_TRUE(router.link_enabled(Port::local));
  EXPECT_FALSE(router.link_enabled(Port::east)) << "power-on mends no broken link";
  for (const std::uint64_t offset : {0x6ffcULL, 0x7f08ULL, 0x7f02ULL, 0x7800ULL, 0x7001ULL, 0x7ffcULL}) {
    EXPECT_FALSE(router.read_register(offset)) << offset;
    EXPECT_FALSE(router.write_register(offset, 1)) << offset;
  }
}

TEST(AccessTable, HasEightNodesAWordAndIsXyWhereZero) {
  Routers routers;
  RouterCore& router = *routers.cores[4];
  EXPECT_EQ(router.access_port(8), Port::east);  // XY: the column first
  EXPECT_EQ(router.read_register(interconnect::router_access_table_offset), 0U);
  EXPECT_TRUE(router.write_register(interconnect::router_access_table_offset + 4, 0x3));  // node 8: south
  EXPECT_TRUE(router.write_register(interconnect::router_access_table_offset, 0xf5000001U));
  EXPECT_EQ(router.access_port(8), Port::south);
  EXPECT_EQ(router.access_port(0), Port::north);
  EXPECT_EQ(router.access_port(7), Port::south) << "ports beyond the fourth are no detour";
  EXPECT_EQ(router.read_register(interconnect::router_access_table_offset), 1U);
  EXPECT_FALSE(router.read_register(interconnect::router_access_table_offset + 8)) << "only nine nodes";
  router.reset();
  EXPECT_EQ(router.access_port(8), Port::east);
}

TEST(RouteTree, ADisabledLinkIsAFaultAndNamed) {
  Routers routers;
  routers.lay(0, {Port::east, Port::south, Port::east});
  EXPECT_EQ((RouteTree{routers.cores, 0, 0}.fault()), RouteTree::Fault::none);
  routers.cores[4]->write_register(offset_of(RouterRegister::link_enable), 0x1d);  // not east
  const RouteTree tree{routers.cores, 0, 0};
  EXPECT_EQ(tree.fault(), RouteTree::Fault::disabled);
  EXPECT_EQ(tree.fault_node(), 4U);
  EXPECT_EQ(tree.fault_port(), Port::east);
  EXPECT_TRUE(tree.hops().empty());
}

TEST(RouteRules, TurnsAreCountedAgainstTheChannels) {
  for (const std::uint32_t channels : {1U, 2U, 3U}) {
    Routers routers{channels};
    routers.lay(0, {Port::south, Port::east, Port::south, Port::east});  // two turns that XY forbids
    const auto finding = interconnect::check_route(routers.cores, 0, 0);
    EXPECT_EQ(finding.kind, channels < 3 ? RouteFinding::Kind::turns : RouteFinding::Kind::none) << channels;
    EXPECT_EQ(finding.node, channels == 1 ? 3U : channels == 2 ? 7U : 0U) << channels;
  }
}

TEST(RouteRules, FindsEveryKindOfFault) {
  {
    Routers routers;
    routers.add(0, Port::east);
    const auto finding = interconnect::check_route(routers.cores, 0, 0);
    EXPECT_EQ(finding.kind, RouteFinding::Kind::missing);
    EXPECT_EQ(finding.node, 1U);
  }
  {
    Routers routers;  // 0 -> 1 -> back to 0: never ends, and that is what is said
    routers.add(0, Port::east);
    routers.add(1, Port::west);
    EXPECT_EQ(interconnect::check_route(routers.cores, 0, 0).kind, RouteFinding::Kind::loop);
  }
  {
    Routers routers;  // two ways to 4
    routers.lay(0, {Port::east, Port::south});
    routers.lay(0, {Port::south, Port::east});
    const auto finding = interconnect::check_route(routers.cores, 0, 0);
    EXPECT_EQ(finding.kind, RouteFinding::Kind::entered_twice);
    EXPECT_EQ(finding.node, 4U);
  }
  {
    Routers routers;
    routers.lay(0, {Port::east});
    routers.cores[0]->set_link_fault(mask_of(Port::east));
    EXPECT_EQ(interconnect::check_route(routers.cores, 0, 0).kind, RouteFinding::Kind::disabled);
  }
}

}  // namespace
