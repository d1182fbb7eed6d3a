#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <functional>
#include <span>
#include <systemc>
#include <tlm>

#include "foundation/coding_style.h"
#include "foundation/duration.h"
#include "interconnect/four_phase_initiator.h"
#include "testbenches/cosim/c_api/dma_memory.h"

namespace kirchhoff::testbenches {

/// A host whose program runs outside of the kernel, in the thread that calls these functions, and calls the
/// kernel where the kernel has something to do.
///
/// Loosely timed, an access is a blocking call right from the caller: what it takes is added to a local time,
/// as in any decoupled initiator. The kernel follows as soon as anything is to happen up to the local time,
/// so that no access sees another state than it would if the kernel had followed after each: there is no
/// quantum. Nothing on the way of a register access waits. Approximately timed, a process makes the access,
/// for the four phases do wait.
///
/// Not modelled: caches, and the time between two accesses of the program.
class ExternalHost : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<ExternalHost> chip;
  tlm_utils::simple_target_socket<ExternalHost> memory_socket;
  sc_core::sc_in<bool> interrupt;

  /// `memory` is what the chip's DMA reaches.
  ExternalHost(const sc_core::sc_module_name& name, const DmaMemory& memory, foundation::CodingStyle style);

  /// Elaborates: once, before all else.
  void start();

  /// 32 bits; `value` becomes what is read.
  tlm::tlm_response_status access(tlm::tlm_command command, std::uint64_t address, std::uint32_t& value);
  /// Without time or side effect; returns the bytes read.
  std::size_t peek(std::uint64_t address, std::span<std::byte> bytes);

  enum class Waited { raised, timed_out, never, stopped };
  /// Until the interrupt line is high. `idle` (may be null) is called each millisecond of simulated time;
  /// where it returns false the wait ends: stopped. Never: nothing is left to happen that could raise the
  /// line.
  Waited wait_interrupt(foundation::Duration timeout, const std::function<bool()>& idle);

  /// Lets so much time pass. Throws InputError where simulated time has not so much left.
  void advance(foundation::Duration length);

  [[nodiscard]] foundation::Duration now() const;
  /// The kernel's time becomes the local one.
  void synchronise();

 private:
  void serve();
  void look_up();
  void run_kernel(const sc_core::sc_time& length, sc_core::sc_starvation_policy policy);
  void settle();
  tlm::tlm_sync_enum chip_backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                   sc_core::sc_time& delay);
  void memory_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

  const DmaMemory& memory_;
  foundation::CodingStyle style_;
  interconnect::FourPhaseInitiator accesses_;
  tlm::tlm_generic_payload payload_;  ///< of register accesses
  sc_core::sc_time ahead_;            ///< of the kernel
  bool waits_ = false;                ///< for the interrupt
  sc_core::sc_event requested_;       ///< an access from the process
  bool served_ = false;
};

}  // namespace kirchhoff::testbenches
