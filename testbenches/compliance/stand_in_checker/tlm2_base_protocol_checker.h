#pragma once

#include <cstdint>
#include <systemc>
#include <tlm>

/// A stand-in for the published checker, for the test that one can be plugged in: it hands calls on, counts
/// them and checks nothing. Written from the published one's public interface.
namespace tlm_utils {

template <unsigned int BUSWIDTH = 32>
class tlm2_base_protocol_checker : public sc_core::sc_module,
                                   public tlm::tlm_fw_transport_if<>,
                                   public tlm::tlm_bw_transport_if<> {
 public:
  tlm::tlm_target_socket<BUSWIDTH> target_socket;
  tlm::tlm_initiator_socket<BUSWIDTH> initiator_socket;

  explicit tlm2_base_protocol_checker(const sc_core::sc_module_name& name)
      : sc_core::sc_module(name), target_socket("target_socket"), initiator_socket("initiator_socket") {
    target_socket.bind(static_cast<tlm::tlm_fw_transport_if<>&>(*this));
    initiator_socket.bind(static_cast<tlm::tlm_bw_transport_if<>&>(*this));
    ++stand_in_instances();
  }

  static void set_num_checks(std::uint64_t checks) { stand_in_limit() = checks; }

  // Not part of the published interface.
  static std::uint64_t& stand_in_instances() { return counter<0>(); }
  static std::uint64_t& stand_in_transactions() { return counter<1>(); }
  static std::uint64_t& stand_in_limit() { return counter<2>(); }

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) override {
    ++stand_in_transactions();
    initiator_socket->b_transport(payload, delay);
  }
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    ++stand_in_transactions();
    return initiator_socket->nb_transport_fw(payload, phase, delay);
  }
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    ++stand_in_transactions();
    return target_socket->nb_transport_bw(payload, phase, delay);
  }
  unsigned int transport_dbg(tlm::tlm_generic_payload& payload) override {
    ++stand_in_transactions();
    return initiator_socket->transport_dbg(payload);
  }
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) override {
    return initiator_socket->get_direct_mem_ptr(payload, dmi);
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) override {
    target_socket->invalidate_direct_mem_ptr(first, last);
  }

 private:
  template <int Index>
  static std::uint64_t& counter() {
    static std::uint64_t count = 0;
    return count;
  }
};

}  // namespace tlm_utils
