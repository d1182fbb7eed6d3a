#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "interconnect/packet_time.h"
#include "testbenches/compliance/monitoring_binder.h"
#include "testbenches/host/child.h"
#include "testbenches/system/both_styles.h"
#include "testbenches/traffic/load_measurement.h"
#include "testbenches/traffic/script.h"

// The mesh by itself, approximately timed, against what theory says.
namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;
using foundation::CodingStyle;
using foundation::Duration;
using interconnect::LinkTiming;
using interconnect::MeshStyle;
using interconnect::NodeId;
using interconnect::PacketHeader;
using interconnect::Topology;

class Arrivals final : public TrafficListener {
 public:
  void delivered(NodeId node, const PacketHeader& header, std::span<const std::byte> /*bytes*/,
                 Duration at) override {
    all.push_back({node, at - header.sent_at});
  }
  std::vector<std::pair<NodeId, Duration>> all;
};

class LargeMesh : public testing::TestWithParam<CodingStyle> {};

// The largest mesh there is: a packet from corner to corner, and what it takes to build it (the test's
// time-out is the only limit; the figure is printed).
TEST_P(LargeMesh, Elaborates) {
  const auto begin = std::chrono::steady_clock::now();
  Arrivals arrivals;
  TrafficMesh mesh{"mesh", Topology{64, 64}, {GetParam(), LinkTiming{}}, 1024, arrivals};
  Script script{"script", [&] {
                  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
                  std::printf("64 x 64 routers elaborated in %.2f s\n", passed.count());
                  mesh.node(0).send(flit_to(0, 64 * 64 - 1, Duration{0}), {}, Duration{0});
                  sc_core::wait(1, sc_core::SC_US);
                }};
  sc_core::sc_start();
  ASSERT_EQ(arrivals.all.size(), 1U);
  EXPECT_EQ(arrivals.all.back().second.count(), 1000 * zero_load_cycles(LinkTiming{}, 126, 1));
}

class ZeroLoad : public testing::TestWithParam<CodingStyle> {};

// By hand, for the defaults (cycle 1 ns, router 2 cycles, 128 bits): a packet of one flit takes 1 cycle into
// the mesh, then for every router 2 cycles and 1 on the link behind it. From a corner of a 4 x 4 mesh to the
// opposite one there are 6 links between 7 routers: 1 + 7 x (2 + 1) = 22 cycles. To its own tile: 1 + 3 = 4.
// Each further flit comes a cycle later: with 1,000 bits and the head, 9 flits, 30 and 12.
TEST_P(ZeroLoad, LatencyIsTheHopFormula) {
  Arrivals arrivals;
  MonitoringBinder binder;
  TrafficMesh mesh{"mesh", Topology{4, 4}, {GetParam(), LinkTiming{}}, 8, arrivals, binder};
  const std::vector<std::pair<NodeId, std::int64_t>> one_flit{{0, 4}, {1, 7}, {4, 7}, {5, 10}, {15, 22}};
  Script script{"script", [&] {
                  for (const std::uint32_t bits : {0U, 1000U}) {
                    for (const auto& [destination, cycles] : one_flit) {
                      const Duration at = interconnect::to_duration(sc_core::sc_time_stamp());
                      PacketHeader header = flit_to(0, destination, at);
                      header.count = bits / 8;
                      header.element_bits = 8;
                      header.format = interconnect::VectorFormat::u8;
                      const std::vector<std::byte> bytes(header.count);
                      mesh.node(0).send(header, bytes, at);
                      sc_core::wait(1, sc_core::SC_US);
                      const Duration expected{1000 * (cycles + (bits == 0 ? 0 : 8))};
                      ASSERT_FALSE(arrivals.all.empty());
                      EXPECT_EQ(arrivals.all.back(), (std::pair{destination, expected})) << bits;
                      EXPECT_EQ(expected.count() / 1000,
                                zero_load_cycles(LinkTiming{}, mesh.mesh().topology().hops(0, destination),
                                                 bits == 0 ? 1 : 9));
                    }
                  }
                }};
  sc_core::sc_start();
  binder.finish();
  EXPECT_EQ(binder.session().count(), 0U) << binder.session().text();
  EXPECT_EQ(arrivals.all.size(), 2 * one_flit.size());
  EXPECT_TRUE(mesh.is_at_rest());
}

