#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "foundation/state_fields.h"
#include "interconnect/link.h"
#include "interconnect/reduction_unit.h"
#include "interconnect/topology.h"

namespace kirchhoff::interconnect {

/// A router without its sockets: route table, output links, timing.
///
/// Modelled: table-routed multicast trees; accesses by XY or, where the access table has another port for
/// their destination, by that; links that are broken or switched off; router latency, link width, one packet
/// at a time per output link (wormhole: the head moves on, the link stays taken until the tail has passed);
/// duration wires beside the links, where the mesh has some; partial sums added on their way (ReductionUnit).
/// Not here: virtual channels, credits and buffer limits (SwitchCore).
class RouterCore {
 public:
  RouterCore(NodeId node, Topology topology, LinkTiming timing, std::size_t route_entries)
      : node_(node),
        topology_(topology),
        timing_(timing),
        table_(route_entries, 0),
        reductions_(node, timing) {
    if (timing_.wires) {
      wires_.resize(2 * all_ports.size());
    }
    for (const Port port : all_ports) {
      neighbours_ |= topology.has_neighbour(node, port) ? mask_of(port) : std::uint8_t{0};
    }
  }

  /// Output ports as a mask of mask_of(Port); 0: no such route.
  [[nodiscard]] std::uint8_t ports_of(const PacketHeader& header) const {
    if (header.by_table) {
      return header.route < table_.size() ? table_[header.route] : std::uint8_t{0};
    }
    return header.destination < topology_.node_count() ? mask_of(access_port(header.destination))
                                                       : std::uint8_t{0};
  }

  /// The way of an access to `destination`: as the access table has it, else XY.
  [[nodiscard]] Port access_port(NodeId destination) const {
    const std::uint8_t detour = access_table_.empty() ? std::uint8_t{0} : access_table_[destination];
    return detour == 0 ? topology_.next_port_xy(node_, destination) : all_ports[detour - 1U];
  }

  /// Can a packet leave here? False where the link is broken, or switched off by LINK_ENABLE.
  [[nodiscard]] bool link_enabled(Port port) const {
    return (link_enable_ & ~link_fault_ & mask_of(port)) != 0;
  }
  /// Links that are broken for good, a mask of mask_of(Port); power-on does not repair them.
  void set_link_fault(std::uint8_t mask) { link_fault_ = mask & 0x1f; }

  /// Is what comes in here sent by an endpoint (tile, sequencer, host interface)?
  [[nodiscard]] bool is_entry(Port port) const { return !has_neighbour(port); }
  [[nodiscard]] bool has_neighbour(Port port) const { return (neighbours_ & mask_of(port)) != 0; }

  /// Takes the link between an endpoint and this router for a packet ready at `ready`; returns the arrival of
  /// its head.
  foundation::Duration enter(Port port, std::uint64_t bits, foundation::Duration ready) {
    return enter_link(entries_[index_of(port)], timing_.cycle, timing_.serialisation(bits), ready);
  }
  /// The same where the link and the time are at hand.
  static foundation::Duration enter_link(Reservations& entry, foundation::Duration cycle,
                                         foundation::Duration length, foundation::Duration ready,
                                         foundation::Duration settled = foundation::Duration::min()) {
    return entry.reserve(ready, length, settled) + cycle;
  }
  [[nodiscard]] Reservations& entry(Port port) { return entries_[index_of(port)]; }
  [[nodiscard]] const Reservations& entry(Port port) const { return entries_[index_of(port)]; }

  struct Passage {
    foundation::Duration begin;  ///< the link is taken from here
    foundation::Duration head;   ///< arrival of the head at the other end
    foundation::Duration tail;   ///< arrival of the tail: the packet is complete
  };
  /// Takes the output link for a packet whose head is here at `arrival`.
  Passage pass(Port port, std::uint64_t bits, foundation::Duration arrival) {
    return pass_for(port, timing_.serialisation(bits), arrival);
  }
  /// The same for a packet that takes a link for `length`.
  Passage pass_for(Port port, foundation::Duration length, foundation::Duration arrival) {
    const auto begin = links_[index_of(port)].reserve(arrival + timing_.router_latency(), length);
    return {begin, begin + timing_.cycle, begin + length};
  }
  [[nodiscard]] Reservations& link(Port port) { return links_[index_of(port)]; }

  /// From the arrival of an access's head (an endpoint's own router: from its start) until the router has
  /// done it: once it is through the pipeline and complete.
  [[nodiscard]] foundation::Duration own_access_time(std::uint64_t bits, bool from_endpoint) const {
    const auto behind_head =
        timing_.serialisation(bits) - (from_endpoint ? foundation::Duration{0} : timing_.cycle);
    return std::max(timing_.router_latency(), behind_head);
  }

  /// The duration wires beside a link, and beside the entry link that this is; only where the mesh has some.
  [[nodiscard]] Reservations& wires(Port port) { return wires_[index_of(port)]; }
  [[nodiscard]] Reservations& wires_beside(const Reservations& entry) {
    return wires_[all_ports.size() + static_cast<std::size_t>(&entry - entries_.data())];
  }

  /// Mask of a table entry; entries beyond the table read as 0 and ignore writes (returns false).
  [[nodiscard]] std::uint8_t route(std::size_t entry) const {
    return entry < table_.size() ? table_[entry] : 0;
  }
  bool set_route(std::size_t entry, std::uint8_t mask);
  [[nodiscard]] std::size_t route_entries() const { return table_.size(); }

  [[nodiscard]] ReductionUnit& reductions() { return reductions_; }
  [[nodiscard]] const ReductionUnit& reductions() const { return reductions_; }

  /// Router registers, access and reduction table by their offset in the node's window, router_registers.h.
  /// Null or false where there is none; of a read-only register, a write returns false, too.
  [[nodiscard]] std::optional<std::uint32_t> read_register(std::uint64_t offset) const;
  bool write_register(std::uint64_t offset, std::uint32_t value);

  [[nodiscard]] NodeId node() const { return node_; }
  [[nodiscard]] const Topology& topology() const { return topology_; }
  [[nodiscard]] const LinkTiming& timing() const { return timing_; }
  [[nodiscard]] std::uint64_t out_of_order() const;

  /// The tables are empty, all links on that are not broken, and nothing is on them, as after power-on. What
  /// was counted stays.
  void reset();

 private:
  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(std::span{self.table_}, self.access_table_, self.link_enable_, self.links_, self.entries_);
    if (!self.wires_.empty()) {
      archive(std::span{self.wires_});
    }
    if (self.reductions_.entries() != 0) {
      archive(self.reductions_);
    }
  }

  NodeId node_;
  Topology topology_;
  LinkTiming timing_;
  std::uint8_t neighbours_ = 0;      ///< mask of ports with a router behind them
  std::uint8_t link_enable_ = 0x1f;  ///< mask of ports
  std::uint8_t link_fault_ = 0;      ///< mask of ports
  std::vector<std::uint8_t> table_;
  std::vector<std::uint8_t> access_table_;  ///< by node: 0 XY, else 1 + port; empty: all XY
  std::array<Reservations, 5> links_;       ///< outgoing
  std::array<Reservations, 5> entries_;     ///< incoming, from endpoints
  std::vector<Reservations> wires_;         ///< beside links_, then beside entries_
  ReductionUnit reductions_;
};

}  // namespace kirchhoff::interconnect
