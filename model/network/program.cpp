#include "model/network/program.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <string>

#include "foundation/error.h"
#include "interconnect/packet_address.h"
#include "interconnect/packet_bits.h"
#include "interconnect/router_registers.h"
#include "model/chip/address_map.h"
#include "model/chip/mesh_places.h"
#include "model/network/access_routes.h"
#include "model/network/route_planner.h"
#include "periphery/converter.h"
#include "tiles/tile_settings.h"

namespace kirchhoff::model {

using interconnect::NodeId;
using interconnect::PacketKind;
using interconnect::RouteId;
using tiles::FlowAction;
using tiles::TileRegister;

namespace {

std::uint32_t word_of(double value) {
  return std::bit_cast<std::uint32_t>(static_cast<float>(value));
}

/// Overlap of [a, a + an) with [b, b + bn).
struct Overlap {
  std::size_t first = 0;
  std::size_t count = 0;
};
Overlap overlap(std::size_t a, std::size_t an, std::size_t b, std::size_t bn) {
  const std::size_t first = std::max(a, b);
  const std::size_t end = std::min(a + an, b + bn);
  return {first, end > first ? end - first : 0};
}

class Programmer {
 public:
  Programmer(const NetworkSpec& network, const Mapping& mapping, const ProgramOptions& options)
      : network_(network),
        mapping_(mapping),
        options_(options),
        planner_(mapping.topology, {.route_entries = options.route_entries,
                                    .faults = options.faults,
                                    .virtual_channels = options.virtual_channels,
                                    .first_route = options.first_route}) {}

  NetworkPlan run() {
    plan_.writes = access_program(mapping_.topology, options_.faults, options_.virtual_channels);
    plan_inputs();
    for (std::size_t layer = 0; layer < network_.layers.size(); ++layer) {
      plan_partials(layer);
      plan_deltas(layer);
      if (layer + 1 < network_.layers.size()) {
        plan_activations(layer);
        plan_back_partials(layer);
        plan_exponents(layer);
      }
    }
    plan_outputs();
    plan_control();
    for (const auto& tile : mapping_.tiles) {
      write_role(tile);
    }
    write_reductions();
    for (const auto& entry : planner_.entries()) {
      write(interconnect::node_register_address(
                entry.node, interconnect::router_table_offset + std::uint64_t{4} * entry.route),
            entry.ports);
    }
    // ENABLE last: it takes the settings over.
    for (const auto& tile : mapping_.tiles) {
      set(tile.node, TileRegister::control, control_of(tile));
    }
    write_sequencer();
    plan_.end_route = options_.first_route + planner_.routes();
    return std::move(plan_);
  }

 private:
  [[nodiscard]] bool is_last(std::size_t layer) const { return layer + 1 == network_.layers.size(); }

  void write(std::uint64_t address, std::uint32_t value) { plan_.writes.push_back({address, value}); }
  void set(NodeId node, TileRegister address, std::uint32_t value) {
    write(interconnect::node_register_address(node, static_cast<std::uint32_t>(address)), value);
  }

  void receive(NodeId node, RouteId route, FlowAction action, std::size_t source_first, std::size_t count,
               std::size_t destination_first, std::size_t slot, std::size_t summands = 1) {
    const std::size_t entry = flows_used_[node]++;
    if (entry >= options_.flow_entries) {
      throw foundation::InputError("tile " + std::to_string(node) + " needs more than the " +
                                   std::to_string(options_.flow_entries) +
                                   " flows of mesh.flow_entries; raise it or use fewer, larger tiles");
    }
    const std::uint64_t base =
        interconnect::node_register_address(node, tiles::flow_table_offset + entry * tiles::flow_entry_bytes);
    write(base + 4, static_cast<std::uint32_t>(source_first | (count << 16)));
    write(base + 8, static_cast<std::uint32_t>(destination_first | (slot << 16)));
    if (summands > 1) {
      write(base + 12, static_cast<std::uint32_t>(summands));
    }
    write(base, tiles::flow_valid | (static_cast<std::uint32_t>(action) << 16) | route);
  }

