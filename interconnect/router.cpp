#include "interconnect/router.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "foundation/ledger.h"
#include "interconnect/circuit.h"
#include "interconnect/packet_address.h"
#include "interconnect/packet_extension.h"
#include "interconnect/packet_pool.h"
#include "interconnect/packet_time.h"

namespace kirchhoff::interconnect {

using foundation::Duration;

namespace {

bool is_table_address(std::uint64_t address) {
  return !is_cell_address(address) &&
         (address - node_window_base) % node_window_bytes >= router_access_table_offset;
}

}  // namespace

class Router::Input final : public tlm::tlm_target_socket<>, private tlm::tlm_fw_transport_if<> {
 public:
  Input(const char* name, Router& router, Port port, Reservations* entry)
      : tlm::tlm_target_socket<>(name), router_(router), port_(port), entry_(entry) {
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
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    if (router_.switch_ == nullptr) {
      router_.refuse(payload, tlm::TLM_GENERIC_ERROR_RESPONSE, "non-blocking transport in style lt");
      return tlm::TLM_COMPLETED;
    }
    return router_.switch_->forward(port_, payload, phase, delay);
  }

  Router& router_;
  Port port_;
  Reservations* entry_;
};

class Router::Output final : public tlm::tlm_initiator_socket<>, private tlm::tlm_bw_transport_if<> {
 public:
  Output(const char* name, Router& router, Port port)
      : tlm::tlm_initiator_socket<>(name), router_(router), port_(port) {
    bind(static_cast<tlm::tlm_bw_transport_if<>&>(*this));
  }

 private:
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    return router_.switch_ == nullptr ? tlm::TLM_COMPLETED
                                      : router_.switch_->backward(port_, payload, phase, delay);
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64 /*begin*/, sc_dt::uint64 /*end*/) override {}

  Router& router_;
  Port port_;
};

/// What a neighbour's packets come to that end in a reduction here.
class Router::Summing final : public tlm::tlm_blocking_transport_if<> {
 public:
  Summing(Router& router, Port in) : router_(router), in_(in) {}

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) override {
    const LinkTiming& timing = router_.group_.timing;
    const Duration tail = absolute(delay);
    const Duration length = timing.serialisation(head_of(payload)->header.wire_bits());
    router_.take_summand(in_, payload, tail - length + timing.cycle, tail);
  }

 private:
  Router& router_;
  Port in_;
};

