#include "interconnect/four_phase_initiator.h"

#include <algorithm>

namespace kirchhoff::interconnect {

struct FourPhaseInitiator::Transaction : tlm::tlm_mm_interface {
  Transaction() : payload(this) { payload.acquire(); }
  void free(tlm::tlm_generic_payload* /*payload*/) override { delete this; }

  tlm::tlm_generic_payload payload;
  sc_core::sc_time request_ends;
  sc_core::sc_time response_at;
  bool request_over = false;
  bool response_here = false;
  bool completed = false;  ///< by the target: no END_RESP wanted
};

void FourPhaseInitiator::settle(tlm::tlm_phase phase, const sc_core::sc_time& delay,
                                Transaction& transaction) {
  const sc_core::sc_time at = sc_core::sc_time_stamp() + delay;
  if (phase == tlm::END_REQ || (phase == tlm::BEGIN_RESP && !transaction.request_over)) {
    transaction.request_over = true;
    transaction.request_ends = at;
  }
  if (phase == tlm::BEGIN_RESP) {
    transaction.response_here = true;
    transaction.response_at = at;
  }
  changed_.notify(sc_core::SC_ZERO_TIME);
}

void FourPhaseInitiator::transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (delay > sc_core::SC_ZERO_TIME) {
    sc_core::wait(delay);
    delay = sc_core::SC_ZERO_TIME;
  }
  while (requesting_) {
    sc_core::wait(changed_);
  }
  requesting_ = true;
  auto& transaction = *new Transaction;  // until the last of us and the target releases it
  auto& sent = transaction.payload;
  sent.set_command(payload.get_command());
  sent.set_address(payload.get_address());
  sent.set_data_ptr(payload.get_data_ptr());
  sent.set_data_length(payload.get_data_length());
  sent.set_streaming_width(payload.get_streaming_width());
  sent.set_byte_enable_ptr(payload.get_byte_enable_ptr());
  sent.set_byte_enable_length(payload.get_byte_enable_length());
  under_way_.push_back(&transaction);
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time annotated = sc_core::SC_ZERO_TIME;
  const auto status = socket_.get_base_port()->nb_transport_fw(sent, phase, annotated);
  if (status == tlm::TLM_COMPLETED) {
    transaction.completed = true;
    settle(tlm::BEGIN_RESP, annotated, transaction);
  } else if (status == tlm::TLM_UPDATED) {
    settle(phase, annotated, transaction);
  }
  while (!transaction.request_over) {
    sc_core::wait(changed_);
  }
  if (transaction.request_ends > sc_core::sc_time_stamp()) {
    sc_core::wait(transaction.request_ends - sc_core::sc_time_stamp());
  }
  requesting_ = false;
  changed_.notify(sc_core::SC_ZERO_TIME);
  while (!transaction.response_here) {
    sc_core::wait(changed_);
  }
  if (transaction.response_at > sc_core::sc_time_stamp()) {
    sc_core::wait(transaction.response_at - sc_core::sc_time_stamp());
  }
  under_way_.erase(std::find(under_way_.begin(), under_way_.end(), &transaction));
  if (!transaction.completed) {
    phase = tlm::END_RESP;
    annotated = sc_core::SC_ZERO_TIME;
    socket_.get_base_port()->nb_transport_fw(sent, phase, annotated);
  }
  payload.set_response_status(sent.get_response_status());
  payload.set_dmi_allowed(sent.is_dmi_allowed());
  sent.release();
}

tlm::tlm_sync_enum FourPhaseInitiator::backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                                sc_core::sc_time& delay) {
  const auto found = std::find_if(under_way_.begin(), under_way_.end(),
                                  [&](const Transaction* known) { return &known->payload == &payload; });
  if (found != under_way_.end()) {
    settle(phase, delay, **found);
  }
  return tlm::TLM_ACCEPTED;
}

}  // namespace kirchhoff::interconnect
