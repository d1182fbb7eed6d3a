#include <gtest/gtest.h>

#include <array>
#include <map>
#include <utility>
#include <vector>

#include "interconnect/packet_time.h"
#include "testbenches/compliance/monitoring_binder.h"
#include "testbenches/system/both_styles.h"
#include "testbenches/traffic/random_trees.h"
#include "testbenches/traffic/script.h"
#include "testbenches/traffic/traffic_mesh.h"

// Vectors as pulses on circuit-switched wires, beside packets, in both coding styles.
namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
using foundation::CodingStyle;
using foundation::Duration;
using foundation::Phase;
using foundation::Purpose;
using foundation::RandomSequence;
using foundation::RandomStream;
using interconnect::DurationWires;
using interconnect::LinkTiming;
using interconnect::mask_of;
using interconnect::NodeId;
using interconnect::PacketHeader;
using interconnect::PacketKind;
using interconnect::Port;
using interconnect::RouteId;
using interconnect::Topology;

LinkTiming timing_with_wires() {
  LinkTiming timing;
  timing.wires = DurationWires{.pulse = Duration{128000}, .buffer = Duration{200}, .per_link = 131};
  return timing;
}

/// `update` numbers the packets of a test.
PacketHeader vector_of(PacketKind kind, NodeId source, RouteId route, std::size_t count, std::uint32_t number,
                       Duration at) {
  PacketHeader header;
  header.kind = kind;
  header.format = interconnect::VectorFormat::u8;
  header.route = route;
  header.source = source;
  header.count = static_cast<std::uint32_t>(count);
  header.element_bits = 8;
  header.phase = Phase::forward;
  header.update = number;
  header.sent_at = at;
  return header;
}

struct Arrival {
  PacketHeader header;
  std::vector<std::byte> bytes;
  Duration at;
};

class Arrivals final : public TrafficListener {
 public:
  void delivered(NodeId node, const PacketHeader& header, std::span<const std::byte> bytes,
                 Duration at) override {
    all[{header.update, node}].push_back({header, {bytes.begin(), bytes.begin() + header.count}, at});
  }
  /// Where it came once.
  [[nodiscard]] Duration at(std::uint32_t number, NodeId node) const {
    const auto found = all.find({number, node});
    return found != all.end() && found->second.size() == 1 ? found->second.front().at : Duration{-1};
  }

  std::map<std::pair<std::uint32_t, NodeId>, std::vector<Arrival>> all;
};

class CircuitMesh : public testing::TestWithParam<CodingStyle> {};

TEST_P(CircuitMesh, TimesAreThoseWorkedOutByHand) {
  Arrivals arrivals;
  MonitoringBinder binder;
  TrafficMesh mesh{"mesh", Topology{1, 4}, {GetParam(), timing_with_wires()}, 8, arrivals, binder};
  const auto set_route = [&](NodeId node, RouteId route, std::uint8_t ports) {
    mesh.mesh().at(node).core().set_route(route, ports);
  };
  set_route(0, 3, mask_of(Port::east));
  set_route(1, 3, mask_of(Port::east) | mask_of(Port::local));
  set_route(2, 3, mask_of(Port::east));
  set_route(3, 3, mask_of(Port::local));
  set_route(2, 5, mask_of(Port::west));
  set_route(1, 5, mask_of(Port::local));
  Script script{
      "script", [&] {
        const std::vector<std::byte> bytes(100, std::byte{7});
        const auto send = [&](PacketKind kind, NodeId node, RouteId route, std::size_t count,
                              std::uint32_t number, std::int64_t at_ps) {
          ASSERT_TRUE(mesh.node(node).send(vector_of(kind, node, route, count, number, Duration{at_ps}),
                                           std::span{bytes}.first(count), Duration{at_ps}));
        };
        send(PacketKind::activation, 0, 3, 100, 1, 1000);
        send(PacketKind::activation, 0, 3, 1, 2, 2000);  // waits for the wires of the first
        send(PacketKind::delta, 2, 5, 100, 3, 3000);     // tile 1's wires are the first's until 129.4 ns
        send(PacketKind::done, 0, 3, 0, 4, 50000);       // a packet has links of its own
        sc_core::wait(2, sc_core::SC_US);
      }};
  sc_core::sc_start();

  // The longest pulse and a buffer for each link on the way, the one into the tile included.
  EXPECT_EQ(arrivals.at(1, 1), Duration{1000 + 128000 + 2 * 200});
  EXPECT_EQ(arrivals.at(1, 3), Duration{1000 + 128000 + 4 * 200});
  EXPECT_EQ(arrivals.at(2, 3), Duration{1000 + 2 * 128000 + 4 * 200});
  // 200 wires on 131 are two parts; the second vector has tile 1's wires until 257.4 ns.
  EXPECT_EQ(arrivals.at(3, 1), Duration{1000 + 2 * 128000 + 2 * 200 + 2 * 128000});
  EXPECT_EQ(arrivals.at(4, 3), Duration{50000 + 13000});
  EXPECT_TRUE(mesh.is_at_rest());
  binder.finish();
  EXPECT_EQ(binder.session().count(), 0U) << binder.session().text();
}

