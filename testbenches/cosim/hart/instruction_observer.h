#pragma once

#include <cstdint>

#include "foundation/duration.h"
#include "testbenches/cosim/hart/trap.h"

namespace kirchhoff::testbenches {

/// Who watches a hart instruction by instruction: waveforms, profile. May change nothing.
class InstructionObserver {
 public:
  InstructionObserver() = default;
  InstructionObserver(const InstructionObserver&) = delete;
  InstructionObserver& operator=(const InstructionObserver&) = delete;
  virtual ~InstructionObserver() = default;

  /// The instruction at `pc` begins; `executed` are before it, since reset.
  virtual void instruction(std::uint32_t pc, std::uint64_t executed) = 0;
  /// A trap is entered behind `executed` instructions; the next one is the first of its handler.
  virtual void trap(const Trap& trap, std::uint64_t executed) = 0;

  /// WFI from now on, and no more.
  virtual void sleeps(foundation::Duration /*now*/) {}
  virtual void wakes(foundation::Duration /*now*/) {}
  /// Nothing that is told later has begun before `kernel`.
  virtual void settled(foundation::Duration /*kernel*/) {}
};

}  // namespace kirchhoff::testbenches