  void sequencer_flow(SequencerFlow kind, RouteId route, std::size_t first, std::size_t count) {
    if (sequencer_flows_ >= sequencer_flow_entries) {
      throw foundation::InputError("the network needs more than the " +
                                   std::to_string(sequencer_flow_entries) +
                                   " flows of the sequencer; use larger tiles");
    }
    const std::uint64_t base =
        sequencer_registers_base + sequencer_register::flow_table + sequencer_flows_++ * sequencer_flow_bytes;
    write(base + 4, static_cast<std::uint32_t>(first));
    write(base + 8, static_cast<std::uint32_t>(count));
    write(base, sequencer_flow_valid | (static_cast<std::uint32_t>(kind) << 16) | route);
  }

  /// What travels along a route: `elements` of `element_bits`, so many packets per example from each source.
  struct Packet {
    PacketKind kind;
    std::size_t elements = 0;
    std::int64_t element_bits = 0;
    std::uint32_t per_example = 1;
    std::uint32_t summands = 1;
  };
  RouteId route_from(NodeId source, std::span<const NodeId> destinations, const Packet& packet) {
    const RouteId route = planner_.from_node(source, destinations);
    note(route, {source}, {destinations.begin(), destinations.end()}, packet);
    return route;
  }
  RouteId route_from_sequencer(std::span<const NodeId> destinations, const Packet& packet) {
    const RouteId route = planner_.from_sequencer(destinations);
    note(route, {}, {destinations.begin(), destinations.end()}, packet);
    return route;
  }
  RouteId route_to_sequencer(std::span<const NodeId> sources, const Packet& packet) {
    const RouteId route = planner_.to_sequencer(sources);
    note(route, {sources.begin(), sources.end()}, {}, packet);
    return route;
  }
  /// A way that ends in a router, which adds.
  void note_way(RouteId route, NodeId source, NodeId router, const std::vector<PathLink>& way,
                const Packet& packet) {
    PlannedRoute planned = described(route, packet);
    planned.links = way;
    planned.hops = packet.per_example * way.size();
    planned.sources = {source};
    planned.destinations = {router};
    planned.is_reduced = true;
    plan_.routes.push_back(std::move(planned));
  }
  [[nodiscard]] PlannedRoute described(RouteId route, const Packet& packet) const {
    PlannedRoute planned;
    planned.route = route;
    planned.kind = packet.kind;
    planned.summands = packet.summands;
    planned.elements = packet.elements;
    planned.bits = interconnect::PacketHeader::header_bits +
                   packet.elements * static_cast<std::uint64_t>(packet.element_bits);
    planned.flits = (planned.bits + options_.packets.link_width_bits - 1) / options_.packets.link_width_bits;
    planned.packets = packet.per_example;
    return planned;
  }
  void note(RouteId route, std::vector<NodeId> sources, std::vector<NodeId> destinations,
            const Packet& packet) {
    PlannedRoute planned = described(route, packet);
    planned.links = planner_.links(route);
    planned.hops = packet.per_example *
                   (destinations.empty() ? planner_.path_lengths(route, sources) : planned.links.size());
    planned.sources = std::move(sources);
    planned.destinations = std::move(destinations);
    plan_.routes.push_back(std::move(planned));
  }

  [[nodiscard]] bool adds_in_routers() const { return options_.reduction_entries > 0; }

  /// Sources whose packets are added on their way: what each sends on, by source, and what comes to the
  /// destinations.
  struct Reduced {
    std::vector<RouteId> sends;
    RouteId sum = 0;
  };
  Reduced reduce(std::span<const NodeId> sources, std::span<const NodeId> destinations,
                 const Packet& packet) {
    const auto reduction = planner_.reduced(sources, destinations);
    const auto& meetings = reduction.tree.meetings;
    const auto as_sum = [&](std::size_t summands) {
      Packet sum = packet;
      sum.element_bits = interconnect::wide_bits(packet.element_bits, summands);
      sum.summands = static_cast<std::uint32_t>(summands);
      return sum;
    };
    Reduced result;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const auto& start = reduction.tree.starts[i];
      result.sends.push_back(reduction.routes[start.meeting]);
      note_way(result.sends.back(), sources[i], meetings[start.meeting].node, start.way, packet);
    }
    for (std::size_t i = 0; i < meetings.size(); ++i) {
      const auto& meeting = meetings[i];
      const bool last = i == reduction.tree.last;
      const RouteId on = last ? reduction.sum : reduction.routes[meeting.next];
      reductions_.push_back({meeting.node, reduction.routes[i], meeting.inputs, on});
      if (last) {
        note(on, {meeting.node}, {destinations.begin(), destinations.end()}, as_sum(meeting.summands));
      } else {
        note_way(on, meeting.node, meetings[meeting.next].node, meeting.way, as_sum(meeting.summands));
      }
    }
    result.sum = reduction.sum;
    return result;
  }

