#pragma once

#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "foundation/ledger.h"
#include "interconnect/packet_address.h"
#include "interconnect/router_core.h"
#include "model/chip/sequencer_core.h"
#include "model/network/mapping.h"
#include "model/network/program.h"
#include "tiles/tile_core.h"

namespace kirchhoff::unit {

/// A chip of plain classes: tiles, route tables and the sequencer, joined by calls instead of sockets.
/// Packets take a nanosecond per router; there is no contention. Host memory is one flat array.
class PlainChip final : public model::SequencerPorts {
 public:
  static constexpr std::uint64_t seed = 3;

  PlainChip(interconnect::Topology topology, const tiles::TileParameters& tile)
      : ledger(topology.node_count()),
        trains(seed, tile.periphery.update_slots, (1 << tile.periphery.dac_bits) - 1,
               periphery::update_style(tile.periphery)),
        services{.ledger = ledger, .trace = nullptr, .seed = seed},
        sequencer({.detail = tile.detail,
                   .dac_bits = tile.periphery.dac_bits,
                   .update = tile.timing.update(tile.periphery.update_slots),
                   .tile_columns = tile.columns,
                   .mesh_nodes = topology.node_count()},
                  *this, services, "sequencer"),
        memory(1U << 20),
        tile_columns_(tile.columns) {
    for (interconnect::NodeId node = 0; node < topology.node_count(); ++node) {
      routers.emplace_back(node, topology, interconnect::LinkTiming{}, tile.route_entries);
      boxes_.push_back(std::make_unique<NodeOutbox>(*this, node));
      tiles.push_back(
          std::make_unique<tiles::TileCore>(node, tile, trains, services, "tile", *boxes_.back()));
    }
  }

  /// Carries register writes out as the host interface does; false where one hits nothing.
  bool write(std::span<const model::RegisterWrite> writes) {
    bool good = true;
    for (const auto& entry : writes) {
      if (entry.address >= interconnect::node_window_base) {
        const auto node = interconnect::node_of_address(entry.address);
        const auto offset =
            static_cast<std::uint32_t>(entry.address - interconnect::node_register_address(node, 0));
        good &= node < tiles.size() &&
                (offset >= interconnect::router_table_offset
                     ? routers[node].set_route((offset - interconnect::router_table_offset) / 4,
                                               static_cast<std::uint8_t>(entry.value))
                     : tiles[node]->write_register(offset, entry.value) == tiles::Outcome::ok);
      } else {
        good &= sequencer.settings().write(
            static_cast<std::uint32_t>(entry.address - model::sequencer_registers_base), entry.value);
      }
    }
    return good;
  }

  /// Works a descriptor off at the chip's own time.
  model::Completion execute(const model::Descriptor& descriptor) {
    return sequencer.execute(descriptor, now);
  }

  template <typename T>
  void put(std::uint64_t address, std::span<const T> values) {
    std::memcpy(memory.data() + address, values.data(), values.size_bytes());
  }

  // SequencerPorts
  bool send(const interconnect::PacketHeader& header, std::span<const std::byte> payload,
            foundation::Duration at) override {
    return carry(header, payload, interconnect::gateway_node, at);
  }
  bool dma_read(std::uint64_t address, std::span<std::byte> bytes, foundation::Duration& /*at*/) override {
    if (address + bytes.size() > memory.size()) {
      return false;
    }
    std::memcpy(bytes.data(), memory.data() + address, bytes.size());
    return true;
  }
  bool dma_write(std::uint64_t address, std::span<const std::byte> bytes,
                 foundation::Duration& /*at*/) override {
    if (address + bytes.size() > memory.size()) {
      return false;
    }
    std::memcpy(memory.data() + address, bytes.data(), bytes.size());
    return true;
  }
  bool write_cells(std::uint64_t address, std::span<const std::byte> bytes,
                   foundation::Duration& at) override {
    std::vector<float> row(bytes.size() / sizeof(float));
    std::memcpy(row.data(), bytes.data(), bytes.size());
    return tile_of(address).program_row(row_of(address), row, at) == tiles::Outcome::ok;
  }
  bool read_cells(std::uint64_t address, std::span<std::byte> bytes, foundation::Duration& at) override {
    std::vector<float> row(bytes.size() / sizeof(float));
    const bool good = tile_of(address).read_row(row_of(address), row, at) == tiles::Outcome::ok;
    std::memcpy(bytes.data(), row.data(), bytes.size());
    return good;
  }
  void settled(foundation::Duration /*now*/) override {}
  void at_rest(foundation::Duration at) override {
    if (rest) {
      rest(at);
    }
  }

