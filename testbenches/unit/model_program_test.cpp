#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <set>
#include <vector>

#include "foundation/error.h"
#include "interconnect/packet_address.h"
#include "model/chip/sequencer_settings.h"
#include "model/network/program.h"
#include "testbenches/unit/network_bench.h"
#include "testbenches/unit/plain_chip.h"
#include "tiles/tile_settings.h"

namespace {

using namespace kirchhoff;
using interconnect::NodeId;
using interconnect::Port;
using interconnect::RouteId;
using model::make_program;
using model::Mapping;
using model::ProgramOptions;
using model::RegisterWrite;
using model::SequencerFlow;
using tiles::FlowAction;
using tiles::TileRegister;

/// The registers after a program, read as the chip reads them.
class Image {
 public:
  Image(const Mapping& mapping, const std::vector<RegisterWrite>& writes) : mapping_(mapping) {
    for (const auto& write : writes) {
      words_[write.address] = write.value;
    }
    for (const auto& [address, value] : words_) {
      if (address < interconnect::node_window_base) {
        EXPECT_TRUE(
            sequencer.write(static_cast<std::uint32_t>(address - model::sequencer_registers_base), value));
        continue;
      }
      const NodeId node = interconnect::node_of_address(address);
      const std::uint64_t offset = address - interconnect::node_register_address(node, 0);
      if (offset >= interconnect::router_table_offset) {
        masks_[{node, static_cast<RouteId>((offset - interconnect::router_table_offset) / 4)}] =
            static_cast<std::uint8_t>(value);
      } else if (offset >= tiles::flow_table_offset) {
        if ((offset - tiles::flow_table_offset) % tiles::flow_entry_bytes == 0) {
          add_flow(node, offset);
        }
      }
    }
  }

  struct Flow {
    FlowAction action;
    std::size_t source_first;
    std::size_t count;
    std::size_t destination_first;
    std::size_t slot;
  };
  /// The flow of a route at a node; null where there is none.
  [[nodiscard]] const Flow* flow(NodeId node, RouteId route) const {
    const auto found = flows_.find({node, route});
    return found == flows_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] std::vector<std::pair<RouteId, Flow>> flows(NodeId node, FlowAction action) const {
    std::vector<std::pair<RouteId, Flow>> result;
    for (const auto& [key, flow] : flows_) {
      if (key.first == node && flow.action == action) {
        result.emplace_back(key.second, flow);
      }
    }
    return result;
  }
  [[nodiscard]] std::uint32_t get(NodeId node, TileRegister address, std::uint32_t missing = 0) const {
    const auto found =
        words_.find(interconnect::node_register_address(node, static_cast<std::uint32_t>(address)));
    return found == words_.end() ? missing : found->second;
  }
  [[nodiscard]] RouteId route(NodeId node, TileRegister address) const {
    return static_cast<RouteId>(get(node, address, interconnect::no_route));
  }

  /// Tiles a packet on this route reaches from here, each once; a visit of the sequencer is counted.
  std::set<NodeId> reach(RouteId route, NodeId from, int& sequencer_visits) const {
    std::set<NodeId> tiles;
    std::set<NodeId> seen;
    step(route, from, tiles, seen, sequencer_visits);
    return tiles;
  }
  /// The same where the sequencer must not be met.
  std::set<NodeId> reach_tiles(RouteId route, NodeId from) const {
    int visits = 0;
    auto tiles = reach(route, from, visits);
    EXPECT_EQ(visits, 0);
    return tiles;
  }

  model::SequencerSettings sequencer;

