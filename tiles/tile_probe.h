#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "foundation/trace_sink.h"
#include "tiles/synapse_array.h"
#include "tiles/tile_parameters.h"

namespace kirchhoff::tiles {

enum class TileState : std::uint8_t { idle, read, convert, transposed, update, transfer, program };

std::string_view to_string(TileState state);

/// What of a tile goes into the trace: its state, and the life of one chosen synapse.
class TileProbe {
 public:
  TileProbe(foundation::TraceSink* sink, std::string_view scope, std::optional<CellPosition> traced);

  /// In `state` from `begin` to `end`, idle afterwards.
  void busy(TileState state, foundation::Duration begin, foundation::Duration end);

  /// The synapse as it is after an operation that ended at `at`.
  void synapse(const SynapseArray& array, foundation::Duration at);

 private:
  foundation::TraceSink* sink_;
  std::optional<CellPosition> traced_;
  foundation::TraceSink::Signal state_ = 0;
  foundation::TraceSink::Signal charge_ = 0;
  foundation::TraceSink::Signal weight_ = 0;
  foundation::TraceSink::Signal g_plus_ = 0;
  foundation::TraceSink::Signal g_minus_ = 0;
};

}  // namespace kirchhoff::tiles
