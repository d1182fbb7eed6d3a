#pragma once

#include <tlm_utils/passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <memory>
#include <systemc>
#include <tlm>

#include "foundation/services.h"
#include "foundation/state_reader.h"
#include "foundation/state_writer.h"
#include "interconnect/four_phase_initiator.h"
#include "interconnect/link.h"
#include "interconnect/packet_port.h"
#include "interconnect/packet_sender.h"
#include "model/chip/address_map.h"
#include "model/chip/chip_description.h"
#include "model/chip/host_registers.h"
#include "model/chip/host_trace.h"

namespace kirchhoff::model {

/// The chip's edge to the host: register decoder, DMA channel, interrupt.
///
/// One DMA channel: latency plus bytes over bandwidth per burst, bursts one after the other. Registers are
/// aligned 32-bit words. Approximately timed, registers and bursts are accessed in four phases. Debug
/// transport reads every register and cell without time or side effect.
class HostInterface : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<HostInterface> host;                   ///< from the host
  tlm_utils::simple_initiator_socket<HostInterface> memory;              ///< to host memory
  tlm_utils::passthrough_target_socket<HostInterface> sequencer_dma;     ///< from the sequencer
  tlm_utils::passthrough_target_socket<HostInterface> sequencer_events;  ///< from the sequencer
  tlm_utils::simple_initiator_socket<HostInterface> sequencer_control;   ///< to the sequencer
  tlm_utils::simple_initiator_socket<HostInterface> mesh;                ///< to the nodes
  sc_core::sc_out<bool> interrupt;

  /// `management` must outlive it; it is asked nothing before the simulation starts.
  HostInterface(const sc_core::sc_module_name& name, const ChipDescription& chip, ChipManagement& management,
                interconnect::PacketPool& packets, const foundation::Services& services);

  /// While no access or burst is on its way.
  void save(foundation::StateWriter& writer) const { writer(registers_, bus_); }
  void restore(foundation::StateReader& reader);

  /// Without supply every access gets an error; with it, registers are as after power-on.
  void set_power(bool on);
  /// Registers as after power-on.
  void reset();

 private:
  tlm::tlm_sync_enum memory_backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  tlm::tlm_sync_enum mesh_backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                   sc_core::sc_time& delay);
  void step_port();
  tlm::tlm_response_status check_access(const tlm::tlm_generic_payload& payload);
  tlm::tlm_response_status refuse(tlm::tlm_response_status status, ErrorCause cause, std::uint64_t address);
  void host_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned host_debug(tlm::tlm_generic_payload& payload);
  void dma_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void events_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  tlm::tlm_response_status access_own(tlm::tlm_generic_payload& payload, const sc_core::sc_time& delay);
  tlm::tlm_response_status access_node(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  [[nodiscard]] bool is_node_address(std::uint64_t address) const;
  void drive_interrupt();

  HostInterfaceParameters parameters_;
  foundation::Services services_;
  interconnect::Topology topology_;
  bool powered_ = true;
  interconnect::FourPhaseInitiator bursts_;
  std::unique_ptr<interconnect::PacketPort> timed_;  ///< null: loosely timed
  interconnect::PacketSender sender_;
  interconnect::Reservations bus_;
  ChipManagement& management_;
  HostRegisters registers_;
  sc_core::sc_event interrupt_changed_;
  HostTrace trace_;
};

}  // namespace kirchhoff::model
