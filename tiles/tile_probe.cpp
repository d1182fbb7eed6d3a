#include "tiles/tile_probe.h"

#include <algorithm>
#include <array>
#include <string>

namespace kirchhoff::tiles {

using foundation::SynapseEvent;
using foundation::TraceSink;

std::string_view to_string(TileState state) {
  static constexpr std::array<std::string_view, 7> kNames{
      TraceSink::idle_state, "READ", "CONVERT", "TRANSPOSED", "UPDATE", "TRANSFER", "PROGRAM"};
  return kNames[static_cast<std::size_t>(state)];
}

TileProbe::TileProbe(const foundation::Services& services, interconnect::NodeId node, std::string_view scope,
                     std::optional<CellPosition> traced)
    : sink_(services.trace), listener_(services.synapses) {
  if (sink_ != nullptr && traced) {
    chosen_.push_back({*traced, {}, {}});
  }
  if (listener_ != nullptr) {
    for (const auto& watched : listener_->watched(node)) {
      const auto known = std::find_if(chosen_.begin(), chosen_.end(), [&](const Chosen& chosen) {
        return !chosen.id && chosen.position.row == watched.row && chosen.position.column == watched.column;
      });
      if (known != chosen_.end()) {
        known->id = watched.id;
      } else {
        chosen_.push_back({{watched.row, watched.column}, watched.id, {}});
      }
    }
  }
  if (sink_ != nullptr) {
    part_ = sink_->declare_part(scope);
    for (Chosen& chosen : chosen_) {
      declare(chosen, scope);
    }
    std::erase_if(chosen_, [](const Chosen& chosen) { return !chosen.id && !chosen.signals.heard(); });
  }
}

void TileProbe::declare(Chosen& chosen, std::string_view scope) {
  constexpr unsigned pulse_bits = 32;
  const std::string synapse = std::string{scope} + ".synapse_r" + std::to_string(chosen.position.row) + "_c" +
                              std::to_string(chosen.position.column);
  Signals& signals = chosen.signals;
  signals.charge = sink_->declare(synapse, "g_capacitor_us", TraceSink::Kind::real);
  signals.weight = sink_->declare(synapse, "weight", TraceSink::Kind::real);
  signals.g_plus = sink_->declare(synapse, "g_plus_us", TraceSink::Kind::real);
  signals.g_minus = sink_->declare(synapse, "g_minus_us", TraceSink::Kind::real);
  signals.pulses_up = sink_->declare(synapse, "pulses_up", TraceSink::Kind::vector, pulse_bits);
  signals.pulses_down = sink_->declare(synapse, "pulses_down", TraceSink::Kind::vector, pulse_bits);
}

bool TileProbe::Signals::heard() const {
  const std::array all{charge, weight, g_plus, g_minus, pulses_up, pulses_down};
  return std::any_of(all.begin(), all.end(),
                     [](TraceSink::Signal signal) { return signal != TraceSink::unheard; });
}

void TileProbe::busy(TileState state, foundation::Duration begin, foundation::Duration end) {
  if (part_ != TraceSink::unheard && sink_->states_wanted()) {
    sink_->busy(part_, begin, end, to_string(state));
  }
}

bool TileProbe::look(Chosen& chosen, const SynapseArray& array, foundation::Duration at) {
  const auto cell = array.cell(chosen.position.row, chosen.position.column);
  auto& state = chosen.state;
  const bool changed = cell.weight != state.weight || cell.g_plus_us != state.g_plus_us ||
                       cell.g_minus_us != state.g_minus_us || cell.g_capacitor_us != state.g_capacitor_us;
  state.weight = cell.weight;
  state.g_plus_us = cell.g_plus_us;
  state.g_minus_us = cell.g_minus_us;
  state.g_capacitor_us = cell.g_capacitor_us;
  state.polarity = cell.polarity;
  if (sink_ != nullptr) {
    sink_->real(chosen.signals.charge, at, static_cast<double>(state.g_capacitor_us));
    sink_->real(chosen.signals.weight, at, static_cast<double>(state.weight));
    sink_->real(chosen.signals.g_plus, at, static_cast<double>(state.g_plus_us));
    sink_->real(chosen.signals.g_minus, at, static_cast<double>(state.g_minus_us));
    sink_->bits(chosen.signals.pulses_up, at, state.pulses_up);
    sink_->bits(chosen.signals.pulses_down, at, state.pulses_down);
  }
  return changed;
}

void TileProbe::tell(const Chosen& chosen, SynapseEvent event, foundation::Duration at) const {
  if (chosen.id) {
    listener_->changed(*chosen.id, {event, at, example_, chosen.state});
  }
}

void TileProbe::programmed(const SynapseArray& array, std::size_t row, foundation::Duration at) {
  for (Chosen& chosen : chosen_) {
    look(chosen, array, at);
    if (chosen.position.row == row) {
      tell(chosen, SynapseEvent::program, at);
    }
  }
}

void TileProbe::updated(const SynapseArray& array, std::uint64_t example, foundation::Duration at) {
  if (chosen_.empty()) {
    return;
  }
  example_ = example;
  for (Chosen& chosen : chosen_) {
    const auto pulses = array.last_pulses(chosen.position.row, chosen.position.column);
    chosen.state.pulses_up += pulses.up;
    chosen.state.pulses_down += pulses.down;
    const bool changed = look(chosen, array, at);
    // Pulses that change nothing are worth telling: the cell is at an end of its range. Without any, a cell
    // that holds charge can only have leaked.
    if (pulses.up + pulses.down > 0 || (changed && chosen.state.polarity == 0)) {
      tell(chosen, SynapseEvent::update, at);
    } else if (changed) {
      tell(chosen, SynapseEvent::decay, at);
    }
  }
}

void TileProbe::before_transfer(const SynapseArray& array, foundation::Duration at) {
  for (Chosen& chosen : chosen_) {
    if (look(chosen, array, at)) {
      tell(chosen, SynapseEvent::decay, at);
    }
  }
}

void TileProbe::transferred(const SynapseArray& array, foundation::Duration at) {
  for (Chosen& chosen : chosen_) {
    look(chosen, array, at);
    tell(chosen, SynapseEvent::transfer, at);
  }
}

}  // namespace kirchhoff::tiles
