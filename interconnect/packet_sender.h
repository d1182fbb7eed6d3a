#pragma once

#include <cstddef>
#include <span>
#include <systemc>
#include <tlm>

#include "foundation/duration.h"
#include "interconnect/packet_pool.h"
#include "interconnect/packet_port.h"

namespace kirchhoff::interconnect {

/// How an endpoint (tile, sequencer, host interface) hands packets to its router, which owns the link.
class PacketSender {
 public:
  /// All must outlive the sender. With a four-phase port, packets go through that: approximately timed.
  PacketSender(tlm::tlm_base_initiator_socket_b<>& socket, PacketPool& pool, PacketPort* timed = nullptr)
      : socket_(socket), pool_(pool), timed_(timed) {}

  /// Sends a packet that is ready at `at`. True if every destination took it, or it is on its way.
  /// `originate`: no other packet caused it; `post`: one that has arrived did.
  bool originate(const PacketHeader& header, std::span<const std::byte> bytes, foundation::Duration at);
  bool post(const PacketHeader& header, std::span<const std::byte> bytes, foundation::Duration at);

  /// Reads or writes a node's memory-mapped contents. `at` becomes the instant the answer is back; in
  /// approximately timed style the calling thread waits for it.
  tlm::tlm_response_status access(tlm::tlm_command command, std::uint64_t address, std::span<std::byte> bytes,
                                  foundation::Phase phase, foundation::Duration& at);

  /// The payload of an access, without sending it; release() it when done.
  tlm::tlm_generic_payload& access_payload(tlm::tlm_command command, std::uint64_t address,
                                           std::span<const std::byte> bytes, foundation::Phase phase,
                                           foundation::Duration at);

 private:
  bool send(const PacketHeader& header, std::span<const std::byte> bytes, foundation::Duration at);

  /// What the socket is bound to; asked for once, not for every packet.
  tlm::tlm_fw_transport_if<>& target() {
    if (target_ == nullptr) {
      target_ = socket_.get_base_port().operator->();
    }
    return *target_;
  }

  tlm::tlm_base_initiator_socket_b<>& socket_;
  PacketPool& pool_;
  PacketPort* timed_;
  tlm::tlm_fw_transport_if<>* target_ = nullptr;
};

}  // namespace kirchhoff::interconnect
