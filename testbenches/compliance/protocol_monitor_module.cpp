#include "testbenches/compliance/protocol_monitor_module.h"

#include <utility>

namespace kirchhoff::testbenches {

namespace {

Transaction view(const tlm::tlm_generic_payload& payload) {
  Transaction t;
  t.id = &payload;
  t.command = payload.is_read() ? Command::read : payload.is_write() ? Command::write : Command::ignore;
  t.address = payload.get_address();
  t.data = payload.get_data_ptr();
  t.length = payload.get_data_length();
  t.streaming_width = payload.get_streaming_width();
  t.byte_enables = payload.get_byte_enable_ptr();
  t.byte_enable_length = payload.get_byte_enable_length();
  t.status = payload.get_response_status();
  t.dmi_hint = payload.is_dmi_allowed();
  t.managed = payload.has_mm();
  t.references = payload.get_ref_count();
  return t;
}

Moment moment(const sc_core::sc_time& delay = sc_core::SC_ZERO_TIME) {
  return {sc_core::sc_time_stamp().value(), sc_core::sc_delta_count(), delay.value()};
}

Answer answer_of(tlm::tlm_sync_enum status) {
  return status == tlm::TLM_ACCEPTED  ? Answer::accepted
         : status == tlm::TLM_UPDATED ? Answer::updated
                                      : Answer::completed;
}

/// Keeps a payload alive until a call is looked at that may have released it.
class Held {
 public:
  explicit Held(tlm::tlm_generic_payload& payload)
      : payload_(payload), held_(payload.has_mm() && payload.get_ref_count() > 0) {
    if (held_) {
      payload_.acquire();
    }
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    if (held_) {
      payload_.release();
    }
  }

 private:
  tlm::tlm_generic_payload& payload_;
  bool held_;
};

}  // namespace

ProtocolMonitor::ProtocolMonitor(const sc_core::sc_module_name& name, const std::string& socket,
                                 ComplianceSession& session, std::shared_ptr<PayloadBook> payloads)
    : sc_core::sc_module(name),
      target_socket("target_socket"),
      initiator_socket("initiator_socket"),
      socket_(socket),
      rules_(socket, session),
      payloads_(std::move(payloads)) {
  target_socket.bind(static_cast<tlm::tlm_fw_transport_if<>&>(*this));
  initiator_socket.bind(static_cast<tlm::tlm_bw_transport_if<>&>(*this));
}

void ProtocolMonitor::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  payloads_->watch(payload, socket_);
  const auto process = sc_core::sc_get_current_process_handle();
  const bool from_thread = !process.valid() || process.proc_kind() != sc_core::SC_METHOD_PROC_;
  const auto call = rules_.blocking_call(view(payload), moment(delay), from_thread);
  initiator_socket->b_transport(payload, delay);
  rules_.blocking_return(call, view(payload), moment(delay));
}

tlm::tlm_sync_enum ProtocolMonitor::nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                                    sc_core::sc_time& delay) {
  payloads_->watch(payload, socket_);
  const auto call = rules_.forward_call(view(payload), phase, moment(delay));
  const Held held{payload};
  const auto status = initiator_socket->nb_transport_fw(payload, phase, delay);
  rules_.forward_return(call, view(payload), answer_of(status), phase, moment(delay));
  return status;
}

tlm::tlm_sync_enum ProtocolMonitor::nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                                    sc_core::sc_time& delay) {
  const auto call = rules_.backward_call(view(payload), phase, moment(delay));
  const Held held{payload};
  const auto status = target_socket->nb_transport_bw(payload, phase, delay);
  rules_.backward_return(call, view(payload), answer_of(status), phase, moment(delay));
  return status;
}

unsigned ProtocolMonitor::transport_dbg(tlm::tlm_generic_payload& payload) {
  const auto call = rules_.debug_call(view(payload), moment());
  const unsigned bytes = initiator_socket->transport_dbg(payload);
  rules_.debug_return(call, view(payload), bytes, moment());
  return bytes;
}

bool ProtocolMonitor::get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
  const auto call = rules_.debug_call(view(payload), moment());
  const bool given = initiator_socket->get_direct_mem_ptr(payload, dmi);
  rules_.direct_memory(
      call, view(payload), given,
      {dmi.get_start_address(), dmi.get_end_address(), dmi.get_dmi_ptr(), !dmi.is_none_allowed()}, moment());
  return given;
}

void ProtocolMonitor::invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) {
  rules_.invalidated(first, last, moment());
  target_socket->invalidate_direct_mem_ptr(first, last);
}

}  // namespace kirchhoff::testbenches
