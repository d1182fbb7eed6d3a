#include "interconnect/router.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <string>

#include "foundation/ledger.h"
#include "interconnect/circuit.h"
#include "interconnect/packet_address.h"
#include "interconnect/packet_extension.h"
#include "interconnect/packet_pool.h"
#include "interconnect/packet_time.h"

namespace kirchhoff::interconnect {

using foundation::Duration;
using foundation::TraceSink;

namespace {

constexpr std::array<std::string_view, 10> kKindNames{"ACTIVATION", "PARTIAL_SUM", "LAYER_OUTPUT", "REPORT",
                                                      "EXPONENT",   "DELTA",       "BACK_PARTIAL", "TRANSFER",
                                                      "DONE",       "ACCESS"};

}  // namespace

class Router::Input final : public tlm::tlm_target_socket<>, private tlm::tlm_fw_transport_if<> {
 public:
  Input(const char* name, Router& router, Reservations* entry)
      : tlm::tlm_target_socket<>(name), router_(router), entry_(entry) {
    bind(static_cast<tlm::tlm_fw_transport_if<>&>(*this));
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) override {
    router_.transport(entry_, payload, delay);
  }
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) override { return router_.debug(payload); }
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& /*payload*/, tlm::tlm_dmi& dmi) override {
    dmi.init();
    return false;
  }
  /// Loosely timed only: a non-blocking call is answered with an error at once.
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& /*delay*/) override {
    router_.refuse(payload, tlm::TLM_GENERIC_ERROR_RESPONSE, "non-blocking transport");
    phase = tlm::BEGIN_RESP;
    return tlm::TLM_COMPLETED;
  }

  Router& router_;
  Reservations* entry_;
};

class Router::Output final : public tlm::tlm_initiator_socket<>, private tlm::tlm_bw_transport_if<> {
 public:
  explicit Output(const char* name) : tlm::tlm_initiator_socket<>(name) {
    bind(static_cast<tlm::tlm_bw_transport_if<>&>(*this));
  }

 private:
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& /*payload*/, tlm::tlm_phase& /*phase*/,
                                     sc_core::sc_time& /*delay*/) override {
    return tlm::TLM_COMPLETED;
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64 /*begin*/, sc_dt::uint64 /*end*/) override {}
};

Router::Router(const sc_core::sc_module_name& name, const RouterCore& core, EndpointPorts endpoints,
               RouterGroup& group, const foundation::Services& services)
    : sc_core::sc_module(name),
      group_(group),
      node_(core.node()),
      services_(services),
      trees_(core.route_entries() + 1),
      core_(core) {
  for (const Port port : all_ports) {
    const std::size_t index = index_of(port);
    const std::string port_name{port_names[index]};
    const bool neighbour = core_.has_neighbour(port);
    if (neighbour || (endpoints.inputs & mask_of(port)) != 0) {
      inputs_[index] = std::make_unique<Input>(("in_" + port_name).c_str(), *this,
                                               neighbour ? nullptr : &core_.entry(port));
    }
    if (neighbour || (endpoints.outputs & mask_of(port)) != 0) {
      outputs_[index] = std::make_unique<Output>(("out_" + port_name).c_str());
      if (services_.trace != nullptr) {
        link_signals_[index] =
            services_.trace->declare(this->name(), "link_" + port_name, TraceSink::Kind::text);
      }
    }
  }
}

Router::~Router() = default;

void Router::end_of_elaboration() {
  for (const Port port : all_ports) {
    if (outputs_[index_of(port)]) {
      targets_[index_of(port)] = outputs_[index_of(port)]->get_base_port().operator->();
    }
  }
  group_.locals[node_] = targets_[index_of(Port::local)];
}

tlm::tlm_target_socket<>& Router::input(Port port) {
  return *inputs_[index_of(port)];
}

tlm::tlm_initiator_socket<>& Router::output(Port port) {
  return *outputs_[index_of(port)];
}

bool Router::owns(const PacketHeader& header, std::uint64_t address) const {
  return !header.by_table && header.destination == core_.node() && !is_cell_address(address) &&
         (address - node_window_base) % node_window_bytes >= router_table_offset;
}