  /// Word by word of the routers' reduction tables.
  void write_reductions() {
    plan_.end_reductions = options_.first_reductions;
    plan_.end_reductions.resize(mapping_.topology.node_count(), 0);
    for (const auto& reduction : reductions_) {
      const std::size_t entry = plan_.end_reductions[reduction.node]++;
      if (entry >= options_.reduction_entries) {
        throw foundation::InputError(
            "router " + node_text(mapping_.topology, reduction.node) + " needs more than the " +
            std::to_string(options_.reduction_entries) +
            " reductions of mesh.reduction_entries; raise it, or take mesh.reduction = "
            "collector");
      }
      const std::uint64_t base = interconnect::node_register_address(
          reduction.node,
          interconnect::router_reduction_table_offset + entry * interconnect::reduction_entry_bytes);
      write(base + 4, reduction.sum);
      write(base, interconnect::reduction_valid |
                      (std::uint32_t{reduction.inputs} << interconnect::reduction_inputs_shift) |
                      reduction.route);
    }
  }

  std::vector<NodeId> nodes_of_split(std::size_t layer, std::size_t split) const {
    std::vector<NodeId> nodes;
    for (std::size_t group = 0; group < mapping_.layers[layer].column_groups; ++group) {
      nodes.push_back(mapping_.tile(layer, split, group).node);
    }
    return nodes;
  }
  std::vector<NodeId> nodes_of_group(std::size_t layer, std::size_t group) const {
    std::vector<NodeId> nodes;
    for (std::size_t split = 0; split < mapping_.layers[layer].row_splits; ++split) {
      nodes.push_back(mapping_.tile(layer, split, group).node);
    }
    return nodes;
  }

  /// Sequencer -> all column groups of each row split of the first layer.
  void plan_inputs() {
    for (std::size_t split = 0; split < mapping_.layers[0].row_splits; ++split) {
      const auto& first = mapping_.tile(0, split, 0);
      const RouteId route = route_from_sequencer(
          nodes_of_split(0, split), {PacketKind::activation, first.input_rows, options_.packets.dac_bits});
      sequencer_flow(SequencerFlow::input, route, first.first_row, first.input_rows);
      for (const NodeId node : nodes_of_split(0, split)) {
        receive(node, route, FlowAction::activation, 0, first.input_rows, 0, 0);
      }
    }
  }

  /// Row splits -> collector of their column group.
  void plan_partials(std::size_t layer) {
    const auto& map = mapping_.layers[layer];
    for (std::size_t group = 0; group < map.column_groups; ++group) {
      const auto& collector = mapping_.collector(layer, group);
      set(collector.node, TileRegister::partials, static_cast<std::uint32_t>(map.row_splits));
      set(collector.node, TileRegister::partial_slot, 0);
      const Packet packet{PacketKind::partial_sum, collector.columns, options_.packets.adc_bits};
      if (adds_in_routers() && map.row_splits > 2) {
        std::vector<NodeId> sources = nodes_of_group(layer, group);
        sources.erase(sources.begin());  // the collector's own stays in its tile
        const Reduced reduced = reduce(sources, std::array{collector.node}, packet);
        for (std::size_t i = 0; i < sources.size(); ++i) {
          set(sources[i], TileRegister::transmit_partial, reduced.sends[i]);
        }
        receive(collector.node, reduced.sum, FlowAction::partial_sum, 0, collector.columns, 0, 1,
                sources.size());
        continue;
      }
      for (std::size_t split = 1; split < map.row_splits; ++split) {
        const auto& tile = mapping_.tile(layer, split, group);
        const RouteId route = route_from(tile.node, std::array{collector.node}, packet);
        set(tile.node, TileRegister::transmit_partial, route);
        receive(collector.node, route, FlowAction::partial_sum, 0, tile.columns, 0, split);
      }
    }
  }

