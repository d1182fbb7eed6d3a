#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "foundation/activity.h"
#include "foundation/duration.h"
#include "foundation/phase.h"
#include "foundation/phase_sets.h"
#include "foundation/state_fields.h"

namespace kirchhoff::foundation {

/// Events of the chip as a whole that have no energy of their own.
struct Counters {
  std::uint64_t training_examples = 0;
  std::uint64_t inference_examples = 0;
  std::uint64_t inference_latency_ps = 0;   ///< from the first input sent to the outputs compared, summed
  std::uint64_t transfers = 0;              ///< transfer events of the chip, all tiles at once
  std::uint64_t transfers_unconverged = 0;  ///< weights that a transfer left outside its tolerance
  std::uint64_t saturated_capacitors = 0;   ///< capacitors found at the end of their range by a transfer
  std::uint64_t clipped_targets = 0;        ///< weights found beyond what their PCM pair can be written to
  std::uint64_t packets = 0;
  std::uint64_t hops = 0;
  std::uint64_t dma_bytes = 0;
  std::uint64_t dma_accesses = 0;
  std::uint64_t out_of_order_reservations = 0;
};

/// Where components count what they do, and the sequencer how long it took.
///
/// Nodes 0 .. tiles-1 are the tiles, each with its router; one node more, host_node(), is the sequencer with
/// the host interface. Nothing is priced here: energy is a linear function of these counts (energy_model.h).
class Ledger {
 public:
  explicit Ledger(std::size_t tiles);

  [[nodiscard]] std::size_t tiles() const { return nodes_ - 1; }
  [[nodiscard]] std::size_t nodes() const { return nodes_; }
  [[nodiscard]] std::size_t host_node() const { return nodes_ - 1; }

  /// Add straight into it; references stay valid as long as the ledger. `node` is not checked.
  [[nodiscard]] Activity& at(std::size_t node, Phase phase) {
    return activity_[node * phase_count + index_of(phase)];
  }
  [[nodiscard]] const Activity& at(std::size_t node, Phase phase) const {
    return activity_[node * phase_count + index_of(phase)];
  }

  /// Simulated time that passed in `phase`, the network included. The phases never overlap: training time is
  /// forward + backward + update + transfer, and waiting for the host belongs to the phase that waits.
  [[nodiscard]] Duration& elapsed(Phase phase) { return elapsed_[index_of(phase)]; }
  [[nodiscard]] Duration elapsed(Phase phase) const { return elapsed_[index_of(phase)]; }

  /// The part of elapsed(phase) in which arrays waited for links, routers or the host bus.
  [[nodiscard]] Duration& network_elapsed(Phase phase) { return network_elapsed_[index_of(phase)]; }
  [[nodiscard]] Duration network_elapsed(Phase phase) const { return network_elapsed_[index_of(phase)]; }

  [[nodiscard]] Duration training_time() const;
  [[nodiscard]] Duration total_time() const;

  [[nodiscard]] Counters& counters() { return counters_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }

  /// Sum over all nodes.
  [[nodiscard]] Activity total(Phase phase) const;
  /// Sum over all nodes and phases.
  [[nodiscard]] Activity total() const;

 private:
  friend struct StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    // Nothing but numbers of eight bytes: as they lie, so that none can be forgotten.
    static_assert(alignof(Activity) == 8 && alignof(Counters) == 8);
    archive.block(std::span{self.activity_});
    archive(self.elapsed_, self.network_elapsed_);
    archive.block(std::span{&self.counters_, 1});
  }

  std::size_t nodes_;
  std::vector<Activity> activity_;  ///< [node][phase]
  std::array<Duration, phase_count> elapsed_{};
  std::array<Duration, phase_count> network_elapsed_{};
  Counters counters_;
};

}  // namespace kirchhoff::foundation
