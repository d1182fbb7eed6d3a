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

  Signal declare(std::string_view /*scope*/, std::string_view /*name*/, Kind /*kind*/,
                 unsigned /*width*/) override {
    return unheard;
  }
  Signal declare_part(std::string_view scope) override;
  void settle(foundation::Duration /*time*/) override {}
  void example_finished() override {}
  [[nodiscard]] bool states_wanted() const override { return true; }

 private:
  void put_bits(Signal /*signal*/, foundation::Duration /*time*/, std::uint64_t /*value*/) override {}
  void put_real(Signal /*signal*/, foundation::Duration /*time*/, double /*value*/) override {}
  void put_text(Signal /*signal*/, foundation::Duration /*time*/, std::string_view /*value*/) override {}
  void put_busy(Signal part, foundation::Duration begin, foundation::Duration end,
                std::string_view state) override;
  void put_queued(Signal /*part*/, foundation::Duration /*time*/, int /*more*/) override {}

  Begins begins_;  ///< by node: tiles are declared in this order
};

}  // namespace kirchhoff::testbenches
