#pragma once

#include <cstdint>

#include "foundation/ledger.h"
#include "interconnect/route_tree.h"

namespace kirchhoff::interconnect {

/// What `packets` at a link cost the node that sends on it; the local port is no link between routers.
inline void book_link(foundation::Ledger& ledger, NodeId node, Port port, foundation::Phase phase,
                      std::uint64_t packets, std::uint64_t bits, std::uint64_t flits) {
  auto& activity = ledger.at(node, phase);
  activity.router_flits += flits;
  if (port != Port::local) {
    activity.bit_hops += bits;
    ledger.counters().hops += packets;
  }
}

/// What the pulses of a vector cost on the duration wires of a link.
inline void book_pulses(foundation::Ledger& ledger, NodeId node, Port port, foundation::Phase phase,
                        std::uint64_t pulses) {
  auto& activity = ledger.at(node, phase);
  activity.pulse_buffers += pulses;
  if (port != Port::local) {
    activity.pulse_hops += pulses;
    ++ledger.counters().hops;
  }
}

/// Packets that went along a tree and are not in the ledger yet.
///
/// A packet costs the same at every link of its way, so that counting it once is enough until somebody looks.
class TreeTraffic {
 public:
  /// A packet in `phase`; what another phase left is booked first.
  void add(std::span<const RouteTree::Hop> hops, foundation::Phase phase, std::uint64_t bits,
           std::uint64_t flits, foundation::Ledger& ledger) {
    if (phase != phase_) {
      book(hops, ledger);
      phase_ = phase;
    }
    ++packets_;
    bits_ += bits;
    flits_ += flits;
  }

  /// Moves what is counted to the nodes that send on these links.
  void book(std::span<const RouteTree::Hop> hops, foundation::Ledger& ledger);
  /// Adds it to a copy of the ledger, and keeps it.
  void add_to(std::span<const RouteTree::Hop> hops, foundation::Ledger& ledger) const;

 private:
  std::uint64_t bits_ = 0;
  std::uint64_t flits_ = 0;
  std::uint32_t packets_ = 0;
  foundation::Phase phase_ = foundation::Phase::setup;
};

}  // namespace kirchhoff::interconnect
