#pragma once

#include <array>
#include <memory>
#include <systemc>
#include <tlm>
#include <tlm_utils/passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include "foundation/services.h"
#include "foundation/trace_sink.h"
#include "interconnect/router_core.h"

namespace kirchhoff::interconnect {

/// A mesh router: RouterCore behind TLM sockets, loosely timed.
///
/// A packet's delay is the arrival of its head while it travels between routers, and of its tail where it
/// leaves the mesh. Sockets exist only where something is on the other side.
class Router : public sc_core::sc_module {
 public:
  using InputSocket = tlm_utils::passthrough_target_socket_tagged<Router>;
  using OutputSocket = tlm_utils::simple_initiator_socket<Router>;

  Router(const sc_core::sc_module_name& name, const RouterCore& core, const foundation::Services& services);

  /// The sockets of a port; made on first use, before elaboration ends.
  InputSocket& input(Port port);
  OutputSocket& output(Port port);

  [[nodiscard]] const RouterCore& core() const { return core_; }

 private:
  void b_transport(int port, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(int port, tlm::tlm_generic_payload& payload);
  tlm::tlm_sync_enum nb_transport_fw(int port, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  [[nodiscard]] bool owns(const PacketHeader& header, std::uint64_t address) const;
  void access_table(tlm::tlm_generic_payload& payload);
  void refuse(tlm::tlm_generic_payload& payload, tlm::tlm_response_status status, const char* why);

  RouterCore core_;
  foundation::Services services_;
  std::array<std::unique_ptr<InputSocket>, 5> inputs_;
  std::array<std::unique_ptr<OutputSocket>, 5> outputs_;
  std::array<foundation::TraceSink::Signal, 5> link_signals_{};
  bool reported_ = false;
};

}  // namespace kirchhoff::interconnect
