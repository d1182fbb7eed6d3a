#include "interconnect/packet_log.h"

#include <string>

#include "interconnect/link_trace.h"

namespace kirchhoff::interconnect {

using foundation::Duration;
using foundation::Transaction;

namespace {

std::uint32_t data_bytes(const PacketHeader& header) {
  return header.count * static_cast<std::uint32_t>(bytes_of(header.format));
}

}  // namespace

PacketLog::PacketLog(foundation::TransactionListener* listener, const Topology& topology,
                     std::string_view scope)
    : listener_(listener), topology_(topology) {
  if (listener_ == nullptr) {
    return;
  }
  const std::string chip = scope.empty() ? std::string{} : std::string{scope} + '.';
  sequencer_ = listener_->party(chip + "sequencer");
  host_interface_ = listener_->party(chip + "host_interface");
  for (NodeId node = 0; node < topology.node_count(); ++node) {
    const std::string place =
        std::to_string(topology.row_of(node)) + '_' + std::to_string(topology.column_of(node));
    tiles_.push_back(listener_->party(chip + "tile_" + place));
    routers_.push_back(listener_->party(chip + "router_" + place));
  }
}

Transaction::Party PacketLog::endpoint(NodeId node, Port port) const {
  if (port == Port::local) {
    return tiles_[node];
  }
  return port == sequencer_port ? sequencer_ : host_interface_;
}

/// A sum of several packets is the router's own.
Transaction::Party PacketLog::sender(NodeId node, Port entry, const PacketHeader& header) const {
  return header.summands > 1 ? routers_[node] : endpoint(node, entry);
}

PacketLog::Delivery::Delivery(const PacketLog& log, NodeId node, Port entry, const PacketHeader& header,
                              std::uint64_t flits, Duration ready, std::span<const RouteTree::Hop> hops)
    : log_(log),
      hops_(hops),
      bits_(static_cast<double>(header.wire_bits())),
      flits_(static_cast<double>(flits)),
      exits_behind_(hops.size(), 0) {
  for (std::size_t i = 0; i < hops.size(); ++i) {
    if (hops[i].exit) {
      for (std::size_t hop = i; hop != RouteTree::root; hop = hops[hop].before) {
        ++exits_behind_[hop];
      }
    }
  }
  transaction_.initiator = log.sender(node, entry, header);
  transaction_.bytes = data_bytes(header);
  transaction_.begin = ready;
  transaction_.kind = name_of(header.kind);
  transaction_.phase = header.phase;
}

void PacketLog::Delivery::arrived(std::size_t hop, Duration end, std::string_view response) {
  const auto& last = hops_[hop];
  transaction_.target = log_.topology_.has_neighbour(last.node, last.port)
                            ? log_.routers_[log_.topology_.neighbour(last.node, last.port)]
                            : log_.endpoint(last.node, last.port);
  transaction_.end = end;
  transaction_.response = response;
  double links = 0;
  double routers = 0;
  for (std::size_t on_way = hop; on_way != RouteTree::root; on_way = hops_[on_way].before) {
    const double share = 1.0 / exits_behind_[on_way];
    routers += share;
    links += hops_[on_way].port == Port::local ? 0.0 : share;
  }
  transaction_.bit_hops = bits_ * links;
  transaction_.router_flits = flits_ * routers;
  log_.listener_->completed(transaction_);
}

void PacketLog::reduced(NodeId node, Port entry, const PacketHeader& header, Duration ready, Duration end,
                        std::string_view response) const {
  Transaction transaction;
  transaction.initiator = sender(node, entry, header);
  transaction.target = routers_[node];
  transaction.bytes = data_bytes(header);
  transaction.begin = ready;
  transaction.end = end;
  transaction.kind = name_of(header.kind);
  transaction.phase = header.phase;
  transaction.response = response;
  listener_->completed(transaction);
}

void PacketLog::accessed(NodeId node, Port entry, const PacketHeader& header, std::uint64_t flits,
                         std::uint64_t address, bool read, bool in_router, Duration begin, Duration end,
                         std::string_view response) const {
  Transaction transaction;
  transaction.initiator = endpoint(node, entry);
  transaction.target = in_router ? routers_[header.destination] : tiles_[header.destination];
  transaction.command = read ? Transaction::Command::read : Transaction::Command::write;
  transaction.bytes = header.count;
  transaction.begin = begin;
  transaction.end = end;
  transaction.kind = name_of(header.kind);
  transaction.phase = header.phase;
  transaction.address = address;
  transaction.response = response;
  const double links = topology_.hops(node, header.destination);
  transaction.bit_hops = links * static_cast<double>(header.wire_bits());
  transaction.router_flits = (links + (in_router ? 0 : 1)) * static_cast<double>(flits);
  listener_->completed(transaction);
}

}  // namespace kirchhoff::interconnect
