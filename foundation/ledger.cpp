#include "foundation/ledger.h"

namespace kirchhoff::foundation {

Ledger::Ledger(std::size_t tiles) : nodes_(tiles + 1), activity_(nodes_ * phase_count) {}

Duration Ledger::training_time() const {
  Duration sum{0};
  for (const Phase phase : training_phases) sum += elapsed(phase);
  return sum;
}

Duration Ledger::total_time() const {
  Duration sum{0};
  for (const Duration span : elapsed_) sum += span;
  return sum;
}

Activity Ledger::total(Phase phase) const {
  Activity sum;
  for (std::size_t node = 0; node < nodes_; ++node) sum += at(node, phase);
  return sum;
}

Activity Ledger::total() const {
  Activity sum;
  for (const Activity& entry : activity_) sum += entry;
  return sum;
}

}  // namespace kirchhoff::foundation
