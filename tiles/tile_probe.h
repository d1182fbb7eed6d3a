#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "foundation/services.h"
#include "foundation/synapse_listener.h"
#include "foundation/trace_sink.h"
#include "interconnect/packet.h"
#include "tiles/synapse_array.h"
#include "tiles/tile_parameters.h"

namespace kirchhoff::tiles {

enum class TileState : std::uint8_t { idle, read, convert, transposed, update, transfer, program };

std::string_view to_string(TileState state);

/// What of a tile others look at: its state, what waits for it, and the life of chosen synapses.
///
/// What waits are packets that have arrived and are not used yet: parts of a vector that is not complete,
/// complete ones until the array is free, partial sums and reports until the collector has all.
///
/// A synapse is chosen for the trace (one, by the parameters) or by the listener (any number); the trace, if
/// there is one, shows both. Pulses are exact: the array lists those of every update, and the list is
/// searched for the chosen cells. Not counted: the unit steps that write the residual of a transfer.
class TileProbe {
 public:
  using PacketKind = interconnect::PacketKind;

  TileProbe(const foundation::Services& services, interconnect::NodeId node, std::string_view scope,
            std::optional<CellPosition> traced);

  /// In `state` from `begin` to `end`, idle afterwards.
  void busy(TileState state, foundation::Duration begin, foundation::Duration end);

  /// A packet for one of the tile's joins is here.
  void arrived(PacketKind kind, foundation::Duration at) {
    if (part_ != foundation::TraceSink::unheard && sink_->states_wanted()) {
      sink_->queued(part_, at, 1);
      ++waiting_[static_cast<std::size_t>(kind)];
    }
  }
  /// All packets of this kind that are here are used.
  void used(PacketKind kind, foundation::Duration at) {
    int& waiting = waiting_[static_cast<std::size_t>(kind)];
    if (waiting > 0) {
      sink_->queued(part_, at, -waiting);
      waiting = 0;
    }
  }

  // After an operation that ended at `at`; `example` counts from 1.
  void programmed(const SynapseArray& array, std::size_t row, foundation::Duration at);
  void updated(const SynapseArray& array, std::uint64_t example, foundation::Duration at);
  void before_transfer(const SynapseArray& array, foundation::Duration at);
  void transferred(const SynapseArray& array, foundation::Duration at);

 private:
  struct Signals {
    foundation::TraceSink::Signal charge = foundation::TraceSink::unheard;
    foundation::TraceSink::Signal weight = foundation::TraceSink::unheard;
    foundation::TraceSink::Signal g_plus = foundation::TraceSink::unheard;
    foundation::TraceSink::Signal g_minus = foundation::TraceSink::unheard;
    foundation::TraceSink::Signal pulses_up = foundation::TraceSink::unheard;
    foundation::TraceSink::Signal pulses_down = foundation::TraceSink::unheard;

    [[nodiscard]] bool heard() const;
  };
  struct Chosen {
    CellPosition position;
    std::optional<std::uint32_t> id;  ///< the listener's
    foundation::SynapseState state;   ///< as last seen
    Signals signals{};
  };

  void declare(Chosen& chosen, std::string_view scope);
  /// Looks at a synapse again and traces it; true if it is another one than before.
  bool look(Chosen& chosen, const SynapseArray& array, foundation::Duration at);
  void tell(const Chosen& chosen, foundation::SynapseEvent event, foundation::Duration at) const;

  foundation::TraceSink* sink_;
  foundation::SynapseListener* listener_;
  std::vector<Chosen> chosen_;
  std::uint64_t example_ = 0;  ///< of the last update
  foundation::TraceSink::Signal part_ = foundation::TraceSink::unheard;
  std::array<int, 10> waiting_{};  ///< packets, by kind
};

}  // namespace kirchhoff::tiles
