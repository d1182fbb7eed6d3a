#include "interconnect/mesh.h"

#include <string>

namespace kirchhoff::interconnect {

Mesh::Mesh(const MeshParameters& parameters, PacketPool& packets, const foundation::Services& services,
           const SocketBinder& binder)
    : topology_(parameters.topology), ledger_(services.ledger) {
  const Topology& topology = topology_;
  group_.timing = parameters.style.timing;
  group_.coding = parameters.style.coding;
  group_.packets = &packets;
  group_.links = LinkTrace{services.trace, topology.node_count()};
  group_.locals.resize(topology.node_count());
  routers_.reserve(topology.node_count());
  for (NodeId node = 0; node < topology.node_count(); ++node) {
    const std::string name =
        "router_" + std::to_string(topology.row_of(node)) + "_" + std::to_string(topology.column_of(node));
    EndpointPorts endpoints;
    if (node == gateway_node) {
      endpoints.inputs =
          static_cast<std::uint8_t>(endpoints.inputs | mask_of(sequencer_port) | mask_of(host_port));
      endpoints.outputs = static_cast<std::uint8_t>(endpoints.outputs | mask_of(sequencer_port));
    }
    routers_.push_back(std::make_unique<Router>(
        name.c_str(), RouterCore{node, topology, parameters.style.timing, parameters.route_entries},
        endpoints, group_, services));
    group_.routers.push_back(routers_.back().get());
    group_.cores.push_back(&routers_.back()->core());
    routers_.back()->core().set_link_fault(parameters.faults.ports(node));
  }
  const sc_core::sc_object* chip = routers_.front()->get_parent_object();
  group_.log = PacketLog{services.transactions, topology, chip == nullptr ? "" : chip->name()};
  for (NodeId node = 0; node < topology.node_count(); ++node) {
    for (const Port port : all_ports) {
      if (topology.has_neighbour(node, port)) {
        binder.bind(at(node).output(port), at(topology.neighbour(node, port)).input(opposite(port)));
      }
    }
  }
}

void Mesh::book_traffic() {
  for (const auto& known : group_.trees) {
    known->traffic.book(known->hops, ledger_);
  }
}

void Mesh::add_traffic(foundation::Ledger& copy) const {
  for (const auto& known : group_.trees) {
    known->traffic.add_to(known->hops, copy);
  }
}

std::uint64_t Mesh::out_of_order() const {
  std::uint64_t sum = 0;
  for (const auto& router : routers_) {
    sum += router->core().out_of_order();
  }
  return sum;
}

void Mesh::save(foundation::StateWriter& writer) const {
  for (const auto& router : routers_) {
    writer(static_cast<const Router&>(*router).core());
  }
}

void Mesh::restore(foundation::StateReader& reader) {
  for (const auto& router : routers_) {
    reader(router->core());
  }
  ++group_.tables_written;
}

void Mesh::reset() {
  for (const auto& router : routers_) {
    router->core().reset();
  }
  ++group_.tables_written;
}

}  // namespace kirchhoff::interconnect
