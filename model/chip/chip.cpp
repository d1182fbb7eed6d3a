#include "model/chip/chip.h"

#include <string>

#include "foundation/energy_table.h"
#include "foundation/error.h"
#include "interconnect/packet_time.h"
#include "periphery/converter.h"
#include "tiles/fault_map.h"

namespace kirchhoff::model {

using interconnect::NodeId;
using interconnect::Port;

namespace {

/// A tile sends each of its flows once for an example, and routers add up no more sums than there are partial
/// sums.
std::size_t packets_needed(const ChipDescription& chip) {
  return 2 * chip.topology.node_count() * chip.tile.flow_entries * chip.host.examples_in_flight;
}

}  // namespace

Chip::Chip(const sc_core::sc_module_name& name, const ChipDescription& description,
           const foundation::Services& services, const interconnect::SocketBinder& binder)
    : sc_core::sc_module(name),
      host("host"),
      memory("memory"),
      interrupt("interrupt"),
      services_(services),
      energy_(description.energy),
      cycle_(description.link.cycle),
      packets_(packets_needed(description)),
      trains_(services.seed, description.tile.periphery.update_slots,
              periphery::PulseWidthDac{description.tile.periphery.dac_bits}.full_code,
              periphery::update_style(description.tile.periphery)),
      scratch_(description.tile.rows, description.tile.columns),
      host_interface_("host_interface", description, *this, packets_, services),
      sequencer_("sequencer", description.sequencer, description.quantum,
                 {description.style, description.link}, mesh_, packets_, services),
      mesh_({description.topology,
             {description.style, description.link},
             description.route_entries,
             description.mesh_faults},
            packets_, services, binder) {
  if (sc_core::sc_get_time_resolution() != sc_core::sc_time(1, sc_core::SC_PS)) {
    throw foundation::ModelError("the chip needs a time resolution of 1 ps");
  }
  const tiles::FaultMap faults{
      description.faults,
      {description.topology.node_count(), description.tile.rows, description.tile.columns},
      services.seed};
  for (NodeId node = 0; node < description.topology.node_count(); ++node) {
    auto parameters = description.tile;
    parameters.faults = faults.faults(node);
    if (description.traced_tile != node) {
      parameters.traced_cell.reset();
    }
    const std::string tile_name = "tile_" + std::to_string(description.topology.row_of(node)) + "_" +
                                  std::to_string(description.topology.column_of(node));
    tiles_.push_back(std::make_unique<tiles::Tile>(
        tile_name.c_str(), node, parameters, interconnect::MeshStyle{description.style, description.link},
        trains_, scratch_, packets_, services));
    binder.bind(mesh_.exit(node, Port::local), tiles_.back()->input);
    binder.bind(tiles_.back()->output, mesh_.entry(node, Port::local));
  }
  host.bind(host_interface_.host);
  host_interface_.memory.bind(memory);
  host_interface_.interrupt(interrupt);
  binder.bind(sequencer_.dma, host_interface_.sequencer_dma);
  binder.bind(sequencer_.events, host_interface_.sequencer_events);
  binder.bind(host_interface_.sequencer_control, sequencer_.control);
  binder.bind(sequencer_.mesh_out, mesh_.entry(interconnect::gateway_node, interconnect::sequencer_port));
  binder.bind(mesh_.exit(interconnect::gateway_node, interconnect::sequencer_port), sequencer_.mesh_in);
  binder.bind(host_interface_.mesh, mesh_.entry(interconnect::gateway_node, interconnect::host_port));
}

/// Whatever has a state, in the order of the sections: (name, version, part).
template <typename Self, typename Step>
void Chip::each_section(Self& self, const Step& step) {
  step("host interface", 2U, self.host_interface_);
  step("sequencer", 2U, self.sequencer_);
  step("mesh", 2U, self.mesh_);
  for (std::size_t node = 0; node < self.tiles_.size(); ++node) {
    step("tile " + std::to_string(node), 2U, self.tiles_[node]->core());
  }
}

void Chip::save(foundation::StateWriter& writer) const {
  each_section(*this, [&](const std::string& name, std::uint32_t version, const auto& part) {
    writer.section(name, version);
    part.save(writer);
  });
}

void Chip::restore(foundation::StateReader& reader) {
  each_section(*this, [&](const std::string& name, std::uint32_t version, auto& part) {
    reader.section(name, version);
    part.restore(reader);
  });
}

/// Everything the energy model prices, packets on the links that are not in the ledger yet included.
double Chip::energy_j() const {
  if (!energy_) {
    return 0;
  }
  foundation::Ledger ledger = services_.ledger;
  mesh_.add_traffic(ledger);
  const foundation::EnergyTable table{ledger, *energy_};
  double joules = 0;
  for (std::size_t phase = 0; phase < foundation::phase_count; ++phase) {
    joules += table.of_phase(static_cast<foundation::Phase>(phase)).total();
  }
  return joules;
}

std::uint64_t Chip::count(ChipCounter counter, foundation::Duration at) const {
  const auto& counters = services_.ledger.counters();
  switch (counter) {
    case ChipCounter::cycles:
      return static_cast<std::uint64_t>(at / cycle_);
    case ChipCounter::energy_pj:
      return static_cast<std::uint64_t>(energy_j() * 1e12);
    case ChipCounter::packets:
      return counters.packets;
    case ChipCounter::examples:
      return counters.training_examples;
    case ChipCounter::inferences:
      return counters.inference_examples;
    case ChipCounter::dma_bytes:
      break;
  }
  return counters.dma_bytes;
}

void Chip::soft_reset() {
  sequencer_.stop([this] {
    sequencer_.reset();
    mesh_.reset();
    for (const auto& tile : tiles_) {
      tile->core().reset_registers();
    }
    host_interface_.reset();
  });
}

void Chip::power_down() {
  power_off_at_ = interconnect::to_duration(sc_core::sc_time_stamp());
  host_interface_.set_power(false);
}

void Chip::power_up() {
  const auto now = interconnect::to_duration(sc_core::sc_time_stamp());
  sequencer_.reset();
  mesh_.reset();
  for (const auto& tile : tiles_) {
    tile->core().cycle_power(power_off_at_, now);
  }
  host_interface_.set_power(true);
}

}  // namespace kirchhoff::model
