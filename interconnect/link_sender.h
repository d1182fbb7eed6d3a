#pragma once

#include <tlm>

#include "interconnect/credited_link.h"
#include "interconnect/link.h"
#include "interconnect/packet.h"

namespace kirchhoff::interconnect {

/// The room of a packet in the buffer behind a link: accesses have a channel of their own, with room for one;
/// pulses are stored nowhere.
struct BufferRoom {
  std::size_t channel;
  std::uint32_t flits;
};
inline BufferRoom buffer_room(const PacketHeader& header, const LinkTiming& timing) {
  return header.kind == PacketKind::access
             ? BufferRoom{timing.virtual_channels, 1}
             : BufferRoom{header.channel, timing.on_wires(header)
                                              ? 0
                                              : static_cast<std::uint32_t>(timing.flits(header.wire_bits()))};
}

/// Whose links are sent on.
class LinkOwner {
 public:
  LinkOwner() = default;
  LinkOwner(const LinkOwner&) = delete;
  LinkOwner& operator=(const LinkOwner&) = delete;
  virtual ~LinkOwner() = default;

  /// From `at` on more may be sent than before.
  virtual void link_freed(foundation::Duration at) = 0;
  /// A transaction is over; the initiator's reference is the owner's to give up.
  virtual void finished(tlm::tlm_generic_payload& payload, foundation::Duration at) = 0;
};

/// The initiator's side of the transactions on a link in approximately timed style; what the phases mean is
/// said at RouterSwitch. Whatever a target may answer by the base protocol is understood.
class LinkSender {
 public:
  /// Both must outlive the sender.
  LinkSender(CreditedLink& link, const LinkTiming& timing, LinkOwner& owner)
      : link_(link), timing_(timing), owner_(owner) {}

  /// Begins a request now, on a link that has been taken for it.
  void begin(tlm::tlm_fw_transport_if<>& target, tlm::tlm_generic_payload& payload);
  /// The owner's nb_transport_bw.
  tlm::tlm_sync_enum backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                              const sc_core::sc_time& delay);

 private:
  void end_request(foundation::Duration at);
  void end(tlm::tlm_generic_payload& payload, foundation::Duration at);

  CreditedLink& link_;
  LinkTiming timing_;
  LinkOwner& owner_;
  tlm::tlm_generic_payload* requesting_ = nullptr;  ///< whose END_REQ the link waits for
};

}  // namespace kirchhoff::interconnect