  /// The whole state of the chip.
  [[nodiscard]] std::string save() const {
    foundation::StateWriter writer;
    writer.section("chip", 1);
    sequencer.save(writer);
    writer(ledger);
    for (const auto& router : routers) {
      writer(router);
    }
    for (const auto& tile : tiles) {
      tile->save(writer);
    }
    return writer.finish();
  }
  void restore(const std::string& saved) {
    foundation::StateReader reader{saved, "saved"};
    reader.section("chip", 1);
    sequencer.restore(reader);
    reader(ledger);
    for (auto& router : routers) {
      reader(router);
    }
    for (const auto& tile : tiles) {
      tile->restore(reader);
    }
    reader.finish();
  }

  std::function<void(foundation::Duration at)> rest;  ///< called by the sequencer after transfers
  foundation::Ledger ledger;
  periphery::SharedTrains trains;
  foundation::Services services;
  model::SequencerCore sequencer;
  std::deque<interconnect::RouterCore> routers;
  std::vector<std::unique_ptr<tiles::TileCore>> tiles;
  std::vector<std::byte> memory;
  foundation::Duration now{0};

 private:
  class NodeOutbox final : public tiles::Outbox {
   public:
    NodeOutbox(PlainChip& chip, interconnect::NodeId node) : chip_(chip), node_(node) {}
    bool send(const interconnect::PacketHeader& header, std::span<const std::byte> payload,
              foundation::Duration at) override {
      return chip_.carry(header, payload, node_, at);
    }

   private:
    PlainChip& chip_;
    interconnect::NodeId node_;
  };

  /// From an endpoint at `node`; the payload is copied, since answers may come before all have it.
  bool carry(const interconnect::PacketHeader& header, std::span<const std::byte> payload,
             interconnect::NodeId node, foundation::Duration at) {
    const std::vector<std::byte> bytes(payload.begin(), payload.end());
    return pass(header, bytes, node, at);
  }
  bool pass(const interconnect::PacketHeader& header, std::span<const std::byte> bytes,
            interconnect::NodeId node, foundation::Duration at) {
    const auto arrival = at + foundation::Duration{1000};
    const std::uint8_t ports = routers[node].ports_of(header);
    bool good = ports != 0;
    for (const auto port : interconnect::all_ports) {
      if ((ports & interconnect::mask_of(port)) == 0) {
        continue;
      }
      if (port == interconnect::Port::local) {
        good &= tiles[node]->receive(header, bytes, arrival) == tiles::Outcome::ok;
      } else if (routers[node].topology().has_neighbour(node, port)) {
        good &= pass(header, bytes, routers[node].topology().neighbour(node, port), arrival);
      } else {
        good &= node == interconnect::gateway_node && port == interconnect::sequencer_port &&
                sequencer.receive(header, bytes, arrival);
      }
    }
    return good;
  }
  tiles::TileCore& tile_of(std::uint64_t address) {
    return *tiles.at(interconnect::node_of_address(address));
  }
  [[nodiscard]] std::size_t row_of(std::uint64_t address) const {
    const auto node = interconnect::node_of_address(address);
    const auto first = interconnect::cell_address(node, interconnect::CellPlane::weight, 0);
    return (address - first) / sizeof(float) / tile_columns_;
  }

  std::size_t tile_columns_;
  std::vector<std::unique_ptr<NodeOutbox>> boxes_;
};

}  // namespace kirchhoff::unit
