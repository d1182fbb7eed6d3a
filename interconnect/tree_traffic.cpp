#include "interconnect/tree_traffic.h"

namespace kirchhoff::interconnect {

void TreeTraffic::book(std::span<const RouteTree::Hop> hops, foundation::Ledger& ledger) {
  if (packets_ == 0) {
    return;
  }
  for (const auto& hop : hops) {
    auto& activity = ledger.at(hop.node, phase_);
    activity.router_flits += flits_;
    if (hop.port != Port::local) {
      activity.bit_hops += bits_;
      ledger.counters().hops += packets_;
    }
  }
  bits_ = 0;
  flits_ = 0;
  packets_ = 0;
}

}  // namespace kirchhoff::interconnect