 private:
  void add_flow(NodeId node, std::uint64_t offset) {
    const std::uint64_t base = interconnect::node_register_address(node, offset);
    const std::uint32_t first = words_[base];
    const std::uint32_t second = words_[base + 4];
    const std::uint32_t third = words_[base + 8];
    EXPECT_NE(first & tiles::flow_valid, 0U);
    const Flow flow{static_cast<FlowAction>(first >> 16 & 0xfU), second & 0xffffU, second >> 16,
                    third & 0xffffU, third >> 16};
    EXPECT_TRUE(flows_.emplace(std::pair{node, static_cast<RouteId>(first & 0xffffU)}, flow).second)
        << "a route with two meanings at node " << node;
  }
  void step(RouteId route, NodeId node, std::set<NodeId>& tiles, std::set<NodeId>& seen, int& visits) const {
    ASSERT_TRUE(seen.insert(node).second) << "route " << route << " comes twice to node " << node;
    const auto found = masks_.find({node, route});
    ASSERT_NE(found, masks_.end()) << "route " << route << " ends at node " << node;
    for (const Port port : interconnect::all_ports) {
      if ((found->second & mask_of(port)) == 0) {
        continue;
      }
      if (port == Port::local) {
        tiles.insert(node);
      } else if (mapping_.topology.has_neighbour(node, port)) {
        step(route, mapping_.topology.neighbour(node, port), tiles, seen, visits);
      } else {
        ASSERT_EQ(node, interconnect::gateway_node);
        ASSERT_EQ(port, interconnect::sequencer_port);
        ++visits;
      }
    }
  }