TEST_P(CircuitMesh, AWayThatLeadsNowhereIsRefusedAndTheRestGoesOn) {
  Arrivals arrivals;
  MonitoringBinder binder;
  TrafficMesh mesh{"mesh", Topology{1, 3}, {GetParam(), timing_with_wires()}, 8, arrivals, binder};
  mesh.mesh().at(0).core().set_route(3, mask_of(Port::east));  // and nothing behind it
  mesh.mesh().at(0).core().set_route(4, mask_of(Port::east));
  mesh.mesh().at(1).core().set_route(4, mask_of(Port::local));
  Script script{"script", [&] {
                  const std::vector<std::byte> bytes(10);
                  const auto send = [&](RouteId route, std::uint32_t number) {
                    return mesh.node(0).send(
                        vector_of(PacketKind::activation, 0, route, 10, number, Duration{1000}), bytes,
                        Duration{1000});
                  };
                  // Loosely timed, the sender is told.
                  EXPECT_EQ(send(3, 1), GetParam() == CodingStyle::approximately_timed);
                  EXPECT_TRUE(send(4, 2));
                  sc_core::wait(1, sc_core::SC_US);
                }};
  sc_core::sc_start();
  EXPECT_EQ(arrivals.all.size(), 1U);
  EXPECT_EQ(arrivals.at(2, 1), Duration{1000 + 128000 + 2 * 200});
  EXPECT_TRUE(mesh.is_at_rest());
  binder.finish();
  EXPECT_EQ(binder.session().count(), 0U) << binder.session().text();
}

// Random trees, among packets, where endpoints hold up whoever tells them something: all of it arrives, once,
// as it was sent, and not before it can.
TEST_P(CircuitMesh, RandomCircuitsAmongPacketsAllArrive) {
  constexpr std::size_t kTrees = 64;
  constexpr std::size_t kVectors = 300;
  const Topology topology{5, 4};
  const LinkTiming timing = timing_with_wires();
  Arrivals arrivals;
  MonitoringBinder binder;
  TrafficMesh mesh{"mesh", topology, {GetParam(), timing}, kTrees, arrivals, binder};
  Script script{
      "script", [&] {
        for (std::uint64_t round = 0; round < 10 && !testing::Test::HasFailure(); ++round) {
          RandomSequence random{RandomStream{23, Purpose::data_set}, round};
          mesh.mesh().reset();
          std::vector<RandomTree> trees;
          for (std::size_t i = 0; i < kTrees; ++i) {
            trees.push_back(random_tree(topology, timing.virtual_channels, 5, random));
            for (const auto& entry : trees.back().entries) {
              mesh.mesh().at(entry.node).core().set_route(i, entry.ports);
            }
          }
          for (NodeId node = 0;
               GetParam() == CodingStyle::approximately_timed && node < topology.node_count(); ++node) {
            mesh.node(node).hold_up(20, RandomStream{round, Purpose::faults});
          }
          arrivals.all.clear();
          const Duration start = interconnect::to_duration(sc_core::sc_time_stamp());
          std::vector<std::pair<std::size_t, std::vector<std::byte>>> sent;
          for (std::uint32_t number = 0; number < kVectors; ++number) {
            const std::size_t tree = random.word() % kTrees;
            const Duration at = start + timing.cycle * (random.word() % 5000);
            std::vector<std::byte> bytes(1 + random.word() % 150);
            for (std::byte& byte : bytes) {
              byte = static_cast<std::byte>(random.word());
            }
            const std::array kinds{PacketKind::activation, PacketKind::delta, PacketKind::partial_sum};
            mesh.node(trees[tree].source)
                .send(vector_of(kinds[random.word() % kinds.size()], trees[tree].source,
                                static_cast<RouteId>(tree), bytes.size(), number, at),
                      bytes, at);
            sent.emplace_back(tree, std::move(bytes));
          }
          for (int looks = 0; looks < 1000 && (looks < 6 || !mesh.is_at_rest()); ++looks) {
            sc_core::wait(1, sc_core::SC_US);
          }
          ASSERT_TRUE(mesh.is_at_rest()) << "stuck in round " << round;
          std::size_t deliveries = 0;
          for (std::uint32_t number = 0; number < kVectors; ++number) {
            const auto& [tree, bytes] = sent[number];
            for (const NodeId node : trees[tree].destinations) {
              const auto& got = arrivals.all[{number, node}];
              ASSERT_EQ(got.size(), 1U) << "vector " << number << " at node " << node;
              EXPECT_EQ(got.front().bytes, bytes);
              const PacketHeader& header = got.front().header;
              if (timing.on_wires(header)) {
                const auto links = topology.hops(header.source, node) + 1;
                EXPECT_GE(got.front().at, header.sent_at + timing.wires->zero_load(header, links));
              }
              ++deliveries;
            }
          }
          ASSERT_EQ(arrivals.all.size(), deliveries) << "something came where it was not sent";
        }
      }};
  sc_core::sc_start();
  binder.finish();
  EXPECT_EQ(binder.session().count(), 0U) << binder.session().text();
}

INSTANTIATE_TEST_SUITE_P(Styles, CircuitMesh, both_styles, style_name);

}  // namespace