  /// Collector -> the tiles of the next layer whose rows it feeds.
  void plan_activations(std::size_t layer) {
    for (std::size_t group = 0; group < mapping_.layers[layer].column_groups; ++group) {
      const auto& collector = mapping_.collector(layer, group);
      std::vector<const TileAssignment*> fed;
      std::vector<NodeId> nodes;
      for (const auto& tile : mapping_.tiles) {
        if (tile.layer == layer + 1 &&
            overlap(tile.first_row, tile.input_rows, collector.first_column, collector.columns).count > 0) {
          fed.push_back(&tile);
          nodes.push_back(tile.node);
        }
      }
      const RouteId route = route_from(
          collector.node, nodes, {PacketKind::activation, collector.columns, options_.packets.dac_bits});
      set(collector.node, TileRegister::transmit_output, route);
      for (const auto* tile : fed) {
        const auto part =
            overlap(tile->first_row, tile->input_rows, collector.first_column, collector.columns);
        receive(tile->node, route, FlowAction::activation, part.first - collector.first_column, part.count,
                part.first - tile->first_row, 0);
      }
    }
  }

  /// Collectors of the last layer -> sequencer.
  void plan_outputs() {
    const std::size_t layer = network_.layers.size() - 1;
    for (std::size_t group = 0; group < mapping_.layers[layer].column_groups; ++group) {
      const auto& collector = mapping_.collector(layer, group);
      const RouteId route = route_to_sequencer(
          std::array{collector.node},
          {PacketKind::layer_output, collector.columns,
           interconnect::wide_bits(options_.packets.adc_bits, mapping_.layers[layer].row_splits)});
      set(collector.node, TileRegister::transmit_output, route);
      sequencer_flow(SequencerFlow::output, route, collector.first_column, collector.columns);
    }
  }

  /// Deltas of a column group -> all its row splits; from the sequencer for the last layer.
  void plan_deltas(std::size_t layer) {
    for (std::size_t group = 0; group < mapping_.layers[layer].column_groups; ++group) {
      const auto& collector = mapping_.collector(layer, group);
      const auto nodes = nodes_of_group(layer, group);
      const Packet packet{PacketKind::delta, collector.columns, options_.packets.dac_bits + 1};
      const RouteId route =
          is_last(layer) ? route_from_sequencer(nodes, packet) : route_from(collector.node, nodes, packet);
      if (is_last(layer)) {
        sequencer_flow(SequencerFlow::delta, route, collector.first_column, collector.columns);
      } else {
        set(collector.node, TileRegister::transmit_delta, route);
      }
      for (const NodeId node : nodes) {
        receive(node, route, FlowAction::delta, 0, collector.columns, 0, 0);
      }
    }
  }

  /// Tiles of the next layer -> the collectors of this one whose outputs are their rows. Those of a row split
  /// have the same rows and hence the same collectors: their sums can be added on their way.
  void plan_back_partials(std::size_t layer) {
    const auto& map = mapping_.layers[layer];
    const auto& above = mapping_.layers[layer + 1];
    const bool reduces = adds_in_routers() && above.column_groups > 1;
    std::vector<std::uint32_t> expected(map.column_groups, 0);
    const auto take = [&](const TileAssignment& tile, std::span<const std::size_t> groups, RouteId route,
                          std::size_t slot, std::size_t summands) {
      for (const std::size_t group : groups) {
        const auto& collector = mapping_.collector(layer, group);
        const auto part = overlap(tile.first_row, tile.input_rows, collector.first_column, collector.columns);
        receive(collector.node, route, FlowAction::back_partial, part.first - tile.first_row, part.count,
                part.first - collector.first_column, slot, summands);
        ++expected[group];
      }
    };
    for (const auto& tile : mapping_.tiles) {
      if (tile.layer != layer + 1 || (reduces && tile.column_group != 0)) {
        continue;
      }
      std::vector<std::size_t> groups;
      std::vector<NodeId> nodes;
      for (std::size_t group = 0; group < map.column_groups; ++group) {
        const auto& collector = mapping_.collector(layer, group);
        if (overlap(tile.first_row, tile.input_rows, collector.first_column, collector.columns).count > 0) {
          groups.push_back(group);
          nodes.push_back(collector.node);
        }
      }
      const Packet packet{PacketKind::back_partial, tile.input_rows,
                          options_.packets.adc_bits + (options_.packets.two_phase_deltas ? 1 : 0)};
      if (reduces) {
        const auto sources = nodes_of_split(layer + 1, tile.row_split);
        const Reduced reduced = reduce(sources, nodes, packet);
        for (std::size_t i = 0; i < sources.size(); ++i) {
          set(sources[i], TileRegister::transmit_back, reduced.sends[i]);
        }
        take(tile, groups, reduced.sum, 0, sources.size());
      } else {
        const RouteId route = route_from(tile.node, nodes, packet);
        set(tile.node, TileRegister::transmit_back, route);
        take(tile, groups, route, tile.column_group, 1);
      }
    }
    for (std::size_t group = 0; group < map.column_groups; ++group) {
      const NodeId node = mapping_.collector(layer, group).node;
      set(node, TileRegister::back_partials, expected[group]);
      set(node, TileRegister::back_slots, reduces ? 1U : static_cast<std::uint32_t>(above.column_groups));
    }
  }

