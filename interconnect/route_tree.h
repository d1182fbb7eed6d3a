#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "interconnect/router_core.h"

namespace kirchhoff::interconnect {

/// The way of a table-routed packet from the router where it enters the mesh, or where it has been put
/// together from others (ReductionUnit), to all its exits.
///
/// Tables change when the host programs them, packets come by the million: the way is followed once.
class RouteTree {
 public:
  /// A link on the way. Small, because all trees in use are read for every example.
  struct Hop {
    std::uint16_t node = 0;    ///< that sends
    std::uint16_t before = 0;  ///< hop that leads here; `root` from the entry
    Port port = Port::local;
    bool exit = false;  ///< ends behind it: at an endpoint, or in a router's reduction
  };
  static constexpr std::uint16_t root = 0xffff;

  /// `disabled`: over a link that is broken or switched off.
  enum class Fault : std::uint8_t { none, missing, loop, disabled };

  RouteTree() = default;
  /// Follows the tables of `routers` (by node) from `entry`. With a fault there are no hops.
  RouteTree(std::span<RouterCore* const> routers, NodeId entry, RouteId route);

  /// The router at the entry adds the packets up itself: a way without hops.
  [[nodiscard]] bool is_reduced_at_entry() const { return reduced_at_entry_; }
  /// Every hop behind the one that leads to it.
  [[nodiscard]] std::span<const Hop> hops() const { return hops_; }
  [[nodiscard]] Fault fault() const { return fault_; }
  /// Where the fault is: the router, and of a disabled link its port. Of no meaning without a fault.
  [[nodiscard]] NodeId fault_node() const { return fault_node_; }
  [[nodiscard]] Port fault_port() const { return fault_port_; }

 private:
  void follow(std::span<RouterCore* const> routers, NodeId node, RouteId route, std::uint16_t before);

  std::vector<Hop> hops_;
  bool reduced_at_entry_ = false;
  Fault fault_ = Fault::missing;
  NodeId fault_node_ = 0;
  Port fault_port_ = Port::local;
};

/// Takes the links of a tree for a packet of this length whose head is at the entry at `arrival`; links[i]
/// belongs to hops[i] and is taken from begins[i] on. `settled` as for Reservations.
inline void pass_along(std::span<const RouteTree::Hop> hops, std::span<Reservations* const> links,
                       const LinkTiming& timing, foundation::Duration length, foundation::Duration arrival,
                       std::span<foundation::Duration> begins,
                       foundation::Duration settled = foundation::Duration::min()) {
  const foundation::Duration latency = timing.router_latency();
  const foundation::Duration hop_time =
      latency + timing.cycle;  // the head moves on one cycle behind its begin
  for (std::size_t i = 0; i < hops.size(); ++i) {
    const std::uint16_t before = hops[i].before;
    begins[i] = links[i]->reserve(before == RouteTree::root ? arrival + latency : begins[before] + hop_time,
                                  length, settled);
  }
}

}  // namespace kirchhoff::interconnect
