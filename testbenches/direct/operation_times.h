#pragma once

#include <cstddef>
#include <vector>

#include "foundation/trace_sink.h"

namespace kirchhoff::testbenches {

/// Listens to a run of the chip and keeps the instant at which each operation of each tile began.
///
/// With these, plain calls of the same arrays lose the same charge: decay and drift run on simulated time.
class OperationTimes final : public foundation::TraceSink {
 public:
  /// Of each tile, in the order in which they were carried out: programmed rows, reads, transposed reads (one
  /// per phase of the deltas), updates, transfers.
  using Begins = std::vector<std::vector<foundation::Duration>>;

  [[nodiscard]] const Begins& begins() const { return begins_; }

  Signal declare(std::string_view scope, std::string_view name, Kind kind, unsigned width) override;
  void bits(Signal /*signal*/, foundation::Duration /*time*/, std::uint64_t /*value*/) override {}
  void real(Signal /*signal*/, foundation::Duration /*time*/, double /*value*/) override {}
  void text(Signal signal, foundation::Duration time, std::string_view value) override;
  void settle(foundation::Duration /*time*/) override {}
  void example_finished() override {}
  [[nodiscard]] bool states_wanted() const override { return true; }

 private:
  /// What is declared as this one is of no interest.
  static constexpr Signal other = 0;

  Begins begins_;  ///< signal - 1, by node: tiles declare their state in this order
};

}  // namespace kirchhoff::testbenches
