#include "interconnect/link_sender.h"

#include "interconnect/packet_pool.h"
#include "interconnect/packet_time.h"

namespace kirchhoff::interconnect {

using foundation::Duration;

void LinkSender::begin(tlm::tlm_fw_transport_if<>& target, tlm::tlm_generic_payload& payload) {
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  switch (target.nb_transport_fw(payload, phase, delay)) {
    case tlm::TLM_ACCEPTED:
      requesting_ = &payload;
      link_.release(CreditedLink::never);
      break;
    case tlm::TLM_UPDATED:
      backward(payload, phase, delay);
      break;
    case tlm::TLM_COMPLETED:
      link_.release(absolute(delay));
      end(payload, absolute(delay));
      break;
  }
}

tlm::tlm_sync_enum LinkSender::backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                        const sc_core::sc_time& delay) {
  if (phase == tlm::END_REQ || (phase == tlm::BEGIN_RESP && requesting_ == &payload)) {
    end_request(absolute(delay));
  }
  if (phase != tlm::BEGIN_RESP) {
    return tlm::TLM_ACCEPTED;
  }
  end(payload, absolute(delay));
  phase = tlm::END_RESP;
  return tlm::TLM_COMPLETED;
}

void LinkSender::end_request(Duration at) {
  requesting_ = nullptr;
  link_.release(at);
  owner_.link_freed(at);
}

void LinkSender::end(tlm::tlm_generic_payload& payload, Duration at) {
  const BufferRoom room = buffer_room(head_of(payload)->header, timing_);
  link_.give_back(room.channel, room.flits, at + timing_.cycle);
  owner_.link_freed(at + timing_.cycle);
  owner_.finished(payload, at);
}

}  // namespace kirchhoff::interconnect
