#include "interconnect/packet_port.h"

#include <algorithm>
#include <utility>

#include "interconnect/packet_extension.h"
#include "interconnect/packet_time.h"
#include "interconnect/switch_core.h"

namespace kirchhoff::interconnect {

using foundation::Duration;

namespace {

Duration now() {
  return to_duration(sc_core::sc_time_stamp());
}

bool is_access(const tlm::tlm_generic_payload& payload) {
  return head_of(payload)->header.kind == PacketKind::access;
}

}  // namespace

PacketPort::PacketPort(tlm::tlm_base_initiator_socket_b<>& socket, PacketPool& packets,
                       const LinkTiming& timing, Take take)
    : socket_(socket),
      packets_(packets),
      timing_(timing),
      take_(std::move(take)),
      link_(SwitchCore<tlm::tlm_generic_payload*>::buffer_rooms(timing)),
      sender_(link_, timing, static_cast<LinkOwner&>(*this)) {}

BufferRoom PacketPort::room_of(const tlm::tlm_generic_payload& payload) const {
  return buffer_room(head_of(payload)->header, timing_);
}

void PacketPort::wake_at(Duration at) {
  wake_.notify(to_sc_time(std::max(Duration{0}, at - now())));
}

void PacketPort::enqueue(tlm::tlm_generic_payload& payload, Duration at) {
  waiting_.push({at, order_++, &payload});
  wake_at(at);
}

void PacketPort::post(const PacketHeader& header, std::span<const std::byte> bytes, Duration at) {
  auto& payload = packets_.take(header, bytes);
  head_of(payload)->header.channel = 0;  // heads are made from those of the packets that caused them
  enqueue(payload, at);
}

void PacketPort::access(tlm::tlm_generic_payload& payload, Duration& at) {
  Pending pending{&payload};
  accesses_.push_back(&pending);
  enqueue(payload, at);
  while (pending.answered_at < Duration{0}) {
    sc_core::wait(answered_);
  }
  at = pending.answered_at;
}

void PacketPort::step() {
  const Duration at = now();
  take_arrivals(at);
  send_waiting(at);
  while (!answers_.empty() && answers_.top().at <= at) {
    auto& payload = *answers_.top().payload;
    answers_.pop();
    respond(payload);
  }
  Duration next = CreditedLink::never;
  for (const Queue* queue : {&arriving_, &answers_}) {
    next = queue->empty() ? next : std::min(next, queue->top().at);
  }
  if (!waiting_.empty()) {
    next = std::min(next, first_start(at));
  }
  if (next != CreditedLink::never) {
    wake_at(next);
  }
}

// ---- to the router ----------------------------------------------------------------------------------

void PacketPort::send_waiting(Duration at) {
  while (!waiting_.empty()) {
    if (first_start(at) > at) {
      return;
    }
    auto& payload = *waiting_.top().payload;
    waiting_.pop();
    const BufferRoom room = room_of(payload);
    link_.start(room.channel, room.flits, at, at + timing_.link_time(head_of(payload)->header));
    sender_.begin(*socket_.get_base_port().operator->(), payload);
  }
}

/// When the first in the queue can be sent, from `at` on.
Duration PacketPort::first_start(Duration at) const {
  const Waiting& first = waiting_.top();
  const BufferRoom room = room_of(*first.payload);
  return link_.can_start(room.channel, room.flits, std::max(first.at, at));
}

tlm::tlm_sync_enum PacketPort::backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                        sc_core::sc_time& delay) {
  return sender_.backward(payload, phase, delay);
}

void PacketPort::link_freed(Duration at) {
  if (!waiting_.empty()) {
    wake_at(at);
  }
}

void PacketPort::finished(tlm::tlm_generic_payload& payload, Duration at) {
  const auto found = std::find_if(accesses_.begin(), accesses_.end(),
                                  [&](const Pending* pending) { return pending->payload == &payload; });
  if (found == accesses_.end()) {
    payload.release();
    return;
  }
  (*found)->answered_at = at;
  accesses_.erase(found);
  answered_.notify(to_sc_time(at - now()));
}

// ---- from the router --------------------------------------------------------------------------------

tlm::tlm_sync_enum PacketPort::forward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                       sc_core::sc_time& delay) {
  if (phase != tlm::BEGIN_REQ) {
    return tlm::TLM_ACCEPTED;
  }
  const PacketExtension* head = head_of(payload);
  if (head == nullptr) {
    payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    return tlm::TLM_COMPLETED;
  }
  payload.acquire();
  const Duration tail = now() + to_duration(delay) + timing_.arrival_time(head->header);
  delay += to_sc_time(timing_.link_time(head->header));
  arriving_.push({tail, order_++, &payload});
  wake_at(tail);
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

void PacketPort::take_arrivals(Duration at) {
  while (!arriving_.empty() && arriving_.top().at <= at) {
    auto& payload = *arriving_.top().payload;
    arriving_.pop();
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    take_(payload, delay);
    if (is_access(payload)) {
      answers_.push({at + to_duration(delay), order_++, &payload});
    } else {
      respond(payload);  // posted: what follows from it is none of the sender's business
    }
  }
}

void PacketPort::respond(tlm::tlm_generic_payload& payload) {
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  arrivals_from_->get_base_port()->nb_transport_bw(payload, phase, delay);
  payload.release();
}

}  // namespace kirchhoff::interconnect
