#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "foundation/ledger.h"
#include "foundation/services.h"
#include "foundation/synapse_listener.h"
#include "tiles/tile_core.h"

namespace kirchhoff::unit {

/// Keeps what a tile sends.
class RecordingOutbox final : public tiles::Outbox {
 public:
  struct Packet {
    interconnect::PacketHeader header;
    std::vector<float> values;
    foundation::Duration at{0};
  };

  bool send(const interconnect::PacketHeader& header, std::span<const std::byte> payload,
            foundation::Duration at) override {
    Packet packet{header, std::vector<float>(header.count), at};
    if (header.format != interconnect::VectorFormat::none) {
      decoded &= tiles::decode(header.format, payload, 0, packet.values) &&
                 payload.size() == header.count * interconnect::bytes_of(header.format);
    }
    packets.push_back(packet);
    return delivers;
  }
  /// The packets since the last call.
  std::vector<Packet> take() { return std::exchange(packets, {}); }

  std::vector<Packet> packets;
  bool decoded = true;   ///< every payload fitted its header
  bool delivers = true;  ///< what the mesh answers
};

/// Routes of the tile under test.
enum : interconnect::RouteId {
  route_in = 1,
  route_in_second = 2,
  route_delta = 3,
  route_back_in = 4,
  route_report_in = 5,
  route_exponent_in = 6,
  route_transfer = 7,
  route_partial_in = 8,
  route_done_in = 9,
  route_out = 20,
  route_partial = 21,
  route_back = 22,
  route_report = 23,
  route_exponent = 24,
  route_delta_out = 25,
  route_done = 26,
};

/// What comes by a route.
constexpr interconnect::PacketKind kind_on(interconnect::RouteId route) {
  using interconnect::PacketKind;
  switch (route) {
    case route_delta:
      return PacketKind::delta;
    case route_back_in:
      return PacketKind::back_partial;
    case route_report_in:
      return PacketKind::exponent_report;
    case route_exponent_in:
      return PacketKind::exponent;
    case route_transfer:
      return PacketKind::transfer;
    case route_partial_in:
      return PacketKind::partial_sum;
    case route_done_in:
      return PacketKind::done;
    default:
      return PacketKind::activation;
  }
}

/// One tile without a mesh: registers, packets in, packets out.
class TileBench {
 public:
  struct Role {
    std::uint32_t rows = 0;
    std::uint32_t columns = 0;
    std::uint32_t control = tiles::control_collector;
    periphery::ActivationKind activation = periphery::ActivationKind::logistic;
    float forward_full_scale = 6;
    float backward_full_scale = 1;
    float input_scale = 1;
    float output_scale = 1;
    float learning_rate = 0.05F;
    std::uint32_t partials = 1;
    std::uint32_t back_partials = 1;
    std::uint32_t back_slots = 1;
    std::uint32_t exponent_reports = 1;
  };

  explicit TileBench(tiles::TileParameters tile_parameters, foundation::SynapseListener* listener = nullptr)
      : parameters(std::move(tile_parameters)),
        trains(7, parameters.periphery.update_slots, (1 << parameters.periphery.dac_bits) - 1,
               periphery::update_style(parameters.periphery)),
        ledger(1),
        core(0, parameters, trains, {.ledger = ledger, .trace = nullptr, .seed = 7, .synapses = listener},
             "tile", outbox) {}

  void set(tiles::TileRegister address, std::uint32_t value) {
    core.write_register(static_cast<std::uint32_t>(address), value);
  }
  void set(tiles::TileRegister address, float value) { set(address, std::bit_cast<std::uint32_t>(value)); }

  void flow(std::uint32_t entry, interconnect::RouteId route, tiles::FlowAction action,
            std::uint32_t count = 0, std::uint32_t source = 0, std::uint32_t destination = 0,
            std::uint32_t slot = 0) {
    const std::uint32_t base = tiles::flow_table_offset + entry * tiles::flow_entry_bytes;
    core.write_register(base + 4, source | count << 16);
    core.write_register(base + 8, destination | slot << 16);
    core.write_register(base, tiles::flow_valid | static_cast<std::uint32_t>(action) << 16 | route);
  }

