#include "interconnect/tree_traffic.h"

namespace kirchhoff::interconnect {

void TreeTraffic::add_to(std::span<const RouteTree::Hop> hops, foundation::Ledger& ledger) const {
  if (packets_ == 0) {
    return;
  }
  for (const auto& hop : hops) {
    book_link(ledger, hop.node, hop.port, phase_, packets_, bits_, flits_);
  }
}

void TreeTraffic::book(std::span<const RouteTree::Hop> hops, foundation::Ledger& ledger) {
  add_to(hops, ledger);
  bits_ = 0;
  flits_ = 0;
  packets_ = 0;
}

}  // namespace kirchhoff::interconnect
