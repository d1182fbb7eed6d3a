#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "foundation/state_fields.h"
#include "interconnect/packet.h"
#include "periphery/activation_unit.h"
#include "tiles/tile_registers.h"

namespace kirchhoff::tiles {

/// What a tile does with a packet of a flow, as the receive table says it.
enum class FlowAction : std::uint8_t {
  none,
  activation,
  partial_sum,
  exponent_report,
  exponent,
  delta,
  back_partial,
  transfer,
  done
};

struct ReceiveFlow {
  interconnect::RouteId route = interconnect::no_route;
  interconnect::PacketKind kind = interconnect::PacketKind::access;  ///< that its action is for; access: none
  std::uint16_t source_first = 0;  ///< elements of the packet this tile takes
  std::uint16_t count = 0;
  std::uint16_t destination_first = 0;  ///< line they go to
  std::uint16_t slot = 0;               ///< summand they are
  std::uint16_t summands = 1;           ///< partial sums that each packet is the sum of

  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(self.route, self.kind, self.source_first, self.count, self.destination_first, self.slot,
            self.summands);
  }
};

/// The register file of a tile and what it means.
class TileSettings {
 public:
  TileSettings(std::size_t flow_entries, std::size_t route_entries);

  /// Offset of a 32-bit register within the tile's window; false: no such register, or a bad value.
  bool write(std::uint32_t offset, std::uint32_t value);
  [[nodiscard]] std::optional<std::uint32_t> read(std::uint32_t offset) const;

  [[nodiscard]] std::uint32_t get(TileRegister address) const { return words_[index(address)]; }
  [[nodiscard]] float real(TileRegister address) const;
  [[nodiscard]] bool has(TileControl bit) const { return (get(TileRegister::control) & bit) != 0; }
  [[nodiscard]] interconnect::RouteId route(TileRegister address) const {
    return static_cast<interconnect::RouteId>(get(address));
  }
  /// Partial sums for a collector that routers add to others on their way.
  [[nodiscard]] std::uint32_t summed_by_routers() const;
  void raise(TileStatus bit) { words_[index(TileRegister::status)] |= bit; }

  /// The flow of a route; null where this tile expects nothing on it.
  [[nodiscard]] const ReceiveFlow* flow(interconnect::RouteId route) const {
    const ReceiveFlow& quick = quick_[route % quick_.size()];
    return quick.route == route && route != interconnect::no_route ? &quick : search(route);
  }

 private:
  friend struct foundation::StateAccess;
  template <typename Self, typename Archive>
  static void state_of(Self& self, Archive& archive) {
    archive(std::span{self.words_}, std::span{self.flow_words_}, std::span{self.flows_},
            std::span{self.by_route_});
    if constexpr (!std::is_const_v<Self>) {
      self.remember_flows();
    }
  }
  static constexpr std::size_t index(TileRegister address) { return static_cast<std::size_t>(address) / 4; }
  bool write_flow(std::size_t word, std::uint32_t value);
  bool take_flow(std::size_t entry);
  void remember_flows();
  [[nodiscard]] const ReceiveFlow* search(interconnect::RouteId route) const {
    return route < by_route_.size() && by_route_[route] >= 0
               ? &flows_[static_cast<std::size_t>(by_route_[route])]
               : nullptr;
  }

  std::array<std::uint32_t, static_cast<std::size_t>(TileRegister::status) / 4 + 1> words_{};
  std::array<ReceiveFlow, 64>
      quick_;  ///< copies of flows, by the low bits of their routes: found in one look
  std::vector<std::uint32_t> flow_words_;
  std::vector<ReceiveFlow> flows_;
  std::vector<std::int32_t> by_route_;
};

}  // namespace kirchhoff::tiles