  /// Registers of a role; all input rows in one packet, deltas, control flows. ENABLE last.
  void configure(const Role& role) {
    using tiles::FlowAction;
    using tiles::TileRegister;
    set(TileRegister::rows, role.rows);
    set(TileRegister::columns, role.columns);
    set(TileRegister::activation, static_cast<std::uint32_t>(role.activation));
    set(TileRegister::forward_full_scale, role.forward_full_scale);
    set(TileRegister::backward_full_scale, role.backward_full_scale);
    set(TileRegister::input_scale, role.input_scale);
    set(TileRegister::output_scale, role.output_scale);
    set(TileRegister::learning_rate, role.learning_rate);
    set(TileRegister::partials, role.partials);
    set(TileRegister::back_partials, role.back_partials);
    set(TileRegister::back_slots, role.back_slots);
    set(TileRegister::exponent_reports, role.exponent_reports);
    set(TileRegister::transmit_partial, std::uint32_t{route_partial});
    set(TileRegister::transmit_output, std::uint32_t{route_out});
    set(TileRegister::transmit_back, std::uint32_t{route_back});
    set(TileRegister::transmit_delta, std::uint32_t{route_delta_out});
    set(TileRegister::transmit_done, std::uint32_t{route_done});
    const std::uint32_t inputs = role.rows - ((role.control & tiles::control_bias) != 0 ? 1 : 0);
    flow(0, route_in, FlowAction::activation, inputs);
    flow(1, route_delta, FlowAction::delta, role.columns);
    flow(2, route_back_in, FlowAction::back_partial, role.columns);
    flow(3, route_report_in, FlowAction::exponent_report);
    flow(4, route_exponent_in, FlowAction::exponent);
    flow(5, route_transfer, FlowAction::transfer);
    flow(6, route_partial_in, FlowAction::partial_sum, role.columns, 0, 0, 1);
    flow(7, route_done_in, FlowAction::done);
    set(TileRegister::control, role.control | tiles::control_enable);
  }

  tiles::Outcome send(interconnect::RouteId route, interconnect::VectorFormat format,
                      std::span<const float> values, foundation::Duration at, std::int32_t exponent = 0,
                      foundation::Phase phase = foundation::Phase::forward) {
    interconnect::PacketHeader header;
    header.kind = kind_on(route);
    header.route = route;
    header.format = format;
    header.count = static_cast<std::uint32_t>(values.size());
    header.exponent = exponent;
    header.phase = phase;
    header.update = ++packets_;
    header.sent_at = at;
    std::vector<std::byte> bytes(4 * values.size());
    const std::size_t size = tiles::encode(format, values, bytes);
    return core.receive(header, {bytes.data(), size}, at);
  }

  /// Programs all weights in use and forgets the time it took.
  void program(const std::vector<std::vector<float>>& weights) {
    for (std::size_t row = 0; row < weights.size(); ++row) {
      core.program_row(row, weights[row], now);
    }
  }
  [[nodiscard]] double weight(std::size_t row, std::size_t column) const {
    return static_cast<double>(core.array().weights().at(row, column));
  }
  [[nodiscard]] std::uint32_t status() const {
    return *core.read_register(static_cast<std::uint32_t>(tiles::TileRegister::status));
  }

  tiles::TileParameters parameters;
  periphery::SharedTrains trains;
  foundation::Ledger ledger;
  RecordingOutbox outbox;
  tiles::TileCore core;
  foundation::Duration now{0};  ///< the instant programming ended

 private:
  std::uint32_t packets_ = 0;
};

/// A small tile with the default devices, but for the noise from read to read.
inline tiles::TileParameters small_tile(std::size_t rows, std::size_t columns,
                                        tiles::Detail detail = tiles::Detail::physics) {
  tiles::TileParameters p;
  p.rows = rows;
  p.columns = columns;
  p.detail = detail;
  p.route_entries = 32;
  p.flow_entries = 16;
  p.synapse.capacitor.read_noise_us = 0;
  p.synapse.pcm.read_noise = 0;
  return p;
}

}  // namespace kirchhoff::unit