INSTANTIATE_TEST_SUITE_P(Styles, ZeroLoad, both_styles, style_name);
INSTANTIATE_TEST_SUITE_P(Styles, LargeMesh, both_styles, style_name);

// On 8 x 8 half of all uniform traffic crosses the middle, where 8 links go each way: 0.5 flit per node and
// cycle is the most. Round-robin over first-in first-out buffers gets 0.3 to 0.5 of a flit through.
TEST(MeshLoad, UniformTrafficSaturatesBelowTheBisectionBound) {
  LoadMeasurement measurement{{.warm_up_cycles = 500, .measured_cycles = 1500, .drain_cycles = 3000}};
  TrafficMesh mesh{"mesh", Topology{8, 8}, {CodingStyle::approximately_timed, LinkTiming{}}, 8, measurement};
  std::vector<LoadPoint> points;
  Script script{"script", [&] {
                  for (const double load : {0.02, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5}) {
                    points.push_back(measurement.run(mesh, uniform_pattern(mesh.mesh().topology()), load));
                  }
                }};
  sc_core::sc_start();
  ASSERT_EQ(points.size(), 7U);
  EXPECT_LT(points[0].latency_cycles, 1.03 * points[0].zero_load_cycles);
  for (std::size_t i = 1; i < points.size(); ++i) {
    EXPECT_GT(points[i].latency_cycles, points[i - 1].latency_cycles);
    EXPECT_LT(points[i].accepted, 0.5);
  }
  const double saturation = LoadMeasurement::saturation(points);
  EXPECT_GT(saturation, 0.30);
  EXPECT_LT(saturation, 0.50);
  EXPECT_TRUE(mesh.is_at_rest());
}

/// Mean latency in cycles of one load, in a process of its own.
double latency(CodingStyle style, bool hotspot, double load) {
  return in_child<double>([=] {
    LoadMeasurement measurement{{.warm_up_cycles = 500, .measured_cycles = 2000, .drain_cycles = 20000}};
    TrafficMesh mesh{"mesh", Topology{8, 8}, {style, LinkTiming{}}, 8, measurement};
    const auto& topology = mesh.mesh().topology();
    const Pattern pattern = hotspot ? hotspot_pattern(topology, 27, 0.1) : uniform_pattern(topology);
    double cycles = 0;
    Script script{"script", [&] { cycles = measurement.run(mesh, pattern, load).latency_cycles; }};
    sc_core::sc_start();
    return cycles;
  });
}

// What loosely timed style leaves out: buffers of finite size and their order. Its links are queues of their
// own, served in the order in which the calls come, which is that of the sources' time here. Far from
// saturation both agree; towards it, first-in first-out buffers hold up packets for other ports, which only
// approximately timed style sees, so that it is later; the chip's own traffic is in coding_styles_test.cpp.
TEST(MeshLoad, StylesAgreeAtLowLoadAndDifferTowardsSaturation) {
  struct Case {
    const char* name;
    bool hotspot;
    double load;
    double most;  ///< ratio of the latencies
  };
  for (const Case& tested : {Case{"uniform", false, 0.05, 1.02}, Case{"uniform", false, 0.44, 2.0},
                             Case{"hotspot", true, 0.02, 1.02}, Case{"hotspot", true, 0.13, 2.0}}) {
    const double lt = latency(CodingStyle::loosely_timed, tested.hotspot, tested.load);
    const double at = latency(CodingStyle::approximately_timed, tested.hotspot, tested.load);
    std::printf("%s traffic, %.2f flits per node and cycle: latency LT %.2f, AT %.2f cycles\n", tested.name,
                tested.load, lt, at);
    EXPECT_GE(at / lt, 0.98) << tested.name << tested.load;
    EXPECT_LE(at / lt, tested.most) << tested.name << tested.load;
  }
}

}  // namespace
