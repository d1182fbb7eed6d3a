#pragma once

#include "testbenches/cosim/hart/instruction_observer.h"
#include "testbenches/cosim/profile/profile.h"

namespace kirchhoff::testbenches {

/// Feeds a profile with what the hart does.
class HartProfile final : public InstructionObserver {
 public:
  /// It must outlive this.
  explicit HartProfile(Profile& profile) : profile_(profile) {}

  void instruction(std::uint32_t pc, std::uint64_t executed) override { profile_.instruction(pc, executed); }
  void trap(const Trap& trap, std::uint64_t /*executed*/) override {
    if ((static_cast<std::uint32_t>(trap.cause) & interrupt_cause_bit) != 0) {
      profile_.interrupt();
    } else {
      profile_.exception();
    }
  }
  void sleeps(foundation::Duration now) override { profile_.sleeps(now); }
  void wakes(foundation::Duration now) override { profile_.wakes(now); }

 private:
  Profile& profile_;
};

}  // namespace kirchhoff::testbenches
