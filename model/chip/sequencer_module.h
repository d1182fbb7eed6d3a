#pragma once

#include <tlm_utils/passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <functional>
#include <memory>
#include <systemc>
#include <tlm>

#include "interconnect/mesh.h"
#include "interconnect/packet_port.h"
#include "interconnect/packet_sender.h"
#include "model/chip/descriptor_ring.h"
#include "model/chip/host_registers.h"
#include "model/chip/sequencer_core.h"

namespace kirchhoff::model {

/// The sequencer: SequencerCore behind TLM sockets, with the descriptor ring.
///
/// Loosely timed, one thread runs ahead of the kernel by at most a quantum and makes no context switch per
/// tile operation. Approximately timed, it waits for what the packets bring about, and a second thread reads
/// the next example meanwhile.
class Sequencer : public sc_core::sc_module, private SequencerPorts {
 public:
  tlm_utils::passthrough_target_socket<Sequencer> control;  ///< registers, from the host interface
  tlm_utils::simple_initiator_socket<Sequencer> events;     ///< what happened, to the host interface
  tlm_utils::simple_initiator_socket<Sequencer> dma;        ///< host memory, through the host interface
  tlm_utils::simple_initiator_socket<Sequencer> mesh_out;
  tlm_utils::passthrough_target_socket<Sequencer> mesh_in;

  Sequencer(const sc_core::sc_module_name& name, const SequencerParameters& parameters,
            foundation::Duration quantum, const interconnect::MeshStyle& style, interconnect::Mesh& mesh,
            interconnect::PacketPool& packets, const foundation::Services& services);

  // See SequencerCore. Local time is no state: a restored sequencer starts at the kernel's.
  void save(foundation::StateWriter& writer) const;
  void restore(foundation::StateReader& reader);
  void reset();

  // What CONTROL asks for.
  [[nodiscard]] bool busy() const { return core_.settings().get(sequencer_register::busy) != 0; }
  [[nodiscard]] std::uint32_t outstanding() const { return ring_.outstanding(); }
  /// Whether the next descriptor of the ring is begun.
  void set_running(bool on);
  /// Leaves the descriptor under way at its next example or row, and drops what the ring holds.
  void abort();
  /// Calls `then` once no descriptor is under way: now, or from the sequencer's own process.
  void stop(std::function<void()> then);
  [[nodiscard]] bool is_stopping() const { return then_ != nullptr; }

 private:
  void run();
  void run_ahead();
  void step_port();
  tlm::tlm_sync_enum mesh_forward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                  sc_core::sc_time& delay);
  tlm::tlm_sync_enum mesh_backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                   sc_core::sc_time& delay);
  void work_off();
  void end_descriptor(const Descriptor& descriptor, Completion completion, Fault fault,
                      std::uint64_t address);
  void control_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned control_debug(tlm::tlm_generic_payload& payload);
  void mesh_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void raise(ChipEvent event, const sc_core::sc_time& delay = sc_core::SC_ZERO_TIME);
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
  bool arrived(const bool& here) override;
  bool begin_ahead() override;
  void end_ahead() override;
  void settled(foundation::Duration now) override;
  void at_rest(foundation::Duration now) override;
  [[nodiscard]] bool stopping() const override { return aborting_ || is_stopping(); }
  bool dma_access(tlm::tlm_command command, std::uint64_t address, std::byte* bytes, std::size_t size,
                  foundation::Duration& at);

  foundation::Services services_;
  foundation::Duration quantum_;
  interconnect::Mesh& mesh_;
  foundation::Duration now_{0};
  interconnect::PacketPool& packets_;
  std::unique_ptr<interconnect::PacketPort> timed_;  ///< null: loosely timed
  interconnect::PacketSender sender_;
  tlm::tlm_generic_payload dma_payload_;
  sc_core::sc_event doorbell_;
  sc_core::sc_event delivered_;
  sc_core::sc_event ahead_changed_;
  bool ahead_wanted_ = false;
  SequencerCore core_;
  DescriptorRing ring_;
  bool running_ = true;
  bool aborting_ = false;
  std::function<void()> then_;  ///< when stopped
};

}  // namespace kirchhoff::model
