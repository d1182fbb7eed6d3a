#include "foundation/energy_table.h"

#include "foundation/phase_sets.h"

namespace kirchhoff::foundation {

EnergyTable::EnergyTable(const Ledger& ledger, const EnergyModel& model) {
  energy_.reserve(ledger.nodes() * phase_count);
  for (std::size_t node = 0; node < ledger.nodes(); ++node) {
    for (const Phase phase : all_phases) {
      EnergyBreakdown entry = model.price(ledger.at(node, phase), phase);
      if (node < ledger.tiles()) entry += model.standby(to_seconds(ledger.elapsed(phase)));
      energy_.push_back(entry);
    }
  }
}

EnergyBreakdown EnergyTable::of_phase(Phase phase) const {
  EnergyBreakdown sum;
  for (std::size_t node = 0; node < nodes(); ++node) sum += at(node, phase);
  return sum;
}

EnergyBreakdown EnergyTable::of_node(std::size_t node, std::span<const Phase> phases) const {
  EnergyBreakdown sum;
  for (const Phase phase : phases) sum += at(node, phase);
  return sum;
}

EnergyBreakdown EnergyTable::of(std::span<const Phase> phases) const {
  EnergyBreakdown sum;
  for (const Phase phase : phases) sum += of_phase(phase);
  return sum;
}

}  // namespace kirchhoff::foundation
