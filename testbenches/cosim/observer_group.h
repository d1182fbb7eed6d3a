#pragma once

#include <vector>

#include "testbenches/cosim/hart/instruction_observer.h"

namespace kirchhoff::testbenches {

/// Several observers of one hart.
class ObserverGroup final : public InstructionObserver {
 public:
  /// It must outlive the group.
  void add(InstructionObserver& observer) { observers_.push_back(&observer); }

  /// The group, its only member, or null: what a hart is to be given.
  [[nodiscard]] InstructionObserver* observer() {
    return observers_.size() > 1 ? this : observers_.empty() ? nullptr : observers_.front();
  }

  void instruction(std::uint32_t pc, std::uint64_t executed) override {
    for (auto* observer : observers_) observer->instruction(pc, executed);
  }
  void trap(const Trap& trap, std::uint64_t executed) override {
    for (auto* observer : observers_) observer->trap(trap, executed);
  }
  void sleeps(foundation::Duration now) override {
    for (auto* observer : observers_) observer->sleeps(now);
  }
  void wakes(foundation::Duration now) override {
    for (auto* observer : observers_) observer->wakes(now);
  }
  void settled(foundation::Duration kernel) override {
    for (auto* observer : observers_) observer->settled(kernel);
  }

 private:
  std::vector<InstructionObserver*> observers_;
};

}  // namespace kirchhoff::testbenches