Router::Router(const sc_core::sc_module_name& name, const RouterCore& core, EndpointPorts endpoints,
               RouterGroup& group, const foundation::Services& services)
    : sc_core::sc_module(name),
      group_(group),
      node_(core.node()),
      services_(services),
      trees_(core.route_entries() + 1),
      core_(core) {
  if (group.coding == foundation::CodingStyle::approximately_timed) {
    switch_ = std::make_unique<RouterSwitch>(static_cast<SwitchHost&>(*this), core_, *group.packets);
    SC_HAS_PROCESS(Router);
    SC_METHOD(step_switch);
    sensitive << switch_->woken();
    dont_initialize();
  }
  for (const Port port : all_ports) {
    const std::size_t index = index_of(port);
    const std::string port_name{port_names[index]};
    const bool neighbour = core_.has_neighbour(port);
    if (neighbour || (endpoints.inputs & mask_of(port)) != 0) {
      inputs_[index] = std::make_unique<Input>(("in_" + port_name).c_str(), *this, port,
                                               neighbour ? nullptr : &core_.entry(port));
    }
    if (neighbour && core_.reductions().entries() != 0 && switch_ == nullptr) {
      summing_[index] = std::make_unique<Summing>(*this, port);
    }
    if (neighbour || (endpoints.outputs & mask_of(port)) != 0) {
      outputs_[index] = std::make_unique<Output>(("out_" + port_name).c_str(), *this, port);
      group_.links.declare(node_, port, this->name());
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
  if (switch_ != nullptr) {
    for (const Port port : all_ports) {
      const std::size_t index = index_of(port);
      switch_->connect(port, outputs_[index] ? outputs_[index]->get_base_port().operator->() : nullptr,
                       inputs_[index] ? inputs_[index]->get_base_port().operator->() : nullptr);
    }
  }
}

void Router::step_switch() {
  switch_->step();
}

void Router::passes(Port out, const PacketHeader& header, Duration ready, Duration begin, Duration tail) {
  const std::uint64_t bits = header.wire_bits();
  book_link(services_.ledger, node_, out, header.phase, 1, bits, core_.timing().flits(bits));
  if (group_.links.wanted()) {
    group_.links.passed(node_, out, header.kind, ready, begin, tail);
  }
  if (header.by_table && group_.log.wanted() && ends_behind(out, header.route)) {
    log_delivery(out, header, tail);
  }
}

/// At an endpoint, or in the reduction of the next router.
bool Router::ends_behind(Port out, RouteId route) const {
  return !core_.has_neighbour(out) ||
         group_.cores[core_.topology().neighbour(node_, out)]->reductions().find(route).has_value();
}

void Router::added(const ReductionUnit::Sum& sum) {
  services_.ledger.at(node_, sum.header.phase).router_sums += sum.additions;
}

void Router::reduced(Port in, const PacketHeader& header, Duration end) {
  if (!core_.has_neighbour(in) && group_.log.wanted()) {
    group_.log.reduced(node_, in, header, header.sent_at, end, response_name(tlm::TLM_OK_RESPONSE));
  }
}

void Router::answers(Port in, const tlm::tlm_generic_payload& payload, Duration at) {
  if (!core_.has_neighbour(in) && group_.log.wanted()) {
    log_access(in, payload, head_of(payload)->header.sent_at, at);
  }
}

/// Approximately timed, a packet does not know the rest of its tree; whoever records has it followed again.
void Router::log_delivery(Port out, const PacketHeader& header, Duration tail) const {
  const RouteTree tree{group_.cores, header.source, header.route};
  const auto hops = tree.hops();
  const auto exit = std::find_if(hops.begin(), hops.end(), [&](const RouteTree::Hop& hop) {
    return hop.exit && hop.node == node_ && hop.port == out;
  });
  if (exit != hops.end()) {
    PacketLog::Delivery delivery{group_.log,
                                 header.source,
                                 static_cast<Port>(header.entry_port),
                                 header,
                                 core_.timing().flits(header.wire_bits()),
                                 header.sent_at,
                                 hops};
    delivery.arrived(static_cast<std::size_t>(exit - hops.begin()), tail,
                     response_name(tlm::TLM_OK_RESPONSE));
  }
}

tlm::tlm_target_socket<>& Router::input(Port port) {
  return *inputs_[index_of(port)];
}

tlm::tlm_initiator_socket<>& Router::output(Port port) {
  return *outputs_[index_of(port)];
}

bool Router::owns(const PacketHeader& header, std::uint64_t address) const {
  return !header.by_table && header.destination == core_.node() && is_table_address(address);
}

/// When the head of a packet that is ready at `ready` is here.
Duration Router::arrival_of(Reservations* entry, Duration length, Duration ready) const {
  return entry == nullptr
             ? ready
             : RouterCore::enter_link(*entry, group_.timing.cycle, length, ready, group_.settled);
}

void Router::transport(Reservations* entry, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  PacketExtension* head = head_of(payload);
  // Asked of the group, which is at hand: a router's own members are far apart.
  if (head == nullptr || group_.coding != foundation::CodingStyle::loosely_timed) {
    refuse(payload, tlm::TLM_GENERIC_ERROR_RESPONSE,
           head == nullptr ? "a payload without packet head" : "blocking transport in style at");
    return;
  }
  const PacketHeader& header = head->header;
  if (header.by_table) {
    if (group_.timing.on_wires(header)) {
      follow_wires(entry, header, payload, delay);
    } else {
      follow_table(entry, header, payload, delay);
    }
    return;
  }
  const Duration begin = absolute(delay);
  pass_on(entry, head->header, payload, delay);
  if (entry != nullptr && group_.log.wanted()) {
    log_access(port_of(entry), payload, begin, absolute(delay));
  }
}

/// By XY or the access table, to the next router or the tile.
void Router::pass_on(Reservations* entry, PacketHeader& header, tlm::tlm_generic_payload& payload,
                     sc_core::sc_time& delay) {
  if (owns(header, payload.get_address())) {
    access_table(payload);
    delay += to_sc_time(core_.own_access_time(header.wire_bits(), entry != nullptr));
    return;
  }
  const std::uint8_t ports = core_.ports_of(header);
  if (ports == 0) {
    refuse(payload, tlm::TLM_ADDRESS_ERROR_RESPONSE, "no route");
    return;
  }
  const Port port = all_ports[static_cast<std::size_t>(std::countr_zero(ports))];
  if (!may_go_on(header, port, payload)) {
    return;
  }
  const std::uint64_t bits = header.wire_bits();
  const Duration length = core_.timing().serialisation(bits);
  const Duration kernel = to_duration(sc_core::sc_time_stamp());
  const Duration arrival = arrival_of(entry, length, kernel + to_duration(delay));
  const auto passage = core_.pass_for(port, length, arrival);
  book_link(services_.ledger, core_.node(), port, header.phase, 1, bits, core_.timing().flits(bits));
  if (group_.links.wanted()) {
    group_.links.passed(node_, port, header.kind, arrival + core_.timing().router_latency(), passage.begin,
                        passage.tail);
  }
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
  known.is_reduced_here = tree.is_reduced_at_entry();
  if (known.is_reduced_here) {
    known.fault = "a sum that comes back to its own reduction";
  } else if (tree.fault() != RouteTree::Fault::none) {
    known.fault = tree.fault() == RouteTree::Fault::loop       ? "a route that runs in a circle"
                  : tree.fault() == RouteTree::Fault::disabled ? "a disabled link"
                                                               : "no route";
  } else if (leads_nowhere) {
    known.fault = "the route leaves the mesh";
  }
}

tlm::tlm_blocking_transport_if<>* Router::target_of(const RouteTree::Hop& exit) const {
  const Topology& mesh = core_.topology();
  if (mesh.has_neighbour(exit.node, exit.port)) {
    return group_.routers[mesh.neighbour(exit.node, exit.port)]
        ->summing_[index_of(opposite(exit.port))]
        .get();
  }
  return exit.port == Port::local ? group_.locals[exit.node]
                                  : group_.routers[exit.node]->targets_[index_of(exit.port)];
}

/// The packet itself goes out by its last exit; by the others one share of it, which is the router's own
/// transaction and may be sent again once it has come back.
class Router::Branches {
 public:
  Branches(PacketPool& packets, tlm::tlm_generic_payload& payload, const PacketHeader& header)
      : packets_(packets), payload_(payload), header_(header) {}
  Branches(const Branches&) = delete;
  Branches& operator=(const Branches&) = delete;
  ~Branches() {
    if (share_ != nullptr) {
      share_->release();
    }
  }

  tlm::tlm_response_status deliver(const KnownTree::Exit& exit, bool last, sc_core::sc_time& delay) {
    auto& packet = last ? payload_ : share();
    exit.target->b_transport(packet, delay);
    return packet.get_response_status();
  }

 private:
  tlm::tlm_generic_payload& share() {
    if (share_ == nullptr) {
      share_ = &packets_.share(payload_, header_);
    } else {
      share_->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    }
    return *share_;
  }

  PacketPool& packets_;
  tlm::tlm_generic_payload& payload_;
  const PacketHeader& header_;
  tlm::tlm_generic_payload* share_ = nullptr;
};

void Router::follow_table(Reservations* entry, const PacketHeader& header, tlm::tlm_generic_payload& payload,
                          sc_core::sc_time& delay) {
  if (entry != nullptr) {  // the cells of the arrays push all this out of the cache again and again
    __builtin_prefetch(entry, 1);
  }
  // Endpoints send in turn while this goes on, but no table is written within a call.
  KnownTree& known = tree_of(header.route);
  if (known.fault != nullptr) {
    if (known.is_reduced_here && entry != nullptr) {
      reduce_here(entry, payload, delay);
    } else {
      refuse_route(payload, header.route, known.fault);
    }
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
  if (group.links.wanted()) {
    group_.links.passed(hops, header.kind, group.timing, length, arrival, begins);
  }
  hand_on(known, entry, header, begins, length, payload, delay);
}

void Router::follow_wires(Reservations* entry, const PacketHeader& header, tlm::tlm_generic_payload& payload,
                          sc_core::sc_time& delay) {
  std::vector<Duration> begins;
  if (const KnownTree* known = hold_wires(entry, header, payload, absolute(delay), begins)) {
    hand_on(*known, entry, header, begins, group_.timing.wires->length(header), payload, delay);
  }
}

const KnownTree* Router::hold_wires(Reservations* entry, const PacketHeader& header,
                                    tlm::tlm_generic_payload& payload, Duration ready,
                                    std::vector<Duration>& begins) {
  const KnownTree& known = tree_of(header.route);
  if (known.fault != nullptr) {
    refuse_route(payload, header.route, known.fault);
    return nullptr;
  }
  const auto& wires = *group_.timing.wires;
  const auto hops = known.hops;
  const Duration length = wires.length(header);
  begins.resize(hops.size());
  hold_circuit(hops, {known.wires, hops.size()}, entry == nullptr ? nullptr : &core_.wires_beside(*entry),
               wires.buffer, length, ready, begins, group_.settled);
  const std::uint64_t pulses = DurationWires::pulses(
      header, {reinterpret_cast<const std::byte*>(payload.get_data_ptr()), payload.get_data_length()});
  for (std::size_t i = 0; i < hops.size(); ++i) {
    book_pulses(services_.ledger, hops[i].node, hops[i].port, header.phase, pulses);
    if (group_.links.wanted()) {
      group_.links.passed(hops[i].node, hops[i].port, header.kind, begins[i], begins[i], begins[i] + length);
    }
  }
  return &known;
}

std::optional<Duration> Router::open_circuit(Port in, tlm::tlm_generic_payload& payload) {
  const PacketHeader& header = head_of(payload)->header;
  std::vector<Duration> begins;
  const Duration ready = to_duration(sc_core::sc_time_stamp());
  const KnownTree* const known = hold_wires(&core_.entry(in), header, payload, ready, begins);
  if (known == nullptr) {
    return std::nullopt;
  }
  for (const KnownTree::Exit& exit : known->exits) {
    const RouteTree::Hop& hop = known->hops[exit.hop];
    group_.routers[hop.node]->switch_->send_pulses(hop.port, group_.packets->share(payload, header),
                                                   begins[exit.hop]);
  }
  const auto& wires = *group_.timing.wires;
  return begins.front() - wires.buffer + wires.length(header);
}

void Router::pulses_begin(Port out, const PacketHeader& header, Duration end) {
  if (group_.log.wanted()) {
    log_delivery(out, header, end);
  }
}

/// Calls what is behind the exits, which `begins` and `length` say when.
inline void Router::hand_on(const KnownTree& known, const Reservations* entry, const PacketHeader& header,
                            std::span<const Duration> begins, Duration length,
                            tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (group_.log.wanted()) {
    deliver_logged(known, entry == nullptr ? Port::local : port_of(entry), begins, length, payload, delay);
  } else {
    deliver(known, header, begins, length, payload, delay,
            [](std::size_t /*hop*/, tlm::tlm_response_status) {});
  }
}

/// Tells `delivered` of every exit: its hop and the response.
template <typename Delivered>
inline void Router::deliver(const KnownTree& known, const PacketHeader& header,
                            std::span<const Duration> begins, Duration length,
                            tlm::tlm_generic_payload& payload, sc_core::sc_time& delay,
                            const Delivered& delivered) const {
  const Duration kernel = to_duration(sc_core::sc_time_stamp());
  auto status = tlm::TLM_OK_RESPONSE;
  sc_core::sc_time last = sc_core::SC_ZERO_TIME;
  Branches branches{*group_.packets, payload, header};
  for (const KnownTree::Exit& exit : known.exits) {
    sc_core::sc_time branch = to_sc_time(begins[exit.hop] + length - kernel);
    const auto response = branches.deliver(exit, &exit == &known.exits.back(), branch);
    delivered(exit.hop, response);
    status = response == tlm::TLM_OK_RESPONSE ? status : response;
    last = std::max(last, branch);
  }
  payload.set_response_status(status);
  delay = last;
}

/// Tells the log of every branch. A function of its own: calls nest deep, and the usual ones shall not keep
/// room for it.
void Router::deliver_logged(const KnownTree& known, Port entry, std::span<const Duration> begins,
                            Duration length, tlm::tlm_generic_payload& payload,
                            sc_core::sc_time& delay) const {
  const PacketHeader& header = head_of(payload)->header;
  const std::uint64_t flits = core_.timing().flits(header.wire_bits());
  PacketLog::Delivery logged{group_.log, node_, entry, header, flits, absolute(delay), known.hops};
  deliver(known, header, begins, length, payload, delay,
          [&](std::size_t hop, tlm::tlm_response_status response) {
            logged.arrived(hop, begins[hop] + length, response_name(response));
          });
}

void Router::reduce_here(Reservations* entry, tlm::tlm_generic_payload& payload,
                         const sc_core::sc_time& delay) {
  const PacketHeader& header = head_of(payload)->header;
  const Duration length = group_.timing.serialisation(header.wire_bits());
  const Duration ready = absolute(delay);
  const Duration head = arrival_of(entry, length, ready);
  const Duration tail = head - group_.timing.cycle + length;
  const Port in = port_of(entry);
  take_summand(in, payload, head, tail);
  if (group_.log.wanted()) {
    group_.log.reduced(node_, in, header, ready, tail, response_name(payload.get_response_status()));
  }
}

void Router::take_summand(Port in, tlm::tlm_generic_payload& payload, Duration head, Duration tail) {
  const PacketHeader& header = head_of(payload)->header;
  auto& unit = core_.reductions();
  const auto entry = unit.find(header.route);
  if (!entry) {
    refuse(payload, tlm::TLM_ADDRESS_ERROR_RESPONSE, "no reduction");
    return;
  }
  const std::span<const std::byte> bytes{reinterpret_cast<const std::byte*>(payload.get_data_ptr()),
                                         payload.get_data_length()};
  const auto taken = unit.add(*entry, in, header, bytes, head, tail);
  if (taken.refused != nullptr) {
    refuse(payload, tlm::TLM_GENERIC_ERROR_RESPONSE, taken.refused);
    return;
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  if (taken.sum != nullptr) {
    added(*taken.sum);
    send_sum(*entry, *taken.sum, payload);
  }
}

/// Loosely timed, within the delivery of the last summand, which gets the response.
void Router::send_sum(std::size_t entry, const ReductionUnit::Sum& sum, tlm::tlm_generic_payload& last) {
  core_.reductions().left(entry);  // nothing waits in this style: the next one may come
  auto& watchdog = group_.packets->watchdog();
  if (!watchdog.enter()) {
    refuse(last, tlm::TLM_GENERIC_ERROR_RESPONSE, "a sum that is one packet too many");
    return;
  }
  auto& packet = group_.packets->take(sum.header, sum.bytes);
  sc_core::sc_time delay = offset_of(sum.ready);
  follow_table(nullptr, head_of(packet)->header, packet, delay);
  watchdog.leave();
  last.set_response_status(packet.get_response_status());
  packet.release();
}

Port Router::port_of(const Reservations* entry) const {
  return *std::find_if(all_ports.begin(), all_ports.end(),
                       [&](Port port) { return &core_.entry(port) == entry; });
}

void Router::log_access(Port entry, const tlm::tlm_generic_payload& payload, Duration begin,
                        Duration end) const {
  const PacketExtension* head = head_of(payload);
  if (head != nullptr && !head->header.by_table && head->header.destination < core_.topology().node_count()) {
    group_.log.accessed(node_, entry, head->header, core_.timing().flits(head->header.wire_bits()),
                        payload.get_address(), payload.is_read(), is_table_address(payload.get_address()),
                        begin, end, response_name(payload.get_response_status()));
  }
}

unsigned Router::debug(tlm::tlm_generic_payload& payload) {
  PacketExtension* head = head_of(payload);
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
      if (!core_.link_enabled(port) || head->header.hops++ >= core_.topology().node_count()) {
        return 0;
      }
      return outputs_[index_of(port)]->get_base_port()->transport_dbg(payload);
    }
  }
  return 0;
}

void Router::access_register(tlm::tlm_generic_payload& payload, std::uint64_t offset) {
  std::uint32_t word = 0;
  if (payload.get_data_length() != sizeof word || offset % sizeof word != 0) {
    refuse(payload, tlm::TLM_BURST_ERROR_RESPONSE, "a router register access that is not one aligned word");
    return;
  }
  const auto value = core_.read_register(offset);
  if (!value) {
    refuse(payload, tlm::TLM_ADDRESS_ERROR_RESPONSE, "a router register that does not exist");
    return;
  }
  if (payload.is_write()) {
    std::memcpy(&word, payload.get_data_ptr(), sizeof word);
    if (!core_.write_register(offset, word)) {
      refuse(payload, tlm::TLM_COMMAND_ERROR_RESPONSE, "a router register that can only be read");
      return;
    }
    ++group_.tables_written;
  } else if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), &*value, sizeof *value);
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

void Router::access_table(tlm::tlm_generic_payload& payload) {
  const std::uint64_t in_window = (payload.get_address() - node_window_base) % node_window_bytes;
  if (in_window < router_table_offset) {
    access_register(payload, in_window);
    return;
  }
  const std::uint64_t offset = in_window - router_table_offset;
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

/// No address error: what is accessed may well be there.
bool Router::may_go_on(PacketHeader& header, Port port, tlm::tlm_generic_payload& payload) {
  if (!core_.link_enabled(port) || targets_[index_of(port)] == nullptr) {
    refuse(payload, tlm::TLM_GENERIC_ERROR_RESPONSE, disabled_link(node_, port));
    return false;
  }
  if (header.hops++ >= core_.topology().node_count()) {
    refuse(payload, tlm::TLM_GENERIC_ERROR_RESPONSE, "an access whose way runs in a circle");
    return false;
  }
  return true;
}

std::string Router::disabled_link(NodeId node, Port port) const {
  const Topology& mesh = core_.topology();
  const auto place = [&](NodeId at) {
    return std::to_string(mesh.row_of(at)) + "," + std::to_string(mesh.column_of(at));
  };
  if (!mesh.has_neighbour(node, port)) {
    return "the link from router " + place(node) +
           (port == Port::local ? " to its tile"
                                : " to what is at its " + std::string{port_names[index_of(port)]}) +
           " is disabled";
  }
  return "the link from router " + place(node) + " to " + place(mesh.neighbour(node, port)) + " is disabled";
}

/// Not worth remembering: refused packets are no traffic.
void Router::refuse_route(tlm::tlm_generic_payload& payload, RouteId route, const char* why) {
  const RouteTree tree{group_.cores, node_, route};
  refuse(
      payload, tlm::TLM_ADDRESS_ERROR_RESPONSE,
      tree.fault() == RouteTree::Fault::disabled ? disabled_link(tree.fault_node(), tree.fault_port()) : why);
}

void Router::refuse(tlm::tlm_generic_payload& payload, tlm::tlm_response_status status,
                    const std::string& why) {
  payload.set_response_status(status);
  if (!reported_) {  // once: a wrong route table would repeat it for every packet
    reported_ = true;
    SC_REPORT_WARNING("/kirchhoff/router", (std::string{name()} + ": " + why).c_str());
  }
}

}  // namespace kirchhoff::interconnect
