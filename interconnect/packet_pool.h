#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <tlm>
#include <vector>

#include "interconnect/packet_extension.h"
#include "interconnect/packet_watchdog.h"

namespace kirchhoff::interconnect {

/// Packets of a chip, used again and again: payload, head and data buffer stay together. The one freed last
/// is taken next, so that the few under way at a time stay in the cache.
class PacketPool final : public tlm::tlm_mm_interface {
 public:
  /// `needed`: as for PacketWatchdog.
  explicit PacketPool(std::size_t needed = PacketWatchdog::most_packets);
  PacketPool(const PacketPool&) = delete;
  PacketPool& operator=(const PacketPool&) = delete;
  ~PacketPool() override;

  /// A packet with one reference; release() it when done. The bytes are copied in.
  tlm::tlm_generic_payload& take(const PacketHeader& header, std::span<const std::byte> bytes);

  /// The same packet as a transaction of its own, for one branch or the next link of its way (a transaction
  /// must not be sent to one target after the other, IEEE 1666-2011, 14.5): the data stay where they are, and
  /// the packet that owns them is kept until the last of these is released. `header`: the payload's.
  tlm::tlm_generic_payload& share(tlm::tlm_generic_payload& payload, const PacketHeader& header);

  /// Packets that somebody holds a reference to.
  [[nodiscard]] std::size_t in_flight() const { return packets_.size() - idle_.size(); }

  void free(tlm::tlm_generic_payload* payload) override;

  /// Of the chip that the packets belong to.
  [[nodiscard]] PacketWatchdog& watchdog() { return watchdog_; }

 private:
  struct Packet;
  Packet& idle_packet();

  std::vector<std::unique_ptr<Packet>> packets_;
  std::vector<Packet*> idle_;
  PacketWatchdog watchdog_;
};

/// The head of a packet; null for a payload that is none.
inline PacketExtension* head_of(const tlm::tlm_generic_payload& payload) {
  return payload.get_extension<PacketExtension>();
}

}  // namespace kirchhoff::interconnect
