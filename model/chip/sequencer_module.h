#pragma once

#include <tlm_utils/passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <systemc>
#include <tlm>

#include "interconnect/mesh.h"
#include "interconnect/packet_sender.h"
#include "model/chip/sequencer_core.h"

namespace kirchhoff::model {

/// The sequencer: SequencerCore behind TLM sockets, with the descriptor ring.
///
/// One thread; it runs ahead of the kernel by at most a quantum and makes no context switch per tile
/// operation.
class Sequencer : public sc_core::sc_module, private SequencerPorts {
 public:
  tlm_utils::passthrough_target_socket<Sequencer> control;  ///< registers, from the host interface
  tlm_utils::simple_initiator_socket<Sequencer> events;     ///< what happened, to the host interface
  tlm_utils::simple_initiator_socket<Sequencer> dma;        ///< host memory, through the host interface
  tlm_utils::simple_initiator_socket<Sequencer> mesh_out;
  tlm_utils::passthrough_target_socket<Sequencer> mesh_in;

  Sequencer(const sc_core::sc_module_name& name, const SequencerParameters& parameters,
            foundation::Duration quantum, interconnect::Mesh& mesh, interconnect::PacketPool& packets,
            const foundation::Services& services);

  // See SequencerCore. Local time is no state: a restored sequencer starts at the kernel's.
  void save(foundation::StateWriter& writer) const { core_.save(writer); }
  void restore(foundation::StateReader& reader);
  void reset() { core_.reset(); }

 private:
  void run();
  void control_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned control_debug(tlm::tlm_generic_payload& payload);
  void mesh_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void raise(std::uint32_t interrupt, std::uint32_t error);
  void synchronise();
  /// For the waveforms: how much of the ring is not done.
  void show_ring(foundation::Duration at);

  bool send(const interconnect::PacketHeader& header, std::span<const std::byte> payload,
            foundation::Duration at) override;
  bool dma_read(std::uint64_t address, std::span<std::byte> bytes, foundation::Duration& at) override;
  bool dma_write(std::uint64_t address, std::span<const std::byte> bytes, foundation::Duration& at) override;
  bool write_cells(std::uint64_t address, std::span<const std::byte> bytes,
                   foundation::Duration& at) override;
  bool read_cells(std::uint64_t address, std::span<std::byte> bytes, foundation::Duration& at) override;
  void settled(foundation::Duration now) override;
  void at_rest(foundation::Duration now) override;
  bool dma_access(tlm::tlm_command command, std::uint64_t address, std::byte* bytes, std::size_t size,
                  foundation::Duration& at);

  foundation::Services services_;
  foundation::Duration quantum_;
  interconnect::Mesh& mesh_;
  foundation::Duration now_{0};
  interconnect::PacketSender sender_;
  tlm::tlm_generic_payload dma_payload_;
  sc_core::sc_event doorbell_;
  SequencerCore core_;
};

}  // namespace kirchhoff::model
