#include "testbenches/direct/operation_times.h"

#include "tiles/tile_probe.h"

namespace kirchhoff::testbenches {

using foundation::TraceSink;

TraceSink::Signal OperationTimes::declare(std::string_view scope, std::string_view name, Kind /*kind*/,
                                          unsigned /*width*/) {
  const auto module = scope.substr(scope.rfind('.') + 1);
  if (name != "state" || !module.starts_with("tile_")) {
    return other;
  }
  begins_.emplace_back();
  return static_cast<Signal>(begins_.size());
}

void OperationTimes::text(Signal signal, foundation::Duration time, std::string_view value) {
  if (signal == other || value == idle_state || value == to_string(tiles::TileState::convert)) {
    return;
  }
  begins_[signal - 1].push_back(time);
}

}  // namespace kirchhoff::testbenches
