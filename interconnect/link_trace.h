#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "foundation/trace_sink.h"
#include "interconnect/packet.h"
#include "interconnect/route_tree.h"
#include "interconnect/topology.h"

namespace kirchhoff::interconnect {

/// Name of a kind of packet, in capitals, for waveforms and logs.
std::string_view name_of(PacketKind kind);

/// What passes the output ports of a mesh's routers, as waveforms: a part for each port, below its router.
///
/// The state is the kind of the packet that the link is taken by. The queue counts packets that wait for the
/// link or pass it: from the instant at which the head could take it (router latency included) until the
/// tail has passed. The links from endpoints into the mesh are not shown.
class LinkTrace {
 public:
  LinkTrace() = default;  ///< nobody listens
  /// Nobody listens where the sink is null.
  LinkTrace(foundation::TraceSink* sink, std::size_t nodes);

  void declare(NodeId node, Port port, std::string_view router);

  /// Is there anybody to tell?
  [[nodiscard]] bool wanted() const { return any_ && sink_->states_wanted(); }

  /// A packet that could take the link at `ready`, took it at `begin`, and is past at `tail`.
  void passed(NodeId node, Port port, PacketKind kind, foundation::Duration ready, foundation::Duration begin,
              foundation::Duration tail) {
    const Signal part = parts_[node * all_ports.size() + index_of(port)];
    if (part != foundation::TraceSink::unheard) {
      sink_->served(part, ready, begin, tail, name_of(kind));
    }
  }

  /// The same for all links of a tree, as pass_along() took them.
  void passed(std::span<const RouteTree::Hop> hops, PacketKind kind, const LinkTiming& timing,
              foundation::Duration length, foundation::Duration arrival,
              std::span<const foundation::Duration> begins);

 private:
  using Signal = foundation::TraceSink::Signal;

  foundation::TraceSink* sink_ = nullptr;
  bool any_ = false;
  std::vector<Signal> parts_;  ///< by node and port; apart from the routers, close together
};

}  // namespace kirchhoff::interconnect
