#include "model/chip/chip_description.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "foundation/error.h"
#include "interconnect/packet_bits.h"
#include "interconnect/reduction_unit.h"
#include "model/chip/mesh_places.h"
#include "model/presets/configuration.h"

namespace kirchhoff::model {

using foundation::from_seconds;

namespace {

bool has_duration_wires(const ChipParameters& chip) {
  return chip.transport == "circuit";
}

bool adds_in_routers(const ChipParameters& chip) {
  return chip.reduction == "routers";
}

std::int64_t reduction_entries(const ChipParameters& chip) {
  return adds_in_routers(chip) ? chip.reduction_entries : 0;
}

/// An example may catch up with those under way before the last of their sums has left.
std::int64_t reduction_rounds(const ChipParameters& chip) {
  return chip.examples_in_flight + 1;
}

/// Bits of a router's reduction buffers: for each entry vectors of a tile's longer side, an element as wide
/// as the sum over all tiles may be.
std::int64_t reduction_bits(const Configuration& configuration) {
  const auto& chip = configuration.chip;
  const std::int64_t code_bits =
      configuration.periphery.adc_bits + (configuration.periphery.adc_two_phase_deltas ? 1 : 0);
  const auto tiles = static_cast<std::size_t>(chip.mesh_rows * chip.mesh_columns);
  return reduction_entries(chip) * reduction_rounds(chip) * std::max(chip.tile_rows, chip.tile_columns) *
         interconnect::wide_bits(code_bits, tiles);
}

/// Adders of a router: at each input as many as a flit has codes.
std::int64_t reduction_adders(const Configuration& configuration) {
  const auto width = std::lround(configuration.technology.link_width.base);
  const std::int64_t bits = configuration.periphery.adc_bits;
  constexpr auto inputs = static_cast<std::int64_t>(interconnect::all_ports.size());
  return adds_in_routers(configuration.chip) ? inputs * ((width + bits - 1) / bits) : 0;
}

/// Of a link: room for the inputs of a tile, or for the deltas of its columns with a wire for each sign.
std::int64_t duration_wires(const ChipParameters& chip) {
  return has_duration_wires(chip) ? std::max(chip.tile_rows, 2 * chip.tile_columns) : 0;
}

}  // namespace

ChipDescription describe_chip(const Configuration& configuration, tiles::Detail detail,
                              foundation::CodingStyle style) {
  const auto& chip = configuration.chip;
  const auto& technology = configuration.technology;
  ChipDescription d;
  d.style = style;
  d.topology = {static_cast<std::uint32_t>(chip.mesh_rows), static_cast<std::uint32_t>(chip.mesh_columns)};
  d.link.cycle = from_seconds(1 / technology.mesh_clock.base);
  d.link.width_bits = static_cast<std::uint32_t>(std::lround(technology.link_width.base));
  d.link.router_cycles = static_cast<std::uint32_t>(std::lround(technology.router_latency.base));
  d.link.buffer_flits = static_cast<std::uint32_t>(chip.buffer_flits);
  d.link.virtual_channels = static_cast<std::uint32_t>(chip.virtual_channels);
  d.link.adder_cycles = static_cast<std::uint32_t>(std::lround(technology.reduce_latency.base));
  d.link.reduction_entries = static_cast<std::uint32_t>(reduction_entries(chip));
  d.link.reduction_rounds = static_cast<std::uint32_t>(reduction_rounds(chip));
  d.mesh_faults = mesh_faults(chip);
  d.route_entries = static_cast<std::size_t>(chip.route_entries);

  auto& tile = d.tile;
  tile.rows = static_cast<std::size_t>(chip.tile_rows);
  tile.columns = static_cast<std::size_t>(chip.tile_columns);
  tile.detail = detail;
  tile.synapse = configuration.synapse;
  tile.periphery = configuration.periphery;
  d.faults = configuration.faults;
  const double pitch_um = std::sqrt(technology.a_cell.base);
  const double cell_ohm = configuration.synapse.wires.resistance * technology.r_line_um.base * pitch_um;
  tile.wires = {cell_ohm, cell_ohm};
  tile.route_entries = d.route_entries;
  tile.flow_entries = static_cast<std::size_t>(chip.flow_entries);
  tile.examples_in_flight = static_cast<std::size_t>(chip.examples_in_flight);
  tile.timing.integrate = from_seconds(technology.t_int.base);
  if (has_duration_wires(chip)) {
    d.link.wires = interconnect::DurationWires{.pulse = tile.timing.integrate,
                                               .buffer = from_seconds(technology.t_buffer.base),
                                               .per_link = static_cast<std::uint32_t>(duration_wires(chip))};
    tile.duration_jitter = chip.duration_jitter;
  }
  tile.timing.convert = from_seconds(technology.t_conv.base);
  tile.timing.update_slot = from_seconds(technology.t_upd.base);
  tile.timing.pcm_pulse = from_seconds(technology.t_pcm.base);
  tile.synapse.transfer.dwell_us *= chip.time_stretch;
  tile.timing.dwell = from_seconds(tile.synapse.transfer.dwell_us * 1e-6);
  tile.timing.pcm_updates = !configuration.synapse.has_capacitor();
  tile.timing.digital_value = from_seconds(technology.t_act.base);
  tile.assumed = {.pcm_pair_us = technology.g_pcm_pair.base * 1e6,
                  .capacitor_us = technology.g_cap.base * 1e6,
                  .transfer_iterations = technology.n_clt.base,
                  .set_pulses = technology.n_set.base,
                  .reset_probability = technology.p_reset.base};

  const auto traced = static_cast<std::uint32_t>(chip.trace_tile);
  if (traced >= d.topology.node_count() || static_cast<std::size_t>(chip.trace_row) >= tile.rows ||
      static_cast<std::size_t>(chip.trace_column) >= tile.columns) {
    throw foundation::InputError("trace.tile, trace.row, trace.column name synapse " +
                                 std::to_string(chip.trace_tile) + ", " + std::to_string(chip.trace_row) +
                                 ", " + std::to_string(chip.trace_column) + ", but the chip has " +
                                 std::to_string(d.topology.node_count()) + " tiles of " +
                                 std::to_string(tile.rows) + " x " + std::to_string(tile.columns));
  }
  d.traced_tile = traced;
  tile.traced_cell = tiles::CellPosition{static_cast<std::size_t>(chip.trace_row),
                                         static_cast<std::size_t>(chip.trace_column)};

  d.sequencer.detail = detail;
  d.sequencer.dac_bits = configuration.periphery.dac_bits;
  d.sequencer.softmax_class = from_seconds(technology.t_softmax.base);
  d.sequencer.update = tile.timing.update(configuration.periphery.update_slots);
  d.sequencer.tile_columns = tile.columns;
  d.sequencer.mesh_nodes = d.topology.node_count();
  d.sequencer.tile_rows = tile.rows;
  d.sequencer.route_entries = d.route_entries;
  d.sequencer.receive_entries = tile.flow_entries;
  d.sequencer.reduction_entries = d.link.reduction_entries;
  d.sequencer.examples_in_flight = tile.examples_in_flight;

  d.host.virtual_channels = d.link.virtual_channels;
  d.host.examples_in_flight = static_cast<std::uint32_t>(chip.examples_in_flight);
  d.host.reductions = d.link.reduction_entries;
  d.host.register_access = from_seconds(technology.t_register.base);
  d.host.dma_latency = from_seconds(technology.dma_latency.base);
  d.host.dma_bytes_per_second = technology.dma_bandwidth.base;
  d.quantum = from_seconds(chip.quantum_us * 1e-6);
  d.energy.emplace(technology, chip_shape(configuration).tile, energy_settings(configuration));
  return d;
}

foundation::EnergySettings energy_settings(const Configuration& configuration) {
  return {.f_realisation = foundation::f_realisation_from(configuration.chip.f_realisation),
          .f_gain = configuration.synapse.f_gain,
          .overlap = configuration.periphery.adc_overlap};
}

foundation::ChipShape chip_shape(const Configuration& configuration) {
  const auto& chip = configuration.chip;
  foundation::ChipShape shape;
  shape.tile.rows = chip.tile_rows;
  shape.tile.columns = chip.tile_columns;
  shape.tile.duration_wires = duration_wires(chip);
  shape.tile.line_buffers = chip.examples_in_flight;
  shape.tile.reduction_bits = reduction_bits(configuration);
  shape.tile.reduction_adders = reduction_adders(configuration);
  shape.tiles = chip.mesh_rows * chip.mesh_columns;
  shape.routers = shape.tiles;
  shape.sequencers = 1;
  return shape;
}

namespace {

PacketSizes packet_sizes(const Configuration& configuration) {
  const auto& periphery = configuration.periphery;
  return {
      .dac_bits = periphery.dac_bits,
      .adc_bits = periphery.adc_bits,
      .two_phase_deltas = periphery.adc_two_phase_deltas,
      .link_width_bits = static_cast<std::uint32_t>(std::lround(configuration.technology.link_width.base))};
}

}  // namespace

MappingTarget mapping_target(const Configuration& configuration) {
  const auto& chip = configuration.chip;
  return {
      .topology = {static_cast<std::uint32_t>(chip.mesh_rows), static_cast<std::uint32_t>(chip.mesh_columns)},
      .tile_rows = static_cast<std::size_t>(chip.tile_rows),
      .tile_columns = static_cast<std::size_t>(chip.tile_columns),
      .spare_tiles = static_cast<std::size_t>(chip.spare_tiles),
      .row_split = configuration.network.row_split,
      .faults = mesh_faults(chip),
      .virtual_channels = static_cast<std::uint32_t>(chip.virtual_channels),
      .placement = configuration.network.placement,
      .placement_seed = static_cast<std::uint64_t>(configuration.network.placement_seed),
      .packets = packet_sizes(configuration)};
}

ProgramOptions program_options(const Configuration& configuration, double learning_rate) {
  return {.route_entries = static_cast<std::size_t>(configuration.chip.route_entries),
          .flow_entries = static_cast<std::size_t>(configuration.chip.flow_entries),
          .backward_full_scale = configuration.periphery.adc_backward_full_scale,
          .packets = packet_sizes(configuration),
          .overlap = configuration.periphery.adc_overlap,
          .learning_rate = learning_rate,
          .transfer_interval = static_cast<std::uint32_t>(configuration.network.transfer_interval),
          .faults = mesh_faults(configuration.chip),
          .virtual_channels = static_cast<std::uint32_t>(configuration.chip.virtual_channels),
          .examples_in_flight = static_cast<std::uint32_t>(configuration.chip.examples_in_flight),
          .reduction_entries = static_cast<std::size_t>(reduction_entries(configuration.chip))};
}

}  // namespace kirchhoff::model