  const Mapping& mapping_;
  std::map<std::uint64_t, std::uint32_t> words_;
  std::map<std::pair<NodeId, RouteId>, std::uint8_t> masks_;
  std::map<std::pair<NodeId, RouteId>, Flow> flows_;
};

ProgramOptions plenty() {
  return {.route_entries = 8192, .flow_entries = 1700, .learning_rate = 0.1, .transfer_interval = 8000};
}

/// Counts how often elements first .. first + count of a vector were written.
void cover(std::vector<int>& elements, std::size_t first, std::size_t count) {
  for (std::size_t i = first; i < first + count; ++i) {
    ++elements.at(i);
  }
}
bool all_once(const std::vector<int>& elements) {
  return std::all_of(elements.begin(), elements.end(), [](int n) { return n == 1; });
}

/// A receiver's part of a sender's vector lies within it.
void expect_within(const Image::Flow& flow, std::size_t sent) {
  EXPECT_LE(flow.source_first + flow.count, sent);
}

/// What a route carries must be expected wherever it arrives, and nowhere else.
void expect_receivers(const Image& image, RouteId route, NodeId from, FlowAction action, std::size_t sent) {
  const auto reached = image.reach_tiles(route, from);
  EXPECT_FALSE(reached.empty());
  for (const NodeId node : reached) {
    const auto* flow = image.flow(node, route);
    ASSERT_NE(flow, nullptr) << "node " << node << " does not know route " << route;
    EXPECT_EQ(flow->action, action);
    expect_within(*flow, sent);
  }
}

void check_forward(const Image& image, const model::NetworkSpec& network, const Mapping& mapping) {
  // Every layer: its inputs reach every row of every tile exactly once.
  std::map<NodeId, std::vector<int>> rows;
  for (const auto& tile : mapping.tiles) {
    rows[tile.node].assign(tile.input_rows, 0);
  }
  for (const auto& flow : image.sequencer.flows(SequencerFlow::input)) {
    EXPECT_LE(flow.first + flow.count, network.inputs());
    expect_receivers(image, flow.route, interconnect::gateway_node, FlowAction::activation, flow.count);
    for (const NodeId node : image.reach_tiles(flow.route, interconnect::gateway_node)) {
      const auto* taken = image.flow(node, flow.route);
      const auto tile = std::find_if(mapping.tiles.begin(), mapping.tiles.end(),
                                     [&](const auto& t) { return t.node == node; });
      ASSERT_EQ(tile->layer, 0U);
      EXPECT_EQ(flow.first + taken->source_first, tile->first_row + taken->destination_first);
      cover(rows[node], taken->destination_first, taken->count);
    }
  }
  for (const auto& tile : mapping.tiles) {
    const bool last = tile.layer + 1 == network.layers.size();
    const RouteId out = image.route(tile.node, TileRegister::transmit_output);
    if (tile.row_split != 0 || last) {
      continue;
    }
    expect_receivers(image, out, tile.node, FlowAction::activation, tile.columns);
    for (const NodeId node : image.reach_tiles(out, tile.node)) {
      const auto* taken = image.flow(node, out);
      const auto next = std::find_if(mapping.tiles.begin(), mapping.tiles.end(),
                                     [&](const auto& t) { return t.node == node; });
      ASSERT_EQ(next->layer, tile.layer + 1);
      EXPECT_EQ(tile.first_column + taken->source_first, next->first_row + taken->destination_first);
      cover(rows[node], taken->destination_first, taken->count);
    }
  }
  for (const auto& [node, elements] : rows) {
    EXPECT_TRUE(all_once(elements)) << "rows of node " << node;
  }
}

void check_partials(const Image& image, const Mapping& mapping) {
  for (const auto& tile : mapping.tiles) {
    const auto& map = mapping.layers[tile.layer];
    const NodeId collector = mapping.collector(tile.layer, tile.column_group).node;
    if (tile.row_split == 0) {
      EXPECT_EQ(image.get(tile.node, TileRegister::partials), map.row_splits);
      std::vector<int> slots(map.row_splits, 0);
      ++slots.at(image.get(tile.node, TileRegister::partial_slot));
      for (const auto& [route, flow] : image.flows(tile.node, FlowAction::partial_sum)) {
        EXPECT_EQ(flow.count, tile.columns);
        ++slots.at(flow.slot);
      }
      EXPECT_TRUE(all_once(slots));
      EXPECT_EQ(image.flows(tile.node, FlowAction::done).size(), map.row_splits - 1);
    } else {
      const RouteId partial = image.route(tile.node, TileRegister::transmit_partial);
      EXPECT_EQ(image.reach_tiles(partial, tile.node), std::set<NodeId>{collector});
      EXPECT_EQ(image.flow(collector, partial)->action, FlowAction::partial_sum);
      const RouteId done = image.route(tile.node, TileRegister::transmit_done);
      EXPECT_EQ(image.reach_tiles(done, tile.node), std::set<NodeId>{collector});
      EXPECT_EQ(image.flow(collector, done)->action, FlowAction::done);
    }
  }
}

void check_backward(const Image& image, const model::NetworkSpec& network, const Mapping& mapping) {
  // Deltas: every tile gets those of all its columns from one sender.
  for (const auto& tile : mapping.tiles) {
    const auto flows = image.flows(tile.node, FlowAction::delta);
    ASSERT_EQ(flows.size(), 1U);
    EXPECT_EQ(flows[0].second.count, tile.columns);
    EXPECT_EQ(flows[0].second.source_first, 0U);
  }
  for (const auto& flow : image.sequencer.flows(SequencerFlow::delta)) {
    expect_receivers(image, flow.route, interconnect::gateway_node, FlowAction::delta, flow.count);
  }
  for (std::size_t layer = 0; layer + 1 < network.layers.size(); ++layer) {
    const auto& map = mapping.layers[layer];
    const NodeId leader = mapping.collector(layer, 0).node;
    EXPECT_EQ(image.get(leader, TileRegister::exponent_reports), map.column_groups);
    EXPECT_EQ(image.flows(leader, FlowAction::exponent_report).size(), map.column_groups - 1);
    for (std::size_t group = 0; group < map.column_groups; ++group) {
      const auto& collector = mapping.collector(layer, group);
      expect_receivers(image, image.route(collector.node, TileRegister::transmit_delta), collector.node,
                       FlowAction::delta, collector.columns);
      EXPECT_EQ(image.flows(collector.node, FlowAction::exponent).size(), group == 0 ? 0U : 1U);
      // Transposed sums: every column once for each column group of the layer above.
      const std::size_t above = mapping.layers[layer + 1].column_groups;
      EXPECT_EQ(image.get(collector.node, TileRegister::back_slots), above);
      const auto parts = image.flows(collector.node, FlowAction::back_partial);
      EXPECT_EQ(image.get(collector.node, TileRegister::back_partials), parts.size());
      std::vector<std::vector<int>> columns(above, std::vector<int>(collector.columns, 0));
      for (const auto& [route, flow] : parts) {
        cover(columns.at(flow.slot), flow.destination_first, flow.count);
      }
      for (const auto& slot : columns) {
        EXPECT_TRUE(all_once(slot));
      }
    }
    if (map.column_groups > 1) {
      const RouteId exponent = image.route(leader, TileRegister::transmit_exponent);
      EXPECT_EQ(image.reach_tiles(exponent, leader).size(), map.column_groups - 1);
    }
  }
  for (const auto& tile : mapping.tiles) {
    const RouteId back = image.route(tile.node, TileRegister::transmit_back);
    if (tile.layer == 0) {
      EXPECT_EQ(back, interconnect::no_route);
    } else {
      expect_receivers(image, back, tile.node, FlowAction::back_partial, tile.input_rows);
    }
  }
}

void check_sequencer(const Image& image, const model::NetworkSpec& network, const Mapping& mapping) {
  namespace reg = model::sequencer_register;
  const auto& settings = image.sequencer;
  EXPECT_EQ(settings.get(reg::inputs), network.inputs());
  EXPECT_EQ(settings.get(reg::classes), network.classes());
  EXPECT_EQ(settings.get(reg::transfer_interval), 8000U);
  const auto transfer = static_cast<RouteId>(settings.get(reg::transfer_route));
  EXPECT_EQ(image.reach_tiles(transfer, interconnect::gateway_node).size(), mapping.tiles.size());
  expect_receivers(image, transfer, interconnect::gateway_node, FlowAction::transfer, 0);
  std::vector<int> outputs(network.classes(), 0);
  const std::size_t last = network.layers.size() - 1;
  for (const auto& flow : settings.flows(SequencerFlow::output)) {
    cover(outputs, flow.first, flow.count);
  }
  EXPECT_TRUE(all_once(outputs));
  std::size_t groups = 0;
  for (const auto& tile : mapping.tiles) {
    if (tile.row_split != 0) {
      continue;
    }
    ++groups;
    int visits = 0;
    EXPECT_TRUE(image.reach(image.route(tile.node, TileRegister::transmit_done), tile.node, visits).empty());
    EXPECT_EQ(visits, 1);
    if (tile.layer == last) {
      visits = 0;
      EXPECT_TRUE(
          image.reach(image.route(tile.node, TileRegister::transmit_output), tile.node, visits).empty());
      EXPECT_EQ(visits, 1);
    }
  }
  EXPECT_EQ(settings.get(reg::groups), groups);
}

TEST(Program, FlowsOfRandomNetworksFitTogether) {
  foundation::RandomSequence random{foundation::RandomStream{141, foundation::Purpose::shuffle}, 0};
  for (int trial = 0; trial < 150 && !testing::Test::HasFailure(); ++trial) {
    const auto drawn = unit::random_case(random);
    SCOPED_TRACE(drawn.network.name() + " on " + std::to_string(drawn.target.tile_rows) + " x " +
                 std::to_string(drawn.target.tile_columns));
    const Mapping mapping = map_network(drawn.network, drawn.target);
    const Image image{mapping, make_program(drawn.network, mapping, plenty())};
    check_forward(image, drawn.network, mapping);
    check_partials(image, mapping);
    check_backward(image, drawn.network, mapping);
    check_sequencer(image, drawn.network, mapping);
  }
}

TEST(Program, TheChipAcceptsEveryWriteAndEveryTileItsRole) {
  foundation::RandomSequence random{foundation::RandomStream{142, foundation::Purpose::shuffle}, 0};
  for (int trial = 0; trial < 40; ++trial) {
    const auto drawn = unit::random_case(random);
    const Mapping mapping = map_network(drawn.network, drawn.target);
    tiles::TileParameters tile;
    tile.rows = drawn.target.tile_rows;
    tile.columns = drawn.target.tile_columns;
    tile.detail = tiles::Detail::ideal;
    tile.route_entries = plenty().route_entries;
    tile.flow_entries = plenty().flow_entries;
    unit::PlainChip chip{drawn.target.topology, tile};
    ASSERT_TRUE(chip.write(make_program(drawn.network, mapping, plenty())));
    for (const auto& assignment : mapping.tiles) {
      EXPECT_EQ(chip.tiles[assignment.node]->read_register(static_cast<std::uint32_t>(TileRegister::status)),
                0U);
    }
  }
}

TEST(Program, OverlapIsAskedForWhereAnotherReadFollows) {
  const auto network = unit::network_of({12, 9}, 20, 5);
  const Mapping mapping = map_network(network, {.topology = {4, 4}, .tile_rows = 10, .tile_columns = 8});
  const auto controls = [&](const ProgramOptions& options) {
    std::map<NodeId, std::uint32_t> result;
    for (const auto& write : make_program(network, mapping, options)) {
      if (write.address >= interconnect::node_window_base) {
        const NodeId node = interconnect::node_of_address(write.address);
        if (write.address == interconnect::node_register_address(node, 0)) {
          result[node] = write.value;
        }
      }
    }
    return result;
  };
  constexpr std::uint32_t both = tiles::control_overlap_forward | tiles::control_overlap_transposed;
  ProgramOptions options = plenty();
  auto plain = controls(options);
  options.overlap = true;
  auto overlapped = controls(options);
  for (const auto& tile : mapping.tiles) {
    EXPECT_EQ(plain.at(tile.node) & both, 0U);
    // Three layers: the output of the last and the deltas of the second go into no other read.
    const std::uint32_t expected = tile.layer == 0   ? tiles::control_overlap_forward
                                   : tile.layer == 1 ? tiles::control_overlap_forward
                                                     : tiles::control_overlap_transposed;
    EXPECT_EQ(overlapped.at(tile.node) & both, expected) << "layer " << tile.layer;
    EXPECT_EQ(overlapped.at(tile.node) & ~both, plain.at(tile.node));
  }
}

TEST(Program, SettingsComeBeforeEnable) {
  const auto network = unit::network_of({12}, 20, 5);
  const Mapping mapping = map_network(network, {.topology = {4, 4}, .tile_rows = 10, .tile_columns = 8});
  std::set<NodeId> enabled;
  for (const auto& write : make_program(network, mapping, plenty())) {
    if (write.address < interconnect::node_window_base) {
      continue;
    }
    const NodeId node = interconnect::node_of_address(write.address);
    EXPECT_EQ(enabled.count(node), 0U) << "a write to a tile at work";
    if (write.address == interconnect::node_register_address(node, 0)) {
      EXPECT_NE(write.value & tiles::control_enable, 0U);
      enabled.insert(node);
    }
  }
  EXPECT_EQ(enabled.size(), mapping.tiles.size());
}

TEST(Program, PublishedNetworksFitTheDefaultTables) {
  for (const bool images : {true, false}) {
    const auto network = images ? unit::network_of({250, 125}, 528, 10) : unit::network_of({}, 2048, 100);
    const Mapping mapping = map_network(network, {.topology = {4, 8}, .tile_rows = 131, .tile_columns = 50});
    EXPECT_NO_THROW(make_program(network, mapping, ProgramOptions{}));
  }
}

std::string refusal(const ProgramOptions& options) {
  const auto network = unit::network_of({30}, 40, 20);
  const Mapping mapping = map_network(network, {.topology = {8, 8}, .tile_rows = 10, .tile_columns = 8});
  try {
    make_program(network, mapping, options);
  } catch (const foundation::InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Program, FullTablesAreRefusedWithTheirNames) {
  EXPECT_EQ(refusal(plenty()), "accepted");
  auto options = plenty();
  options.route_entries = 20;
  EXPECT_NE(refusal(options).find("20 routes of mesh.route_entries"), std::string::npos) << refusal(options);
  options = plenty();
  options.flow_entries = 5;
  EXPECT_NE(refusal(options).find("5 flows of mesh.flow_entries"), std::string::npos) << refusal(options);
}

TEST(Program, LearningRateOfEveryTile) {
  const auto network = unit::network_of({12}, 20, 5);
  const Mapping mapping = map_network(network, {.topology = {4, 4}, .tile_rows = 10, .tile_columns = 8});
  const auto writes = model::learning_rate_program(mapping, 0.085);
  ASSERT_EQ(writes.size(), mapping.tiles.size());
  std::set<std::uint64_t> addresses;
  for (const auto& write : writes) {
    EXPECT_EQ(std::bit_cast<float>(write.value), 0.085F);
    addresses.insert(write.address);
  }
  for (const auto& tile : mapping.tiles) {
    EXPECT_EQ(addresses.count(interconnect::node_register_address(
                  tile.node, static_cast<std::uint32_t>(TileRegister::learning_rate))),
              1U);
  }
}

}  // namespace
