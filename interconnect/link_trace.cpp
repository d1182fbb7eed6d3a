#include "interconnect/link_trace.h"

#include <array>
#include <string>

namespace kirchhoff::interconnect {

using foundation::Duration;
using foundation::TraceSink;

std::string_view name_of(PacketKind kind) {
  static constexpr std::array<std::string_view, 10> kNames{
      "ACTIVATION", "PARTIAL_SUM",  "LAYER_OUTPUT", "REPORT", "EXPONENT",
      "DELTA",      "BACK_PARTIAL", "TRANSFER",     "DONE",   "ACCESS"};
  return kNames[static_cast<std::size_t>(kind)];
}

LinkTrace::LinkTrace(TraceSink* sink, std::size_t nodes)
    : sink_(sink), parts_(nodes * all_ports.size(), TraceSink::unheard) {}

void LinkTrace::declare(NodeId node, Port port, std::string_view router) {
  if (sink_ != nullptr) {
    const std::string scope = std::string{router} + '.' + std::string{port_names[index_of(port)]};
    const Signal part = sink_->declare_part(scope);
    parts_[node * all_ports.size() + index_of(port)] = part;
    any_ = any_ || part != TraceSink::unheard;
  }
}

void LinkTrace::passed(std::span<const RouteTree::Hop> hops, PacketKind kind, const LinkTiming& timing,
                       Duration length, Duration arrival, std::span<const Duration> begins) {
  const Duration latency = timing.router_latency();
  for (std::size_t i = 0; i < hops.size(); ++i) {
    const RouteTree::Hop& hop = hops[i];
    const Duration head = hop.before == RouteTree::root ? arrival : begins[hop.before] + timing.cycle;
    passed(hop.node, hop.port, kind, head + latency, begins[i], begins[i] + length);
  }
}

}  // namespace kirchhoff::interconnect
