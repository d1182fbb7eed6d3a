#pragma once

#include <tlm_utils/passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <systemc>
#include <tlm>

#include "interconnect/packet_port.h"
#include "interconnect/packet_sender.h"
#include "tiles/tile_core.h"

namespace kirchhoff::tiles {

/// A tile: TileCore behind TLM sockets.
///
/// Packets are posted. Loosely timed, the call returns with the delivery's delay, and what the tile does on
/// account of them happens at later local times within the call; approximately timed, at those times.
/// Accesses to registers and weights are answered.
class Tile : public sc_core::sc_module, private Outbox {
 public:
  tlm_utils::passthrough_target_socket<Tile> input;
  tlm_utils::simple_initiator_socket<Tile> output;

  Tile(const sc_core::sc_module_name& name, interconnect::NodeId node, const TileParameters& parameters,
       const interconnect::MeshStyle& style, periphery::SharedTrains& trains, TileScratch& scratch,
       interconnect::PacketPool& packets, const foundation::Services& services);

  [[nodiscard]] const TileCore& core() const { return core_; }
  [[nodiscard]] TileCore& core() { return core_; }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  void step_port();
  bool send(const interconnect::PacketHeader& header, std::span<const std::byte> payload,
            foundation::Duration at) override;
  Outcome access_register(tlm::tlm_generic_payload& payload);
  Outcome access_cells(tlm::tlm_generic_payload& payload, foundation::Duration& at);

  std::unique_ptr<interconnect::PacketPort> timed_;  ///< null: loosely timed
  interconnect::PacketSender sender_;
  foundation::Services services_;
  TileCore core_;
  std::vector<float> row_;
  bool reported_ = false;
};

}  // namespace kirchhoff::tiles
