#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "interconnect/packet_time.h"
#include "testbenches/compliance/monitoring_binder.h"
#include "testbenches/traffic/random_trees.h"
#include "testbenches/traffic/script.h"
#include "testbenches/traffic/traffic_mesh.h"

// Whatever the route tables say within the rule of interconnect/turn.h, however long packets are, whoever
// holds up whom and whichever links fail meanwhile: every packet arrives where it should, once, and in the
// end nothing is left anywhere.
namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
using foundation::CodingStyle;
using foundation::Duration;
using foundation::Purpose;
using foundation::RandomSequence;
using foundation::RandomStream;
using interconnect::all_ports;
using interconnect::LinkTiming;
using interconnect::NodeId;
using interconnect::PacketHeader;
using interconnect::Port;
using interconnect::Topology;

/// Packets of the full run; KIRCHHOFF_MESH_PACKETS=10000000 is that of the acceptance.
std::uint64_t packets_to_send() {
  const char* const text = std::getenv("KIRCHHOFF_MESH_PACKETS");
  return text == nullptr ? 20'000 : std::stoull(text);
}

class RandomTraffic final : public TrafficListener {
 public:
  struct Sent {
    std::uint32_t route = 0;
    std::uint32_t missing = 0;  ///< bit of each destination it has not come to yet
  };

  void delivered(NodeId node, const PacketHeader& header, std::span<const std::byte> bytes,
                 Duration at) override {
    std::uint64_t number = 0;
    ASSERT_GE(bytes.size(), sizeof number);
    std::memcpy(&number, bytes.data(), sizeof number);
    ASSERT_LT(number - first, sent.size());
    Sent& packet = sent[number - first];
    const auto& destinations = trees[packet.route].destinations;
    const auto found = std::lower_bound(destinations.begin(), destinations.end(), node);
    ASSERT_TRUE(found != destinations.end() && *found == node) << "packet " << number << " is at " << node;
    EXPECT_EQ(header.route, packet.route);
    EXPECT_GE(at, header.sent_at);
    const std::uint32_t bit = 1U << (found - destinations.begin());
    EXPECT_NE(packet.missing & bit, 0U) << "packet " << number << " came twice to " << node;
    packet.missing &= ~bit;
    ++deliveries;
  }

  std::vector<RandomTree> trees;
  std::vector<Sent> sent;   ///< of the round
  std::uint64_t first = 0;  ///< number of its first packet
  std::uint64_t deliveries = 0;
};

class RandomRoutes : public testing::TestWithParam<std::uint32_t> {};

TEST_P(RandomRoutes, NothingIsLostDoubledOrStuck) {
  constexpr std::size_t kRoutes = 256;
  constexpr std::uint64_t kRound = 2'000;
  LinkTiming timing;
  timing.virtual_channels = GetParam();
  timing.buffer_flits = 4;
  const Topology topology{6, 5};
  RandomTraffic traffic;
  MonitoringBinder binder;
  TrafficMesh mesh{"mesh", topology, {CodingStyle::approximately_timed, timing}, kRoutes, traffic, binder};
  const RandomStream stream{GetParam(), Purpose::data_set};
  std::uint64_t numbers = 0;
  std::uint64_t failures = 0;
  const std::uint64_t total = packets_to_send();
  Script script{"script", [&] {
                  for (std::uint64_t round = 0; numbers < total; ++round) {
                    RandomSequence random{stream, round};
                    // New tables while the mesh is empty.
                    traffic.trees.clear();
                    for (std::size_t route = 0; route < kRoutes; ++route) {
                      traffic.trees.push_back(random_tree(topology, timing.virtual_channels, 5, random));
                      for (NodeId node = 0; node < topology.node_count(); ++node) {
                        mesh.mesh().at(node).core().set_route(route, 0);
                      }
                      for (const auto& entry : traffic.trees.back().entries) {
                        mesh.mesh().at(entry.node).core().set_route(route, entry.ports);
                      }
                    }
                    for (NodeId node = 0; node < topology.node_count(); ++node) {
                      mesh.node(node).hold_up(20, RandomStream{round, Purpose::faults});
                    }
                    traffic.first = numbers;
                    traffic.sent.assign(kRound, {});
                    std::vector<std::pair<NodeId, Port>> down;
                    for (std::uint64_t i = 0; i < kRound; ++i) {
                      const auto route = static_cast<std::uint32_t>(random.word() % kRoutes);
                      const auto& tree = traffic.trees[route];
                      traffic.sent[i] = {route, (1U << tree.destinations.size()) - 1};
                      const Duration at = interconnect::to_duration(sc_core::sc_time_stamp());
                      PacketHeader header;
                      header.kind = interconnect::PacketKind::activation;
                      header.route = static_cast<interconnect::RouteId>(route);
                      header.format = interconnect::VectorFormat::u8;
                      header.count = static_cast<std::uint32_t>(8 + random.word() % 120);
                      header.element_bits = 8;
                      header.source = tree.source;
                      header.sent_at = at;
                      std::vector<std::byte> bytes(header.count);
                      std::memcpy(bytes.data(), &numbers, sizeof numbers);
                      ++numbers;
                      mesh.node(tree.source).send(header, bytes, at);
                      if (random.word() % 16 == 0) {  // a link fails
                        const NodeId node = random.word() % topology.node_count();
                        const Port port = all_ports[random.word() % all_ports.size()];
                        mesh.mesh().at(node).timed()->set_link(port, false);
                        down.emplace_back(node, port);
                        ++failures;
                      }
                      if (!down.empty() && random.word() % 16 == 0) {  // and comes back
                        const std::size_t which = random.word() % down.size();
                        mesh.mesh().at(down[which].first).timed()->set_link(down[which].second, true);
                        down.erase(down.begin() + static_cast<std::ptrdiff_t>(which));
                      }
                      if (random.word() % 4 == 0) {  // bursts, and times to breathe
                        sc_core::wait(interconnect::to_sc_time(timing.cycle * (random.word() % 40)));
                      }
                    }
                    for (NodeId node = 0; node < topology.node_count(); ++node) {
                      for (const Port port : all_ports) {
                        mesh.mesh().at(node).timed()->set_link(port, true);
                      }
                    }
                    for (int looks = 0; looks < 1000 && !mesh.is_at_rest(); ++looks) {
                      sc_core::wait(1, sc_core::SC_US);
                    }
                    ASSERT_TRUE(mesh.is_at_rest()) << "stuck in round " << round << ", "
                                                   << mesh.packets().in_flight() << " packets in flight";
                    for (std::uint64_t i = 0; i < kRound; ++i) {
                      ASSERT_EQ(traffic.sent[i].missing, 0U)
                          << "packet " << numbers - kRound + i << " was lost";
                    }
                    if (testing::Test::HasFailure()) {
                      return;
                    }
                  }
                }};
  sc_core::sc_start();
  binder.finish();
  EXPECT_EQ(binder.session().count(), 0U) << binder.session().text();
  EXPECT_GE(numbers, total);
  EXPECT_GT(traffic.deliveries, total);
  EXPECT_GT(failures, total / 40);
  RecordProperty("packets", static_cast<int>(numbers));
}

INSTANTIATE_TEST_SUITE_P(VirtualChannels, RandomRoutes, testing::Values(1U, 2U, 4U),
                         [](const auto& tested) { return "V" + std::to_string(tested.param); });

}  // namespace