/// When the head of a packet that is ready at `ready` is here.
Duration Router::arrival_of(Reservations* entry, Duration length, Duration ready) const {
  return entry == nullptr
             ? ready
             : RouterCore::enter_link(*entry, group_.timing.cycle, length, ready, group_.settled);
}

void Router::transport(Reservations* entry, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const PacketExtension* head = head_of(payload);
  if (head == nullptr) {
    refuse(payload, tlm::TLM_GENERIC_ERROR_RESPONSE, "a payload without packet head");
    return;
  }
  const PacketHeader& header = head->header;
  if (header.by_table) {
    if (group_.timing.wires && DurationWires::carries(header.kind)) {
      follow_wires(entry, header, payload, delay);
    } else {
      follow_table(entry, header, payload, delay);
    }
    return;
  }
  if (owns(header, payload.get_address())) {
    access_table(payload);
    delay += to_sc_time(core_.timing().router_latency());
    return;
  }
  const std::uint8_t ports = core_.ports_of(header);
  if (ports == 0) {
    refuse(payload, tlm::TLM_ADDRESS_ERROR_RESPONSE, "no route");
    return;
  }
  const Port port = all_ports[static_cast<std::size_t>(std::countr_zero(ports))];
  const std::uint64_t bits = header.wire_bits();
  const Duration length = core_.timing().serialisation(bits);
  const Duration kernel = to_duration(sc_core::sc_time_stamp());
  const Duration arrival = arrival_of(entry, length, kernel + to_duration(delay));
  const auto passage = core_.pass_for(port, length, arrival);
  book_link(services_.ledger, core_.node(), port, header.phase, 1, bits, core_.timing().flits(bits));
  trace_passage(port, header, passage.begin, passage.tail);
  delay = to_sc_time((core_.has_neighbour(port) ? passage.head : passage.tail) - kernel);
  targets_[index_of(port)]->b_transport(payload, delay);
  if (header.kind == PacketKind::access) {
    // The answer travels back: one flit of head, and the data that was read.
    const std::uint64_t answer =
        PacketHeader::header_bits + (payload.is_read() ? std::uint64_t{8} * payload.get_data_length() : 0);
    delay += to_sc_time(core_.timing().router_latency() + core_.timing().serialisation(answer));
  }
}

KnownTree& Router::tree_of(RouteId route) {
  if (route < group_.fronts.size()) {
    const auto& front = group_.fronts[route];
    if (front.node == node_ && front.tree != nullptr && front.tree->tables_written == group_.tables_written) {
      return *front.tree;
    }
  }
  return find_tree(route);
}

KnownTree& Router::find_tree(RouteId route) {
  if (route >= trees_.size()) {
    trees_.resize(std::size_t{route} + 1);
  }
  auto& known = trees_[route];
  if (known == nullptr) {
    std::pmr::polymorphic_allocator<> memory{&group_.tree_memory};
    known = group_.trees.emplace_back(memory.new_object<KnownTree>());
    if (route >= group_.fronts.size()) {
      group_.fronts.resize(std::size_t{route} + 1);
    }
    auto& front = group_.fronts[route];
    front = front.tree == nullptr ? RouterGroup::Front{known, node_} : front;
  }
  if (known->tables_written != group_.tables_written) {
    follow(route, *known);
  }
  return *known;
}

