#include "testbenches/traffic/load_measurement.h"

#include "interconnect/packet_time.h"

namespace kirchhoff::testbenches {

using foundation::Duration;
using namespace interconnect;

Pattern uniform_pattern(const Topology& topology) {
  return [nodes = topology.node_count()](NodeId source, foundation::RandomSequence& random) {
    const NodeId other = random.word() % (nodes - 1);
    return other < source ? other : other + 1;
  };
}

Pattern hotspot_pattern(const Topology& topology, NodeId hotspot, double share) {
  return [uniform = uniform_pattern(topology), hotspot, share](NodeId source,
                                                               foundation::RandomSequence& random) {
    return random.uniform() < share && source != hotspot ? hotspot : uniform(source, random);
  };
}

std::int64_t zero_load_cycles(const LinkTiming& timing, std::uint32_t hops, std::uint64_t flits) {
  const std::int64_t routers = std::int64_t{hops} + 1;
  return 1 + routers * timing.router_cycles + hops + static_cast<std::int64_t>(flits);
}

LoadPoint LoadMeasurement::run(TrafficMesh& mesh, const Pattern& pattern, double load) {
  const auto& topology = mesh.mesh().topology();
  const auto& timing = mesh.style().timing;
  const Duration cycle = timing.cycle;
  const foundation::RandomStream stream{plan_.seed, foundation::Purpose::data_set};
  foundation::RandomSequence random{stream, runs_++};
  const Duration start = to_duration(sc_core::sc_time_stamp());
  measured_from_ = start + cycle * std::int64_t{plan_.warm_up_cycles};
  measured_until_ = measured_from_ + cycle * std::int64_t{plan_.measured_cycles};
  sent_ = arrived_ = accepted_ = 0;
  latency_ps_ = zero_load_ps_ = 0;
  for (Duration at = start; at < measured_until_; at += cycle) {
    for (NodeId node = 0; node < topology.node_count(); ++node) {
      if (random.uniform() >= load) {
        continue;
      }
      const NodeId destination = pattern(node, random);
      if (at >= measured_from_) {
        ++sent_;
        zero_load_ps_ += static_cast<double>(
            (cycle * zero_load_cycles(timing, topology.hops(node, destination), 1)).count());
      }
      mesh.node(node).send(flit_to(node, destination, at), {}, at);
    }
    mesh.mesh().settle(at);
    sc_core::wait(to_sc_time(cycle));
  }
  for (std::uint32_t i = 0; i < plan_.drain_cycles && arrived_ < sent_; ++i) {
    sc_core::wait(to_sc_time(cycle));
  }
  const double per_node_and_cycle =
      static_cast<double>(topology.node_count()) * static_cast<double>(plan_.measured_cycles);
  LoadPoint point;
  point.offered = static_cast<double>(sent_) / per_node_and_cycle;
  point.accepted = static_cast<double>(accepted_) / per_node_and_cycle;
  point.latency_cycles = latency_ps_ / static_cast<double>(std::max<std::uint64_t>(arrived_, 1)) /
                         static_cast<double>(cycle.count());
  point.zero_load_cycles = zero_load_ps_ / static_cast<double>(std::max<std::uint64_t>(sent_, 1)) /
                           static_cast<double>(cycle.count());
  // The next load starts with an empty mesh.
  while (!mesh.is_at_rest() && mesh.style().approximately_timed()) {
    sc_core::wait(to_sc_time(cycle * 100));
  }
  return point;
}

void LoadMeasurement::delivered(NodeId /*node*/, const PacketHeader& header,
                                std::span<const std::byte> /*bytes*/, Duration at) {
  if (at >= measured_from_ && at < measured_until_) {
    ++accepted_;
  }
  if (header.sent_at >= measured_from_ && header.sent_at < measured_until_) {
    ++arrived_;
    latency_ps_ += static_cast<double>((at - header.sent_at).count());
  }
}

double LoadMeasurement::saturation(const std::vector<LoadPoint>& points) {
  constexpr double kSaturated = 3;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double before = points[i - 1].latency_cycles / points[i - 1].zero_load_cycles;
    const double here = points[i].latency_cycles / points[i].zero_load_cycles;
    if (before < kSaturated && here >= kSaturated) {
      return points[i - 1].offered +
             (points[i].offered - points[i - 1].offered) * (kSaturated - before) / (here - before);
    }
  }
  return 0;
}

}  // namespace kirchhoff::testbenches
