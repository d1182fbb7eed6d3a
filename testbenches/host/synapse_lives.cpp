#include "testbenches/host/synapse_lives.h"

#include <algorithm>
#include <array>

#include "testbenches/host/csv_number.h"

namespace kirchhoff::testbenches {

using foundation::SynapseChange;
using foundation::SynapseState;

namespace {

const char* name_of(foundation::SynapseEvent event) {
  static constexpr std::array<const char*, 4> kNames{"program", "update", "decay", "transfer"};
  return kNames[static_cast<std::size_t>(event)];
}

}  // namespace

SynapseLives::SynapseLives(const std::filesystem::path& folder, std::span<const model::SynapseName> synapses,
                           const model::NetworkSpec& network, const model::Mapping& mapping) {
  for (const model::SynapseName& name : synapses) {
    if (std::any_of(lives_.begin(), lives_.end(), [&](const Life& life) { return life.name == name; })) {
      continue;
    }
    Life life;
    life.name = name;
    life.place = model::locate(network, mapping, name);
    life.path = folder / ("synapse_" + std::to_string(name.layer) + "_" + std::to_string(name.row) + "_" +
                          std::to_string(name.column) + ".csv");
    life.file = std::make_unique<foundation::AtomicFile>(life.path);
    life.rows =
        "time_s,example,event,g_capacitor_us,g_plus_us,g_minus_us,weight,polarity,pulses_up,pulses_down\n";
    lives_.push_back(std::move(life));
  }
}

std::vector<SynapseLives::Watched> SynapseLives::watched(std::uint32_t node) const {
  std::vector<Watched> cells;
  for (std::size_t id = 0; id < lives_.size(); ++id) {
    const model::SynapsePlace& place = lives_[id].place;
    if (place.node == node) {
      cells.push_back({place.row, place.column, static_cast<std::uint32_t>(id)});
    }
  }
  return cells;
}

void SynapseLives::changed(std::uint32_t id, const SynapseChange& change) {
  Life& life = lives_[id];
  life.last = change;
  append(life, name_of(change.event));
}

void SynapseLives::append(Life& life, const char* event) const {
  const SynapseChange& change = life.last;
  const SynapseState& state = change.state;
  // Detail `ideal` has no charge, and conductances that only energy is booked with.
  const bool devices = state.polarity != 0;
  const auto conductance = [&](float value) { return (devices ? csv_number(value) : std::string{}) + ','; };
  life.rows += csv_seconds(change.at) + ',' + std::to_string(change.example) + ',' + event + ',' +
               conductance(state.g_capacitor_us) + conductance(state.g_plus_us) +
               conductance(state.g_minus_us) + csv_number(state.weight) + ',' +
               (devices ? std::to_string(state.polarity) : std::string{}) + ',' +
               std::to_string(state.pulses_up) + ',' + std::to_string(state.pulses_down) + '\n';
}

void SynapseLives::add_epoch(ChipDriver& driver, std::size_t tile_columns, foundation::Duration now) {
  using interconnect::CellPlane;
  const std::uint64_t examples = driver.peek_examples();
  for (Life& life : lives_) {
    const std::size_t cell = life.place.row * tile_columns + life.place.column;
    SynapseState& state = life.last.state;
    state.weight = driver.peek_cell(life.place.node, CellPlane::weight, cell);
    state.g_plus_us = driver.peek_cell(life.place.node, CellPlane::g_plus_us, cell);
    state.g_minus_us = driver.peek_cell(life.place.node, CellPlane::g_minus_us, cell);
    state.g_capacitor_us = driver.peek_cell(life.place.node, CellPlane::g_capacitor_us, cell);
    life.last.at = now;
    life.last.example = examples;
    append(life, "epoch");
    life.file->write(life.rows);
    life.rows.clear();
  }
}

void SynapseLives::close() {
  for (Life& life : lives_) {
    life.file->write(life.rows);
    life.file->commit();
  }
}

std::vector<std::filesystem::path> SynapseLives::paths() const {
  std::vector<std::filesystem::path> paths;
  for (const Life& life : lives_) {
    paths.push_back(life.path);
  }
  return paths;
}

}  // namespace kirchhoff::testbenches