void Router::follow(RouteId route, KnownTree& known) const {
  known.traffic.book(known.hops, services_.ledger);
  known.tables_written = group_.tables_written;
  const RouteTree tree{group_.cores, node_, route};
  const auto hops = tree.hops();
  std::pmr::polymorphic_allocator<> memory{&group_.tree_memory};
  auto* const kept = memory.allocate_object<RouteTree::Hop>(hops.size());
  auto* const links = memory.allocate_object<Reservations*>(hops.size());
  auto* const exits = memory.allocate_object<KnownTree::Exit>(hops.size());
  std::size_t exit_count = 0;
  bool leads_nowhere = false;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    std::construct_at(kept + i, hops[i]);
    std::construct_at(links + i, &group_.cores[hops[i].node]->link(hops[i].port));
    if (hops[i].exit) {
      std::construct_at(exits + exit_count, KnownTree::Exit{target_of(hops[i]), i});
      leads_nowhere = leads_nowhere || exits[exit_count].target == nullptr;
      ++exit_count;
    }
  }
  known.hops = {kept, hops.size()};
  known.links = links;
  if (group_.timing.wires) {
    auto* const wires = memory.allocate_object<Reservations*>(hops.size());
    for (std::size_t i = 0; i < hops.size(); ++i) {
      std::construct_at(wires + i, &group_.cores[hops[i].node]->wires(hops[i].port));
    }
    known.wires = wires;
  }
  known.exits = {exits, exit_count};
  known.fault = nullptr;
  if (tree.fault() != RouteTree::Fault::none) {
    known.fault = tree.fault() == RouteTree::Fault::loop ? "a route that runs in a circle" : "no route";
  } else if (leads_nowhere) {
    known.fault = "the route leaves the mesh";
  }
}

tlm::tlm_blocking_transport_if<>* Router::target_of(const RouteTree::Hop& exit) const {
  return exit.port == Port::local ? group_.locals[exit.node]
                                  : group_.routers[exit.node]->targets_[index_of(exit.port)];
}

void Router::follow_table(Reservations* entry, const PacketHeader& header, tlm::tlm_generic_payload& payload,
                          sc_core::sc_time& delay) {
  if (entry != nullptr) {  // the cells of the arrays push all this out of the cache again and again
    __builtin_prefetch(entry, 1);
  }
  // Endpoints send in turn while this goes on, but no table is written within a call.
  KnownTree& known = tree_of(header.route);
  if (known.fault != nullptr) {
    refuse(payload, tlm::TLM_ADDRESS_ERROR_RESPONSE, known.fault);
    return;
  }
  const auto hops = known.hops;
  const RouterGroup& group = group_;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    __builtin_prefetch(known.links[i], 1);
  }
  for (const KnownTree::Exit& exit : known.exits) {
    __builtin_prefetch(exit.target);
  }
  const std::uint64_t bits = header.wire_bits();
  const std::uint64_t flits = group_.timing.flits(bits);
  const Duration length = group_.timing.cycle * static_cast<std::int64_t>(flits);
  const Duration kernel = to_duration(sc_core::sc_time_stamp());
  const Duration arrival = arrival_of(entry, length, kernel + to_duration(delay));
  constexpr std::size_t kUsual = 32;
  std::array<Duration, kUsual> few;
  std::vector<Duration> many(hops.size() > kUsual ? hops.size() : 0);
  const std::span<Duration> begins{hops.size() > kUsual ? many.data() : few.data(), hops.size()};
  pass_along(hops, {known.links, hops.size()}, group.timing, length, arrival, begins, group.settled);
  known.traffic.add(hops, header.phase, bits, flits, services_.ledger);
  if (group_.trace != nullptr) {
    for (std::size_t i = 0; i < hops.size(); ++i) {
      group_.routers[hops[i].node]->trace_passage(hops[i].port, header, begins[i], begins[i] + length);
    }
  }
  deliver(known, begins.data(), length, payload, delay);
}

void Router::follow_wires(Reservations* entry, const PacketHeader& header, tlm::tlm_generic_payload& payload,
                          sc_core::sc_time& delay) {
  const KnownTree& known = tree_of(header.route);
  if (known.fault != nullptr) {
    refuse(payload, tlm::TLM_ADDRESS_ERROR_RESPONSE, known.fault);
    return;
  }
  const auto& wires = *group_.timing.wires;
  const auto hops = known.hops;
  const Duration length = wires.length(header);
  std::vector<Duration> begins(hops.size());
  hold_circuit(hops, {known.wires, hops.size()}, entry == nullptr ? nullptr : &core_.wires_beside(*entry),
               wires.buffer, length, to_duration(sc_core::sc_time_stamp()) + to_duration(delay), begins,
               group_.settled);
  const std::uint64_t pulses = DurationWires::pulses(
      header, {reinterpret_cast<const std::byte*>(payload.get_data_ptr()), payload.get_data_length()});
  for (std::size_t i = 0; i < hops.size(); ++i) {
    book_pulses(services_.ledger, hops[i].node, hops[i].port, header.phase, pulses);
    if (group_.trace != nullptr) {
      group_.routers[hops[i].node]->trace_passage(hops[i].port, header, begins[i], begins[i] + length);
    }
  }
  deliver(known, begins.data(), length, payload, delay);
}