  /// Collectors -> leader (that of the first column group) -> the other collectors.
  void plan_exponents(std::size_t layer) {
    const std::size_t groups = mapping_.layers[layer].column_groups;
    const NodeId leader = mapping_.collector(layer, 0).node;
    set(leader, TileRegister::exponent_reports, static_cast<std::uint32_t>(groups));
    if (groups == 1) {
      return;
    }
    std::vector<NodeId> others;
    for (std::size_t group = 1; group < groups; ++group) {
      const NodeId node = mapping_.collector(layer, group).node;
      others.push_back(node);
      const RouteId route = route_from(node, std::array{leader}, {PacketKind::exponent_report});
      set(node, TileRegister::transmit_report, route);
      receive(leader, route, FlowAction::exponent_report, 0, 0, 0, 0);
    }
    const RouteId route = route_from(leader, others, {PacketKind::exponent});
    set(leader, TileRegister::transmit_exponent, route);
    for (const NodeId node : others) {
      receive(node, route, FlowAction::exponent, 0, 0, 0, 0);
    }
  }

  /// Transfer orders to all tiles; their completions to the collector, from there to the sequencer.
  void plan_control() {
    std::vector<NodeId> nodes;
    std::vector<NodeId> collectors;
    for (const auto& tile : mapping_.tiles) {
      nodes.push_back(tile.node);
      if (tile.row_split == 0) {
        collectors.push_back(tile.node);
      }
    }
    transfer_route_ = route_from_sequencer(nodes, {.kind = PacketKind::transfer, .per_example = 0});
    for (const NodeId node : nodes) {
      receive(node, transfer_route_, FlowAction::transfer, 0, 0, 0, 0);
    }
    const RouteId to_sequencer = route_to_sequencer(collectors, {PacketKind::done});
    for (const NodeId node : collectors) {
      set(node, TileRegister::transmit_done, to_sequencer);
    }
    for (const auto& tile : mapping_.tiles) {
      if (tile.row_split != 0) {
        const NodeId collector = mapping_.collector(tile.layer, tile.column_group).node;
        const RouteId route =
            route_from(tile.node, std::array{collector}, {.kind = PacketKind::done, .per_example = 0});
        set(tile.node, TileRegister::transmit_done, route);
        receive(collector, route, FlowAction::done, 0, 0, 0, 0);
      }
    }
    groups_ = collectors.size();
  }

  [[nodiscard]] std::uint32_t control_of(const TileAssignment& tile) const {
    return tiles::control_enable | (tile.layer == 0 ? std::uint32_t{tiles::control_first_layer} : 0U) |
           (is_last(tile.layer) ? std::uint32_t{tiles::control_last_layer} : 0U) |
           (tile.row_split == 0 ? std::uint32_t{tiles::control_collector} : 0U) |
           (tile.bias ? std::uint32_t{tiles::control_bias} : 0U) | overlap_of(tile);
  }

