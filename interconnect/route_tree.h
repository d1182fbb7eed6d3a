#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "interconnect/router_core.h"

namespace kirchhoff::interconnect {

/// The way of a table-routed packet from the router where it enters the mesh to all its exits.
///
/// Tables change when the host programs them, packets come by the million: the way is followed once.
class RouteTree {
 public:
  /// A link on the way.
  struct Hop {
    Reservations* link = nullptr;
    NodeId node = 0;           ///< that sends
    std::uint16_t before = 0;  ///< hop that leads here; `root` from the entry
    Port port = Port::local;
    bool exit = false;  ///< to an endpoint
  };
  static constexpr std::uint16_t root = 0xffff;

  enum class Fault : std::uint8_t { none, missing, loop };

  RouteTree() = default;
  /// Its hops will lie in `memory`, which must outlive it.
  explicit RouteTree(std::pmr::memory_resource& memory) : hops_(&memory) {}
  /// Follows the tables of `routers` (by node) from `entry`. With a fault there are no hops.
  RouteTree(std::span<RouterCore* const> routers, NodeId entry, RouteId route);

  [[nodiscard]] std::span<const Hop> hops() const { return hops_; }
  [[nodiscard]] std::size_t exits() const {
    return static_cast<std::size_t>(
        std::count_if(hops_.begin(), hops_.end(), [](const Hop& hop) { return hop.exit; }));
  }
  [[nodiscard]] Fault fault() const { return fault_; }

  /// Takes all links for a packet of this length whose head is at the entry at `arrival`; passages[i] belongs
  /// to hops()[i]. `settled` as for Reservations.
  void pass(foundation::Duration length, foundation::Duration arrival,
            std::span<RouterCore::Passage> passages,
            foundation::Duration settled = foundation::Duration::min()) const {
    for (std::size_t i = 0; i < hops_.size(); ++i) {
      const Hop& hop = hops_[i];
      passages[i] = RouterCore::pass_link(*hop.link, latency_, cycle_, length,
                                          hop.before == root ? arrival : passages[hop.before].head, settled);
    }
  }

 private:
  void follow(std::span<RouterCore* const> routers, NodeId node, RouteId route, std::uint16_t before);

  std::pmr::vector<Hop> hops_;  ///< every hop behind the one that leads to it
  Fault fault_ = Fault::missing;
  foundation::Duration latency_{0};  ///< of every router
  foundation::Duration cycle_{0};
};

}  // namespace kirchhoff::interconnect
