#pragma once

#include <memory>
#include <systemc>
#include <tlm>

#include "testbenches/compliance/payload_watch.h"
#include "testbenches/compliance/socket_rules.h"

namespace kirchhoff::testbenches {

/// Sits between the two sockets of a pair, hands every call on as it is and checks it against SocketRules.
///
/// It adds neither time nor delta cycles. Payloads with a memory manager get an extension that tells when
/// they are gone, and one more reference during a non-blocking call. Never throws.
class ProtocolMonitor final : public sc_core::sc_module,
                              private tlm::tlm_fw_transport_if<>,
                              private tlm::tlm_bw_transport_if<> {
 public:
  tlm::tlm_target_socket<> target_socket;        ///< for the initiator
  tlm::tlm_initiator_socket<> initiator_socket;  ///< for the target

  /// `socket`: what violations call the pair. `session` must outlive the monitor.
  ProtocolMonitor(const sc_core::sc_module_name& name, const std::string& socket, ComplianceSession& session,
                  std::shared_ptr<PayloadBook> payloads);

  SocketRules& rules() { return rules_; }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) override;
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) override;
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) override;
  void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) override;

  std::string socket_;
  SocketRules rules_;
  std::shared_ptr<PayloadBook> payloads_;
};

}  // namespace kirchhoff::testbenches
