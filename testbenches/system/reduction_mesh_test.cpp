#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "interconnect/packet_time.h"
#include "interconnect/router_registers.h"
#include "model/network/route_planner.h"
#include "testbenches/compliance/monitoring_binder.h"
#include "testbenches/system/both_styles.h"
#include "testbenches/traffic/random_trees.h"
#include "testbenches/traffic/script.h"
#include "testbenches/traffic/traffic_mesh.h"

// Partial sums added by the routers on their way, in both coding styles.
namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
using foundation::CodingStyle;
using foundation::Duration;
using foundation::Phase;
using foundation::Purpose;
using foundation::RandomSequence;
using foundation::RandomStream;
using interconnect::LinkTiming;
using interconnect::mask_of;
using interconnect::NodeId;
using interconnect::PacketHeader;
using interconnect::Port;
using interconnect::RouteId;
using interconnect::Topology;

LinkTiming adding_timing() {
  LinkTiming timing;
  timing.reduction_entries = 16;
  return timing;
}

PacketHeader partial(NodeId source, RouteId route, std::size_t count, Duration at) {
  PacketHeader header;
  header.kind = interconnect::PacketKind::partial_sum;
  header.format = interconnect::VectorFormat::s16;
  header.route = route;
  header.source = source;
  header.count = static_cast<std::uint32_t>(count);
  header.element_bits = 9;
  header.phase = Phase::forward;
  header.sent_at = at;
  return header;
}

void program(interconnect::RouterCore& router, std::size_t entry, RouteId route, std::uint8_t inputs,
             RouteId sum) {
  const std::uint64_t base =
      interconnect::router_reduction_table_offset + entry * interconnect::reduction_entry_bytes;
  ASSERT_TRUE(router.write_register(base + 4, sum));
  ASSERT_TRUE(
      router.write_register(base, interconnect::reduction_valid | route |
                                      (std::uint32_t{inputs} << interconnect::reduction_inputs_shift)));
}

struct Arrival {
  NodeId node;
  PacketHeader header;
  std::vector<std::int32_t> values;
  Duration at;
};

class Arrivals final : public TrafficListener {
 public:
  void delivered(NodeId node, const PacketHeader& header, std::span<const std::byte> bytes,
                 Duration at) override {
    Arrival arrival{node, header, std::vector<std::int32_t>(header.count), at};
    if (header.format == interconnect::VectorFormat::s32) {
      std::memcpy(arrival.values.data(), bytes.data(), header.count * sizeof(std::int32_t));
    }
    all.push_back(std::move(arrival));
  }
  std::vector<Arrival> all;
};

class Reduction : public testing::TestWithParam<CodingStyle> {};

