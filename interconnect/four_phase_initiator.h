#pragma once

#include <systemc>
#include <tlm>
#include <vector>

namespace kirchhoff::interconnect {

/// Accesses of a thread to a target by the four phases of the base protocol: transport() returns when the
/// response is there. Several threads may have an access on its way at a time.
class FourPhaseInitiator {
 public:
  explicit FourPhaseInitiator(tlm::tlm_base_initiator_socket_b<>& socket) : socket_(socket) {}

  /// Sends the payload at the kernel's time plus `delay`, which is zero when it returns. The payload's
  /// attributes are taken over, its data are where they were; status as the target set it.
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

  /// The owner's nb_transport_bw.
  tlm::tlm_sync_enum backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                              sc_core::sc_time& delay);

 private:
  /// Payloads of the non-blocking interface need a memory manager: each is its own.
  struct Transaction;
  void settle(tlm::tlm_phase phase, const sc_core::sc_time& delay, Transaction& transaction);

  tlm::tlm_base_initiator_socket_b<>& socket_;
  bool requesting_ = false;  ///< one request at a time, until its END_REQ
  std::vector<Transaction*> under_way_;
  sc_core::sc_event changed_;
};

}  // namespace kirchhoff::interconnect
