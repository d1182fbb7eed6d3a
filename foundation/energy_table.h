#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "foundation/energy_model.h"
#include "foundation/ledger.h"
#include "foundation/phase.h"

namespace kirchhoff::foundation {

/// The energy of a run by node, phase and booking; every coarser view is a sum over this one table, so all of
/// them agree. Nodes as in Ledger; every tile, idle or not, leaks through every phase.
class EnergyTable {
 public:
  EnergyTable(const Ledger& ledger, const EnergyModel& model);

  [[nodiscard]] const EnergyBreakdown& at(std::size_t node, Phase phase) const {
    return energy_[node * phase_count + index_of(phase)];
  }
  [[nodiscard]] std::size_t nodes() const { return energy_.size() / phase_count; }

  [[nodiscard]] EnergyBreakdown of_phase(Phase phase) const;
  [[nodiscard]] EnergyBreakdown of_node(std::size_t node, std::span<const Phase> phases) const;
  [[nodiscard]] EnergyBreakdown of(std::span<const Phase> phases) const;

 private:
  std::vector<EnergyBreakdown> energy_;  ///< [node][phase]
};

}  // namespace kirchhoff::foundation
