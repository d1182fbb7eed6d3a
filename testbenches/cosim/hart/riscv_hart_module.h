#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/tlm_quantumkeeper.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "foundation/duration.h"
#include "testbenches/cosim/gdb/gdb_server.h"
#include "testbenches/cosim/hart/hart_core.h"

namespace kirchhoff::testbenches {

/// How a hart's program ended.
enum class HartEnd : std::uint8_t {
  running,
  stopped,            ///< end() was called: by the finisher, or a debugger that kills
  instruction_limit,  ///< as many instructions as it may run
  time_limit,         ///< as much simulated time
  dead_end,           ///< a trap that no handler takes
};

struct HartParameters {
  std::uint32_t reset_pc = 0;
  std::uint32_t memory_base = 0;                  ///< of the memory that it reaches by pointer
  std::vector<HartCore::Devices> devices;         ///< reached over the socket; the rest is unmapped
  foundation::Duration instruction_time{10'000};  ///< of every instruction: 100 MHz, one per cycle
  std::uint64_t most_instructions = UINT64_MAX;
  foundation::Duration most_time = foundation::Duration::max();
};

/// A RISC-V hart (HartCore) as a loosely timed TLM initiator.
///
/// Every instruction takes the same time; accesses to memory are free (DMI), those to devices take what their
/// targets say. It runs ahead of the kernel by at most the global quantum (tlm_global_quantum), and looks at
/// its interrupt lines whenever it has waited: interrupts of a busy hart come up to a quantum late, those of
/// a waiting one (WFI) at once. What it counts and computes does not depend on the quantum, unless its
/// program reads time or waits.
///
/// Not modelled: caches, pipeline, bus contention.
class RiscvHart final : public sc_core::sc_module, private HartBus {
 public:
  tlm_utils::simple_initiator_socket<RiscvHart> bus;
  sc_core::sc_in<bool> external_interrupt;
  sc_core::sc_in<bool> timer_interrupt;
  sc_core::sc_in<bool> software_interrupt;

  RiscvHart(const sc_core::sc_module_name& name, HartParameters parameters);

  /// Before the simulation starts; both may be null, and must outlive it.
  void attach(GdbServer* debugger, InstructionObserver* observer);

  /// No instruction is begun any more, and the simulation ends.
  void end(HartEnd why = HartEnd::stopped);
  [[nodiscard]] HartEnd ended() const { return end_; }
  /// What was thrown within an access, if anything.
  [[nodiscard]] const std::exception_ptr& failure() const { return failure_; }
  /// It is in WFI.
  [[nodiscard]] bool waits() const { return waits_; }
  /// Simulated time in WFI.
  [[nodiscard]] foundation::Duration slept() const;

  /// Once the simulation has started.
  [[nodiscard]] HartCore& core() { return *core_; }
  [[nodiscard]] const HartCore& core() const { return *core_; }
  /// Of the hart: the kernel's or later.
  [[nodiscard]] foundation::Duration local_time() const;
  /// When an instruction begins that has so many before it; within a run, for observers.
  [[nodiscard]] foundation::Duration time_of(std::uint64_t executed) const;

  /// Others have written into the memory that it reaches by pointer.
  void memory_written(std::uint32_t address, std::uint32_t bytes);

 private:
  void start_of_simulation() override;
  void run();
  void run_until_end();
  void handle(HartCore::Pause pause);
  /// Ends the run where it has reached a limit; otherwise waits where the quantum is used up.
  void check_limits();
  void fold();
  void plan();
  void synchronise();
  void begin_quantum();
  void sample_lines();
  void settle_lines();
  void wait_for_line();
  void tell_debugger(GdbStop::Why why, const std::string& text = {});
  void tell_debugger(const GdbStop& stop);

  bool access(std::uint32_t address, unsigned bytes, bool write, std::uint32_t& value) override;
  bool limit_reached() override;
  bool transport(std::uint32_t address, unsigned bytes, bool write, std::uint32_t& value);

  HartParameters parameters_;
  std::unique_ptr<HartCore> core_;
  tlm_utils::tlm_quantumkeeper keeper_;
  sc_core::sc_time sync_at_;  ///< end of the present quantum
  std::uint64_t folded_ = 0;  ///< instructions whose time is in the keeper
  tlm::tlm_generic_payload payload_;
  GdbServer* debugger_ = nullptr;
  GdbResume resume_ = GdbResume::run;  ///< what the debugger wanted last
  std::uint64_t step_from_ = 0;        ///< instructions then
  InstructionObserver* observer_ = nullptr;
  bool waits_ = false;
  foundation::Duration fell_asleep_{0};
  foundation::Duration slept_{0};  ///< before that
  HartEnd end_ = HartEnd::running;
  std::exception_ptr failure_;
};

}  // namespace kirchhoff::testbenches
