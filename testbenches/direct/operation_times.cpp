#include "testbenches/direct/operation_times.h"

#include "tiles/tile_probe.h"

namespace kirchhoff::testbenches {

using foundation::TraceSink;

TraceSink::Signal OperationTimes::declare_part(std::string_view scope) {
  if (!scope.substr(scope.rfind('.') + 1).starts_with("tile_")) {
    return unheard;
  }
  begins_.emplace_back();
  return static_cast<Signal>(begins_.size() - 1);
}

void OperationTimes::put_busy(Signal part, foundation::Duration begin, foundation::Duration /*end*/,
                              std::string_view state) {
  if (state != to_string(tiles::TileState::convert)) {
    begins_[part].push_back(begin);
  }
}

}  // namespace kirchhoff::testbenches
