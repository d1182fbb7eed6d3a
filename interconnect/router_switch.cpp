#include "interconnect/router_switch.h"

#include <algorithm>
#include <bit>

#include "interconnect/packet_extension.h"
#include "interconnect/packet_time.h"

namespace kirchhoff::interconnect {

using foundation::Duration;

namespace {

std::uint8_t ports_to_routers(const RouterCore& core) {
  std::uint8_t mask = 0;
  for (const Port port : all_ports) {
    mask = static_cast<std::uint8_t>(mask | (core.has_neighbour(port) ? mask_of(port) : 0));
  }
  return mask;
}

Duration now() {
  return to_duration(sc_core::sc_time_stamp());
}

}  // namespace

RouterSwitch::RouterSwitch(SwitchHost& host, RouterCore& core, PacketPool& packets)
    : host_(host), core_(core), packets_(packets), switch_(core.timing(), ports_to_routers(core)) {
  senders_.reserve(all_ports.size());
  for (const Port out : all_ports) {
    senders_.emplace_back(switch_.link(out), core.timing(), static_cast<LinkOwner&>(*this));
  }
}

void RouterSwitch::connect(Port port, tlm::tlm_fw_transport_if<>* forward,
                           tlm::tlm_bw_transport_if<>* backward) {
  forward_[index_of(port)] = forward;
  backward_[index_of(port)] = backward;
}

void RouterSwitch::set_link(Port out, bool up) {
  switch_.link(out).set_up(up);
  wake_at(now());
}

bool RouterSwitch::is_at_rest() const {
  bool credits_back = true;
  for (const Port port : all_ports) {
    credits_back = credits_back && switch_.link(port).is_at_rest();
  }
  return credits_back && switch_.is_empty() && accesses_.empty() && answers_.empty() && pulses_.empty() &&
         core_.reductions().is_empty();
}

void RouterSwitch::wake_at(Duration at) {
  // The event keeps the earliest of its notifications; step() looks for the next.
  wake_.notify(to_sc_time(std::max(Duration{0}, at - now())));
}

// ---- what comes in ----------------------------------------------------------------------------------

tlm::tlm_sync_enum RouterSwitch::forward(Port in, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                         sc_core::sc_time& delay) {
  return phase == tlm::BEGIN_REQ ? request(in, payload, phase, delay) : tlm::TLM_ACCEPTED;  // or END_RESP
}

/// What is wrong with the way of a packet from here, in words; empty if nothing.
std::string RouterSwitch::fault_of(Port in, const PacketHeader& header, std::uint8_t ports) const {
  if (ports == 0) {
    return "no route";
  }
  for (const Port out : all_ports) {
    if ((ports & mask_of(out)) == 0) {
      continue;
    }
    if (forward_[index_of(out)] == nullptr) {
      return "the route leaves the mesh";
    }
    if (!core_.link_enabled(out)) {
      return host_.disabled_link(core_.node(), out);
    }
    if (!has_router(in) || !has_router(out)) {
      continue;
    }
    if (is_u_turn(in, out)) {
      return "a route that turns back";
    }
    if (switch_.next_channel(in, out, header.channel) >= core_.timing().virtual_channels) {
      return "a route with more turns from a column into a row than there are channels for";
    }
  }
  return {};
}

bool RouterSwitch::is_under_way(const tlm::tlm_generic_payload& access) const {
  return std::any_of(accesses_.begin(), accesses_.end(),
                     [&](const Access& known) { return known.payload == &access; });
}

bool RouterSwitch::may_pass(Port in, PacketHeader& header, std::uint8_t ports,
                            tlm::tlm_generic_payload& payload) {
  if (is_under_way(payload)) {  // it would wait for the buffer that it holds itself
    host_.refuse(payload, tlm::TLM_GENERIC_ERROR_RESPONSE, "an access whose way runs in a circle");
    return false;
  }
  if (header.kind == PacketKind::access && ports != 0) {
    return host_.may_go_on(header, all_ports[static_cast<std::size_t>(std::countr_zero(ports))], payload);
  }
  const std::string fault = fault_of(in, header, ports);
  if (!fault.empty()) {
    host_.refuse(payload, tlm::TLM_ADDRESS_ERROR_RESPONSE, fault);
  }
  return fault.empty();
}

tlm::tlm_sync_enum RouterSwitch::request(Port in, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                         sc_core::sc_time& delay) {
  const auto& timing = core_.timing();
  PacketExtension* head = head_of(payload);
  if (head == nullptr) {
    host_.refuse(payload, tlm::TLM_GENERIC_ERROR_RESPONSE, "a payload without packet head");
    return tlm::TLM_COMPLETED;
  }
  const PacketHeader& header = head->header;
  const bool access = header.kind == PacketKind::access;
  const Duration begin = now() + to_duration(delay);
  const Duration length = timing.serialisation(header.wire_bits());
  const Duration arrival = begin + timing.cycle;
  if (access && host_.owns(header, payload.get_address())) {
    payload.acquire();
    // An endpoint's own router is asked at once.
    const bool from_endpoint = !has_router(in);
    answers_.push_back(
        {&payload, in,
         (from_endpoint ? begin : arrival) + core_.own_access_time(header.wire_bits(), from_endpoint), true});
    wake_at(answers_.back().at);
  } else if (timing.on_wires(header)) {
    head->header.entry_port = static_cast<std::uint8_t>(in) & 0xfU;
    const auto until = host_.open_circuit(in, payload);
    if (!until) {
      return tlm::TLM_COMPLETED;
    }
    payload.acquire();
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    answers_.push_back({&payload, in, *until, false});
    wake_at(*until);
  } else if (const auto entry = header.by_table ? core_.reductions().find(header.route) : std::nullopt) {
    return reduce(*entry, in, payload, delay);
  } else {
    const std::uint8_t ports = core_.ports_of(header);
    if (!may_pass(in, head->header, ports, payload)) {
      delay += to_sc_time(length);
      return tlm::TLM_COMPLETED;
    }
    if (!has_router(in)) {
      head->header.entry_port = static_cast<std::uint8_t>(in) & 0xfU;
    }
    payload.acquire();
    const BufferRoom room = buffer_room(header, timing);
    const Duration ready = arrival + timing.router_latency();
    switch_.arrive(in, room.channel, {&payload, ports, room.flits, length, ready, begin + length, access});
    wake_at(ready);
  }
  phase = tlm::END_REQ;
  delay += to_sc_time(timing.link_time(header));
  return tlm::TLM_UPDATED;
}

// ---- circuits ---------------------------------------------------------------------------------------

void RouterSwitch::send_pulses(Port out, tlm::tlm_generic_payload& packet, Duration at) {
  pulses_.push_back({&packet, out, at});
  wake_at(at);
}

/// Told to the endpoint as soon as no packet is being told; false: not yet.
bool RouterSwitch::begin_pulses(const Pulses& pulses, Duration now) {
  CreditedLink& link = switch_.link(pulses.out);
  if (pulses.at > now || link.can_start(0, 0, now) > now) {
    return false;
  }
  auto& header = head_of(*pulses.packet)->header;
  header.channel = 0;
  host_.pulses_begin(pulses.out, header, now + core_.timing().arrival_time(header));
  link.start(0, 0, now, now);
  senders_[index_of(pulses.out)].begin(*forward_[index_of(pulses.out)], *pulses.packet);
  return true;
}

// ---- reductions -------------------------------------------------------------------------------------

/// Whatever comes is taken in as it comes, or refused; it never waits.
tlm::tlm_sync_enum RouterSwitch::reduce(std::size_t entry, Port in, tlm::tlm_generic_payload& payload,
                                        sc_core::sc_time& delay) {
  const PacketHeader& header = head_of(payload)->header;
  const auto& timing = core_.timing();
  const Duration begin = now() + to_duration(delay);
  const Duration length = timing.serialisation(header.wire_bits());
  const std::span<const std::byte> bytes{reinterpret_cast<const std::byte*>(payload.get_data_ptr()),
                                         payload.get_data_length()};
  const auto taken = core_.reductions().add(entry, in, header, bytes, begin + timing.cycle, begin + length);
  delay += to_sc_time(length);
  if (taken.refused != nullptr) {
    host_.refuse(payload, tlm::TLM_GENERIC_ERROR_RESPONSE, taken.refused);
    return tlm::TLM_COMPLETED;
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  host_.reduced(in, header, begin + length);
  if (taken.sum != nullptr) {
    host_.added(*taken.sum);
    send_sum(entry, *taken.sum, payload);
  }
  return tlm::TLM_COMPLETED;
}

/// The last summand's sender is told where the sum cannot go on.
void RouterSwitch::send_sum(std::size_t entry, const ReductionUnit::Sum& sum,
                            tlm::tlm_generic_payload& last) {
  const auto& timing = core_.timing();
  const std::uint8_t ports = core_.ports_of(sum.header);
  std::string fault = core_.reductions().find(sum.header.route) ? "a sum that comes back to its own reduction"
                                                                : fault_of(Port::local, sum.header, ports);
  if (fault.empty() && !packets_.watchdog().may_follow(packets_.in_flight())) {
    fault = "a sum that is one packet too many";
  }
  if (!fault.empty()) {
    core_.reductions().left(entry);
    host_.refuse(last, tlm::TLM_ADDRESS_ERROR_RESPONSE, fault);
    return;
  }
  auto& packet = packets_.take(sum.header, sum.bytes);
  sums_.push_back({&packet, entry});
  const BufferRoom room = buffer_room(sum.header, timing);
  const Duration ready = sum.ready + timing.router_latency();
  switch_.arrive_sum(entry, {&packet, ports, room.flits, timing.serialisation(sum.header.wire_bits()), ready,
                             sum.complete, false});
  wake_at(ready);
}

// ---- what goes out ----------------------------------------------------------------------------------

void RouterSwitch::step() {
  const Duration at = now();
  for (std::size_t i = 0; i < answers_.size();) {
    if (answers_[i].at <= at) {
      const Answer due = answers_[i];
      answers_.erase(answers_.begin() + static_cast<std::ptrdiff_t>(i));
      answer(due);
    } else {
      ++i;
    }
  }
  for (std::size_t i = 0; i < pulses_.size();) {
    const Pulses due = pulses_[i];
    if (begin_pulses(due, at)) {
      pulses_.erase(pulses_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  switch_.advance(
      at,
      [this](const Stored& stored, const auto& departure) {
        start(stored, departure.in, departure.out, departure.channel);
      },
      [this](tlm::tlm_generic_payload* payload, Port in) {
        const auto own = std::find_if(sums_.begin(), sums_.end(),
                                      [&](const OwnSum& sum) { return sum.payload == payload; });
        if (own != sums_.end()) {
          core_.reductions().left(own->entry);
          sums_.erase(own);
          payload->release();
          return;
        }
        payload->set_response_status(tlm::TLM_OK_RESPONSE);
        respond(in, *payload);
      });
  Duration next = switch_.next(at);
  for (const Answer& later : answers_) {
    next = std::min(next, later.at);
  }
  for (const Pulses& later : pulses_) {
    next = std::min(next, switch_.link(later.out).can_start(0, 0, std::max(later.at, at)));
  }
  if (next != CreditedLink::never) {
    wake_at(next);
  }
}

void RouterSwitch::start(const Stored& stored, Port in, Port out, std::size_t channel) {
  const PacketHeader& header = head_of(*stored.packet)->header;
  host_.passes(out, header, stored.ready, now(), now() + stored.length);
  if (stored.kept) {
    accesses_.push_back({stored.packet, in});
    senders_[index_of(out)].begin(*forward_[index_of(out)], *stored.packet);
    return;
  }
  auto& packet = packets_.share(*stored.packet, header);
  head_of(packet)->header.channel = static_cast<std::uint8_t>(channel) & 0xfU;
  senders_[index_of(out)].begin(*forward_[index_of(out)], packet);
}

tlm::tlm_sync_enum RouterSwitch::backward(Port out, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                          sc_core::sc_time& delay) {
  return senders_[index_of(out)].backward(payload, phase, delay);
}

void RouterSwitch::link_freed(Duration at) {
  if (switch_.has_waiting() || !pulses_.empty()) {
    wake_at(at);
  }
}

void RouterSwitch::finished(tlm::tlm_generic_payload& payload, Duration at) {
  const auto found = std::find_if(accesses_.begin(), accesses_.end(),
                                  [&](const Access& known) { return known.payload == &payload; });
  if (found == accesses_.end()) {
    payload.release();
    return;
  }
  const std::uint64_t answer =
      PacketHeader::header_bits + (payload.is_read() ? std::uint64_t{8} * payload.get_data_length() : 0);
  const auto& timing = core_.timing();
  answers_.push_back(
      {&payload, found->in, at + timing.router_latency() + timing.serialisation(answer), false});
  accesses_.erase(found);
  wake_at(answers_.back().at);
}

void RouterSwitch::answer(const Answer& answer) {
  if (answer.own) {
    host_.access_table(*answer.payload);
  }
  host_.answers(answer.in, *answer.payload, now());
  respond(answer.in, *answer.payload);
}

/// Ends the transaction on an input link.
void RouterSwitch::respond(Port in, tlm::tlm_generic_payload& payload) {
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  backward_[index_of(in)]->nb_transport_bw(payload, phase, delay);
  payload.release();
}

}  // namespace kirchhoff::interconnect