// By hand: a row of four, of which the first three send 50 codes of 9 bits (482 bits with the head, 4 flits)
// at once. Head of tile 0 in router 0 after 1 cycle, on the link after 2 more, in router 1 after 4. There the
// sum of two (10 bits: 532, 5 flits) sets out a cycle later, is in router 2 after 5 + 2 + 1 = 8, the sum of
// three (11 bits, 582, 5 flits) after 9 + 2 + 1 = 12 in router 3, on the link to its tile from 14 to 19: as
// any packet of 5 flits over 3 links, 1 + 3 x 4 + 4 cycles, and one for each of the two adders.
TEST_P(Reduction, TimeIsTheHopFormulaAndAnAdderStageForEachMeeting) {
  Arrivals arrivals;
  MonitoringBinder binder;
  TrafficMesh mesh{"mesh", Topology{1, 4}, {GetParam(), adding_timing()}, 8, arrivals, binder};
  mesh.mesh().at(0).core().set_route(1, mask_of(Port::east));
  program(mesh.mesh().at(1).core(), 0, 1, mask_of(Port::west) | mask_of(Port::local), 2);
  mesh.mesh().at(1).core().set_route(2, mask_of(Port::east));
  program(mesh.mesh().at(2).core(), 3, 2, mask_of(Port::west) | mask_of(Port::local), 4);
  mesh.mesh().at(2).core().set_route(4, mask_of(Port::east));
  mesh.mesh().at(3).core().set_route(4, mask_of(Port::local));
  Script script{"script", [&] {
                  for (int round = 0; round < 3; ++round) {
                    const Duration at = interconnect::to_duration(sc_core::sc_time_stamp());
                    for (const NodeId node : {2U, 0U, 1U}) {
                      const std::vector<std::int16_t> codes(50, static_cast<std::int16_t>(100 * node + 1));
                      mesh.node(node).send(partial(node, node < 2 ? 1 : 2, 50, at),
                                           std::as_bytes(std::span{codes}), at);
                    }
                    sc_core::wait(1, sc_core::SC_US);
                    ASSERT_EQ(arrivals.all.size(), static_cast<std::size_t>(round) + 1);
                    const Arrival& sum = arrivals.all.back();
                    EXPECT_EQ(sum.node, 3U);
                    EXPECT_EQ(sum.at - at, Duration{19'000});
                    EXPECT_EQ(sum.header.summands, 3U);
                    EXPECT_EQ(sum.header.element_bits, 11U);
                    EXPECT_EQ(sum.values, std::vector<std::int32_t>(50, 303));
                    // All of its time is the network's.
                    EXPECT_EQ(sum.header.path_network + (sum.at - sum.header.sent_at), Duration{19'000});
                  }
                }};
  sc_core::sc_start();
  EXPECT_TRUE(mesh.is_at_rest());
  mesh.mesh().book_traffic();
  const auto total = mesh.ledger().total(Phase::forward);
  EXPECT_EQ(total.router_sums, 3U * 2 * 50);
  EXPECT_EQ(mesh.ledger().at(1, Phase::forward).router_sums, 3U * 50);
  // 4 flits leave router 0, 5 each router 1, 2 and 3.
  EXPECT_EQ(total.router_flits, 3U * (4 + 5 + 5 + 5));
  EXPECT_EQ(total.bit_hops, 3U * (482 + 532 + 582));
  binder.finish();
  EXPECT_EQ(binder.session().count(), 0U) << binder.session().text();
}

TEST_P(Reduction, WhatCannotBeAddedIsNotDeliveredAndTheRestGoesOn) {
  Arrivals arrivals;
  MonitoringBinder binder;
  TrafficMesh mesh{"mesh", Topology{1, 4}, {GetParam(), adding_timing()}, 8, arrivals, binder};
  program(mesh.mesh().at(1).core(), 0, 1, mask_of(Port::east) | mask_of(Port::local), 2);
  mesh.mesh().at(0).core().set_route(1, mask_of(Port::east));  // by the wrong side
  mesh.mesh().at(2).core().set_route(1, mask_of(Port::west));
  bool told = false;
  Script script{"script", [&] {
                  const auto send = [&](NodeId node) {
                    const Duration at = interconnect::to_duration(sc_core::sc_time_stamp());
                    const std::vector<std::int16_t> codes(5, 1);
                    const bool taken =
                        mesh.node(node).send(partial(node, 1, 5, at), std::as_bytes(std::span{codes}), at);
                    sc_core::wait(1, sc_core::SC_US);
                    return taken;
                  };
                  told = !send(0);
                  send(1);
                  told = !send(2) && told;  // the sum has no route
                  EXPECT_TRUE(arrivals.all.empty());
                  EXPECT_TRUE(mesh.is_at_rest());
                }};
  sc_core::sc_start();
  EXPECT_EQ(told, GetParam() == CodingStyle::loosely_timed);  // approximately timed, a post has no answer
  binder.finish();
  EXPECT_EQ(binder.session().count(), 0U) << binder.session().text();
}

/// Rounds; KIRCHHOFF_REDUCTION_ROUNDS for a long run.
std::uint64_t rounds_to_run() {
  const char* const text = std::getenv("KIRCHHOFF_REDUCTION_ROUNDS");
  return text == nullptr ? 120 : std::stoull(text);
}

// Reductions planned for sources and destinations by chance, among multicasts along random trees, with
// receivers that hold up whoever sends: every sum comes once to each destination and is right, and in the end
// nothing is left anywhere. Two rounds of a reduction may be under way at a time.
TEST_P(Reduction, RandomReductionsAmongOtherTrafficAreRightAndNothingIsStuck) {
  constexpr std::size_t kReductions = 8;
  constexpr std::size_t kTrees = 32;
  constexpr std::size_t kRoutes = 512;
  const Topology topology{6, 5};
  LinkTiming timing = adding_timing();
  timing.buffer_flits = 8;
  Arrivals arrivals;
  MonitoringBinder binder;
  TrafficMesh mesh{"mesh", topology, {GetParam(), timing}, kRoutes, arrivals, binder};
  const bool timed = GetParam() == CodingStyle::approximately_timed;
  std::uint64_t sums = 0;
  Script script{
      "script", [&] {
        for (std::uint64_t round = 0; round < rounds_to_run() && !testing::Test::HasFailure(); ++round) {
          RandomSequence random{RandomStream{17, Purpose::data_set}, round};
          mesh.mesh().reset();
          model::RoutePlanner planner{topology, {.route_entries = kRoutes}};
          struct Planned {
            std::vector<NodeId> sources;
            std::vector<NodeId> destinations;
            model::RoutePlanner::Reduction plan;
          };
          const auto some = [&](std::size_t count) {
            std::set<NodeId> nodes;
            while (nodes.size() < count) {
              nodes.insert(random.word() % topology.node_count());
            }
            return std::vector<NodeId>{nodes.begin(), nodes.end()};
          };
          std::vector<Planned> all;
          for (std::size_t i = 0; i < kReductions; ++i) {
            all.push_back({some(2 + random.word() % 8), some(1 + random.word() % 3), {}});
            all.back().plan = planner.reduced(all.back().sources, all.back().destinations);
          }
          std::vector<std::size_t> used(topology.node_count(), 0);
          for (const Planned& one : all) {
            const auto& meetings = one.plan.tree.meetings;
            for (std::size_t i = 0; i < meetings.size(); ++i) {
              program(mesh.mesh().at(meetings[i].node).core(), used[meetings[i].node]++, one.plan.routes[i],
                      meetings[i].inputs,
                      i == one.plan.tree.last ? one.plan.sum : one.plan.routes[meetings[i].next]);
            }
          }
          for (const auto& entry : planner.entries()) {
            mesh.mesh().at(entry.node).core().set_route(entry.route, entry.ports);
          }
          std::vector<RandomTree> trees;
          for (std::size_t i = 0; i < kTrees; ++i) {
            trees.push_back(random_tree(topology, timing.virtual_channels, 4, random));
            for (const auto& entry : trees.back().entries) {
              mesh.mesh().at(entry.node).core().set_route(planner.routes() + i, entry.ports);
            }
          }
          for (NodeId node = 0; timed && node < topology.node_count(); ++node) {
            mesh.node(node).hold_up(20, RandomStream{round, Purpose::faults});
          }
          arrivals.all.clear();
          std::size_t expected_arrivals = 0;
          std::map<RouteId, std::vector<std::vector<std::int32_t>>> expected;  // by route and order
          const Duration start = interconnect::to_duration(sc_core::sc_time_stamp());
          for (int example = 0; example < 2; ++example) {
            for (const Planned& one : all) {
              const std::size_t count = 1 + random.word() % 60;
              std::vector<std::int32_t> right(count, 0);
              for (std::size_t i = 0; i < one.sources.size(); ++i) {
                std::vector<std::int16_t> codes(count);
                for (std::size_t j = 0; j < count; ++j) {
                  codes[j] = static_cast<std::int16_t>(static_cast<int>(random.word() % 513) - 256);
                  right[j] += codes[j];
                }
                const Duration at = start + timing.cycle * (random.word() % 60 + 400 * example);
                mesh.node(one.sources[i])
                    .send(
                        partial(one.sources[i], one.plan.routes[one.plan.tree.starts[i].meeting], count, at),
                        std::as_bytes(std::span{codes}), at);
              }
              expected[one.plan.sum].push_back(std::move(right));
              expected_arrivals += one.destinations.size();
            }
            for (std::size_t i = 0; i < kTrees; ++i) {
              const Duration at = start + timing.cycle * (random.word() % 100 + 400 * example);
              PacketHeader header = partial(trees[i].source, static_cast<RouteId>(planner.routes() + i),
                                            8 + random.word() % 60, at);
              header.kind = interconnect::PacketKind::activation;
              header.format = interconnect::VectorFormat::u8;
              const std::vector<std::byte> bytes(header.count);
              mesh.node(trees[i].source).send(header, bytes, at);
              expected_arrivals += trees[i].destinations.size();
            }
          }
          for (int looks = 0; looks < 100 && (looks < 3 || !mesh.is_at_rest()); ++looks) {
            sc_core::wait(1, sc_core::SC_US);
          }
          ASSERT_TRUE(mesh.is_at_rest()) << "stuck in round " << round;
          ASSERT_EQ(arrivals.all.size(), expected_arrivals) << "round " << round;
          for (const Planned& one : all) {
            for (const NodeId destination : one.destinations) {
              std::size_t next = 0;
              for (const Arrival& arrival : arrivals.all) {
                if (arrival.node == destination && arrival.header.route == one.plan.sum) {
                  ASSERT_LT(next, 2U);
                  EXPECT_EQ(arrival.values, expected[one.plan.sum][next++]);
                  EXPECT_EQ(arrival.header.summands, one.sources.size());
                  ++sums;
                }
              }
              EXPECT_EQ(next, 2U);
            }
          }
        }
      }};
  sc_core::sc_start();
  binder.finish();
  EXPECT_EQ(binder.session().count(), 0U) << binder.session().text();
  EXPECT_GT(sums, 2 * kReductions * rounds_to_run());
}

INSTANTIATE_TEST_SUITE_P(Styles, Reduction, both_styles, style_name);

}  // namespace