void Router::deliver(const KnownTree& known, const Duration* begins, Duration length,
                     tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const Duration kernel = to_duration(sc_core::sc_time_stamp());
  if (known.exits.size() == 1) {
    delay = to_sc_time(begins[known.exits[0].hop] + length - kernel);
    known.exits[0].target->b_transport(payload, delay);
    return;
  }
  auto status = tlm::TLM_OK_RESPONSE;
  sc_core::sc_time last = delay;
  for (const KnownTree::Exit& exit : known.exits) {
    sc_core::sc_time branch = to_sc_time(begins[exit.hop] + length - kernel);
    PacketCopies::Copy copy{group_.copies, payload};
    exit.target->b_transport(copy.payload(), branch);
    if (!copy.payload().is_response_ok()) {
      status = copy.payload().get_response_status();
    }
    last = std::max(last, branch);
  }
  payload.set_response_status(status);
  delay = last;
}

void Router::trace_passage(Port port, const PacketHeader& header, Duration begin, Duration tail) {
  if (services_.trace != nullptr && services_.trace->states_wanted()) {
    const auto signal = link_signals_[index_of(port)];
    services_.trace->text(signal, begin, kKindNames[static_cast<std::size_t>(header.kind)]);
    services_.trace->text(signal, tail, foundation::TraceSink::idle_state);
  }
}

unsigned Router::debug(tlm::tlm_generic_payload& payload) {
  const PacketExtension* head = head_of(payload);
  if (head == nullptr || head->header.by_table) {
    return 0;
  }
  if (owns(head->header, payload.get_address())) {
    if (!payload.is_read() || payload.get_data_length() != sizeof(std::uint32_t)) {
      return 0;
    }
    access_table(payload);
    return payload.is_response_ok() ? payload.get_data_length() : 0;
  }
  const std::uint8_t ports = core_.ports_of(head->header);
  for (const Port port : all_ports) {
    if ((ports & mask_of(port)) != 0 && outputs_[index_of(port)]) {
      return outputs_[index_of(port)]->get_base_port()->transport_dbg(payload);
    }
  }
  return 0;
}

void Router::access_table(tlm::tlm_generic_payload& payload) {
  const std::uint64_t offset =
      (payload.get_address() - node_window_base) % node_window_bytes - router_table_offset;
  const std::size_t entry = offset / sizeof(std::uint32_t);
  if (payload.get_data_length() != sizeof(std::uint32_t) || offset % sizeof(std::uint32_t) != 0) {
    refuse(payload, tlm::TLM_BURST_ERROR_RESPONSE, "a route table access that is not one aligned word");
    return;
  }
  if (entry >= core_.route_entries()) {
    refuse(payload, tlm::TLM_ADDRESS_ERROR_RESPONSE, "a route table entry that does not exist");
    return;
  }
  std::uint32_t word = 0;
  if (payload.is_write()) {
    std::memcpy(&word, payload.get_data_ptr(), sizeof word);
    core_.set_route(entry, static_cast<std::uint8_t>(word & 0x1fU));
    ++group_.tables_written;
  } else if (payload.is_read()) {
    word = core_.route(entry);
    std::memcpy(payload.get_data_ptr(), &word, sizeof word);
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

void Router::refuse(tlm::tlm_generic_payload& payload, tlm::tlm_response_status status, const char* why) {
  payload.set_response_status(status);
  if (!reported_) {  // once: a wrong route table would repeat it for every packet
    reported_ = true;
    SC_REPORT_WARNING("/kirchhoff/router", (std::string{name()} + ": " + why).c_str());
  }
}

}  // namespace kirchhoff::interconnect
