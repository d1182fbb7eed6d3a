#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "testbenches/traffic/traffic_mesh.h"

namespace kirchhoff::testbenches {

/// Who sends to whom.
using Pattern = std::function<interconnect::NodeId(interconnect::NodeId source, foundation::RandomSequence&)>;

/// Every other node alike.
Pattern uniform_pattern(const interconnect::Topology& topology);
/// A share of all packets to one node, the rest uniform.
Pattern hotspot_pattern(const interconnect::Topology& topology, interconnect::NodeId hotspot, double share);

struct LoadPoint {
  double offered = 0;           ///< flits per node and cycle
  double accepted = 0;          ///< delivered while measured, flits per node and cycle
  double latency_cycles = 0;    ///< mean, from readiness at the source to the tail at the destination
  double zero_load_cycles = 0;  ///< mean over the same packets, alone in the mesh
};

struct LoadPlan {
  std::uint32_t warm_up_cycles = 1000;
  std::uint32_t measured_cycles = 4000;
  std::uint32_t drain_cycles = 20000;  ///< at most: beyond saturation the queues of the sources are long
  std::uint64_t seed = 1;
};

/// Latency against load of single-flit packets: every node sends with the given chance in every cycle. Runs
/// within a process of the simulation, one load after the other on the same mesh.
class LoadMeasurement final : public TrafficListener {
 public:
  explicit LoadMeasurement(const LoadPlan& plan) : plan_(plan) {}

  LoadPoint run(TrafficMesh& mesh, const Pattern& pattern, double load);

  void delivered(interconnect::NodeId node, const interconnect::PacketHeader& header,
                 std::span<const std::byte> bytes, foundation::Duration at) override;

  /// The first load of a rising series at which latency is three times that of an empty mesh, interpolated;
  /// 0 where it never is.
  static double saturation(const std::vector<LoadPoint>& points);

 private:
  LoadPlan plan_;
  foundation::Duration measured_from_{0};
  foundation::Duration measured_until_{0};
  std::uint64_t sent_ = 0;     ///< of the measured packets
  std::uint64_t arrived_ = 0;  ///< of them
  std::uint64_t accepted_ = 0;
  double latency_ps_ = 0;
  double zero_load_ps_ = 0;
  std::uint64_t runs_ = 0;
};

/// Cycles from readiness at the source to the tail at the destination, alone in the mesh: the link into the
/// mesh, router latency and a cycle per router on the way, and the flits behind the head.
std::int64_t zero_load_cycles(const interconnect::LinkTiming& timing, std::uint32_t hops,
                              std::uint64_t flits);

}  // namespace kirchhoff::testbenches