  /// Results that go into another read: not the last layer's, nor the deltas of the first, which only update.
  [[nodiscard]] std::uint32_t overlap_of(const TileAssignment& tile) const {
    if (!options_.overlap) return 0;
    return (is_last(tile.layer) ? 0U : std::uint32_t{tiles::control_overlap_forward}) |
           (tile.layer < 2 ? 0U : std::uint32_t{tiles::control_overlap_transposed});
  }

  void write_role(const TileAssignment& tile) {
    const auto& layer = network_.layers[tile.layer];
    set(tile.node, TileRegister::layer, static_cast<std::uint32_t>(tile.layer));
    set(tile.node, TileRegister::rows, static_cast<std::uint32_t>(tile.rows()));
    set(tile.node, TileRegister::columns, static_cast<std::uint32_t>(tile.columns));
    set(tile.node, TileRegister::activation, static_cast<std::uint32_t>(layer.activation));
    set(tile.node, TileRegister::forward_full_scale, word_of(layer.adc_full_scale));
    set(tile.node, TileRegister::backward_full_scale, word_of(options_.backward_full_scale));
    set(tile.node, TileRegister::input_scale, word_of(layer.input_scale));
    set(tile.node, TileRegister::output_scale, word_of(layer.output_scale));
    set(tile.node, TileRegister::learning_rate, word_of(options_.learning_rate));
    // A row that goes on in the next column group is one line, and so is a column over all row splits.
    set(tile.node, TileRegister::row_generator, mapping_.tile(tile.layer, tile.row_split, 0).node);
    set(tile.node, TileRegister::column_generator, mapping_.tile(tile.layer, 0, tile.column_group).node);
  }

  void write_sequencer() {
    const auto set_sequencer = [&](std::uint32_t offset, std::uint32_t value) {
      write(sequencer_registers_base + offset, value);
    };
    const periphery::Adc adc{options_.packets.adc_bits, network_.layers.back().adc_full_scale};
    set_sequencer(sequencer_register::inputs, static_cast<std::uint32_t>(network_.inputs()));
    set_sequencer(sequencer_register::classes, static_cast<std::uint32_t>(network_.classes()));
    set_sequencer(sequencer_register::output_lsb, std::bit_cast<std::uint32_t>(adc.lsb));
    set_sequencer(sequencer_register::groups, static_cast<std::uint32_t>(groups_));
    set_sequencer(sequencer_register::transfer_route, transfer_route_);
    set_sequencer(sequencer_register::transfer_interval, options_.transfer_interval);
    if (options_.examples_in_flight > 1) {
      set_sequencer(sequencer_register::in_flight, options_.examples_in_flight);
    }
  }

  const NetworkSpec& network_;
  const Mapping& mapping_;
  ProgramOptions options_;
  RoutePlanner planner_;
  RouteId transfer_route_ = interconnect::no_route;
  std::map<NodeId, std::size_t> flows_used_;
  struct RouterReduction {
    NodeId node;
    RouteId route;
    std::uint8_t inputs;
    RouteId sum;
  };
  std::vector<RouterReduction> reductions_;
  std::size_t sequencer_flows_ = 0;
  std::size_t groups_ = 0;
  NetworkPlan plan_;
};

}  // namespace

std::uint64_t flit_hops(std::span<const PlannedRoute> routes) {
  std::uint64_t sum = 0;
  for (const PlannedRoute& route : routes) {
    sum += route.flit_hops();
  }
  return sum;
}

NetworkPlan plan_network(const NetworkSpec& network, const Mapping& mapping, const ProgramOptions& options) {
  return Programmer{network, mapping, options}.run();
}

std::vector<RegisterWrite> make_program(const NetworkSpec& network, const Mapping& mapping,
                                        const ProgramOptions& options) {
  return plan_network(network, mapping, options).writes;
}

std::vector<RegisterWrite> learning_rate_program(const Mapping& mapping, double learning_rate) {
  std::vector<RegisterWrite> writes;
  for (const auto& tile : mapping.tiles) {
    writes.push_back({interconnect::node_register_address(
                          tile.node, static_cast<std::uint32_t>(TileRegister::learning_rate)),
                      word_of(learning_rate)});
  }
  return writes;
}

}  // namespace kirchhoff::model
