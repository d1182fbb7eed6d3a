#include "tiles/tile_probe.h"

#include <array>
#include <string>

namespace kirchhoff::tiles {

using foundation::TraceSink;

std::string_view to_string(TileState state) {
  static constexpr std::array<std::string_view, 7> kNames{
      TraceSink::idle_state, "READ", "CONVERT", "TRANSPOSED", "UPDATE", "TRANSFER", "PROGRAM"};
  return kNames[static_cast<std::size_t>(state)];
}

TileProbe::TileProbe(TraceSink* sink, std::string_view scope, std::optional<CellPosition> traced)
    : sink_(sink), traced_(traced) {
  if (sink_ == nullptr) {
    return;
  }
  state_ = sink_->declare(scope, "state", TraceSink::Kind::text);
  if (traced_) {
    const std::string synapse = std::string{scope} + ".synapse_r" + std::to_string(traced_->row) + "_c" +
                                std::to_string(traced_->column);
    charge_ = sink_->declare(synapse, "g_capacitor_us", TraceSink::Kind::real);
    weight_ = sink_->declare(synapse, "weight", TraceSink::Kind::real);
    g_plus_ = sink_->declare(synapse, "g_plus_us", TraceSink::Kind::real);
    g_minus_ = sink_->declare(synapse, "g_minus_us", TraceSink::Kind::real);
  }
}

void TileProbe::busy(TileState state, foundation::Duration begin, foundation::Duration end) {
  if (sink_ != nullptr && sink_->states_wanted()) {
    sink_->text(state_, begin, to_string(state));
    sink_->text(state_, end, to_string(TileState::idle));
  }
}

void TileProbe::synapse(const SynapseArray& array, foundation::Duration at) {
  if (sink_ == nullptr || !traced_) {
    return;
  }
  const auto cell = array.cell(traced_->row, traced_->column);
  sink_->real(charge_, at, static_cast<double>(cell.g_capacitor_us));
  sink_->real(weight_, at, static_cast<double>(cell.weight));
  sink_->real(g_plus_, at, static_cast<double>(cell.g_plus_us));
  sink_->real(g_minus_, at, static_cast<double>(cell.g_minus_us));
}

}  // namespace kirchhoff::tiles
