#pragma once

#include <tlm_utils/passthrough_target_socket.h>
#include <tlm_utils/peq_with_get.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <memory>
#include <span>
#include <systemc>
#include <tlm>

#include "foundation/random.h"
#include "interconnect/packet_port.h"
#include "interconnect/packet_sender.h"

namespace kirchhoff::testbenches {

/// Who is told of every packet that arrives.
class TrafficListener {
 public:
  TrafficListener() = default;
  TrafficListener(const TrafficListener&) = delete;
  TrafficListener& operator=(const TrafficListener&) = delete;
  virtual ~TrafficListener() = default;

  /// `at`: when its tail is there.
  virtual void delivered(interconnect::NodeId node, const interconnect::PacketHeader& header,
                         std::span<const std::byte> bytes, foundation::Duration at) = 0;
};

/// An endpoint in the place of a tile: sends what it is told to, tells of what arrives, in either style.
///
/// Approximately timed it can hold up whoever sends to it: END_REQ and BEGIN_RESP then come a random time
/// late, or END_REQ not at all, as the base protocol allows.
class TrafficNode : public sc_core::sc_module {
 public:
  tlm_utils::passthrough_target_socket<TrafficNode> input;
  tlm_utils::simple_initiator_socket<TrafficNode> output;

  TrafficNode(const sc_core::sc_module_name& name, interconnect::NodeId node,
              const interconnect::MeshStyle& style, interconnect::PacketPool& packets,
              TrafficListener& listener);

  bool send(const interconnect::PacketHeader& header, std::span<const std::byte> bytes,
            foundation::Duration at) {
    return sender_.originate(header, bytes, at);
  }
  /// Every fourth packet on average is held up for at most so many cycles; 0: none.
  void hold_up(std::uint32_t most_cycles, const foundation::RandomStream& random);

 private:
  void take(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  tlm::tlm_sync_enum forward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                             sc_core::sc_time& delay);
  tlm::tlm_sync_enum backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                              sc_core::sc_time& delay);
  void step_port();
  void end_hold_up();

  interconnect::NodeId node_;
  interconnect::MeshStyle style_;
  TrafficListener& listener_;
  std::unique_ptr<interconnect::PacketPort> timed_;
  interconnect::PacketSender sender_;
  std::uint32_t most_cycles_ = 0;
  std::unique_ptr<foundation::RandomSequence> random_;
  tlm_utils::peq_with_get<tlm::tlm_generic_payload> held_up_;
};

}  // namespace kirchhoff::testbenches
