#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <exception>
#include <functional>
#include <systemc>
#include <tlm>

#include "foundation/coding_style.h"
#include "interconnect/four_phase_initiator.h"
#include "testbenches/host/chip_driver.h"
#include "testbenches/host/memory_map.h"

namespace kirchhoff::testbenches {

/// The host: memory that the chip's DMA reaches, and a processor that runs a program against the chip.
///
/// Not modelled: caches, and the time between two accesses of the processor.
class Host : public sc_core::sc_module, private HostBus {
 public:
  tlm_utils::simple_initiator_socket<Host> chip;
  tlm_utils::simple_target_socket<Host> memory_socket;
  sc_core::sc_in<bool> interrupt;

  using Program = std::function<void(ChipDriver&, MemoryMap&)>;
  Host(const sc_core::sc_module_name& name, Program program,
       foundation::CodingStyle style = foundation::CodingStyle::loosely_timed);

  /// True once the program has returned or was stopped.
  [[nodiscard]] bool finished() const { return finished_; }
  /// What the program threw, if it did.
  [[nodiscard]] const std::exception_ptr& failure() const { return failure_; }

  /// Ends the simulation although the program has not returned, from within any process: run_host() then
  /// returns, or rethrows `failure` if there is one.
  void stop(std::exception_ptr failure = {});

 private:
  void run();
  tlm::tlm_sync_enum chip_backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                   sc_core::sc_time& delay);
  void memory_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  std::uint32_t access(tlm::tlm_command command, std::uint64_t address, std::uint32_t value);

  std::uint32_t read32(std::uint64_t address) override;
  void write32(std::uint64_t address, std::uint32_t value) override;
  void wait_interrupt(const std::function<void()>& idle) override;
  std::size_t peek(std::uint64_t address, std::span<std::byte> bytes) override;
  void sleep(foundation::Duration length) override;

  foundation::CodingStyle style_;
  interconnect::FourPhaseInitiator accesses_;
  Program program_;
  MemoryMap memory_;
  ChipDriver driver_;
  bool finished_ = false;
  std::exception_ptr failure_;
};

/// Runs the kernel until the host's program is done and rethrows what it threw. Throws WatchdogError when
/// nothing is left to happen and the program still waits.
void run_host(Host& host);

}  // namespace kirchhoff::testbenches
