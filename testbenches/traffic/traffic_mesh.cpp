#include "testbenches/traffic/traffic_mesh.h"

#include <string>

namespace kirchhoff::testbenches {

using namespace interconnect;

TrafficMesh::TrafficMesh(const sc_core::sc_module_name& name, Topology topology, const MeshStyle& style,
                         std::size_t route_entries, TrafficListener& listener, const SocketBinder& binder)
    : sc_core::sc_module(name),
      style_(style),
      ledger_(topology.node_count()),
      services_{ledger_},
      mesh_({topology, style, route_entries}, packets_, services_, binder),
      sequencer_("sequencer", topology.node_count(), style, packets_, listener),
      host_("host", topology.node_count() + 1, style, packets_, listener),
      nowhere_("nowhere") {
  for (NodeId node = 0; node < topology.node_count(); ++node) {
    nodes_.push_back(std::make_unique<TrafficNode>(("node_" + std::to_string(node)).c_str(), node, style,
                                                   packets_, listener));
    binder.bind(mesh_.exit(node, Port::local), nodes_.back()->input);
    binder.bind(nodes_.back()->output, mesh_.entry(node, Port::local));
  }
  binder.bind(mesh_.exit(gateway_node, sequencer_port), sequencer_.input);
  binder.bind(sequencer_.output, mesh_.entry(gateway_node, sequencer_port));
  binder.bind(host_.output, mesh_.entry(gateway_node, host_port));
  nowhere_.bind(host_.input);
}

bool TrafficMesh::is_at_rest() {
  bool rest = packets_.in_flight() == 0;
  for (NodeId node = 0; node < mesh_.topology().node_count(); ++node) {
    const RouterSwitch* const timed = mesh_.at(node).timed();
    rest = rest && (timed == nullptr || timed->is_at_rest());
  }
  return rest;
}

PacketHeader flit_to(NodeId source, NodeId destination, foundation::Duration at) {
  PacketHeader header;
  header.kind = PacketKind::activation;
  header.by_table = false;
  header.source = source;
  header.destination = destination;
  header.sent_at = at;
  return header;
}

}  // namespace kirchhoff::testbenches
