#pragma once

#include "foundation/trace_sink.h"
#include "testbenches/cosim/elf/symbol_table.h"
#include "testbenches/cosim/hart/instruction_observer.h"
#include "testbenches/cosim/hart/riscv_hart_module.h"

namespace kirchhoff::testbenches {

/// What the hart does, as waveforms: the vector `pc`, the function it is in, and the part `hart` in state
/// RUN, TRAP (from the entry of a trap to its mret) or, in WFI, idle.
class HartTrace final : public InstructionObserver {
 public:
  /// All must outlive it.
  HartTrace(foundation::TraceSink& sink, const RiscvHart& hart, const SymbolTable& functions);

  void instruction(std::uint32_t pc, std::uint64_t executed) override;
  void trap(const Trap& trap, std::uint64_t executed) override;
  void sleeps(foundation::Duration now) override;
  void wakes(foundation::Duration now) override;
  void settled(foundation::Duration kernel) override;

 private:
  void show_state(foundation::Duration time);
  void show_function(std::uint32_t pc, foundation::Duration time);

  foundation::TraceSink& sink_;
  const RiscvHart& hart_;
  const SymbolTable& functions_;
  foundation::TraceSink::Signal pc_;
  foundation::TraceSink::Signal state_;
  foundation::TraceSink::Signal function_;
  int traps_ = 0;            ///< entered and not left
  bool returns_ = false;     ///< the last instruction was mret
  std::uint32_t begin_ = 1;  ///< of the function shown last: [begin_, end_)
  std::uint32_t end_ = 0;
};

}  // namespace kirchhoff::testbenches
