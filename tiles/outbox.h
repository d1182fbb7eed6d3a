#pragma once

#include <cstddef>
#include <span>

#include "foundation/duration.h"
#include "interconnect/packet.h"

namespace kirchhoff::tiles {

/// How a tile sends: behind it stands a socket, or a test.
class Outbox {
 public:
  Outbox() = default;
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;
  virtual ~Outbox() = default;

  /// Sends a packet whose tail leaves at or after `at`. False if it was not delivered.
  virtual bool send(const interconnect::PacketHeader& header, std::span<const std::byte> payload,
                    foundation::Duration at) = 0;
};

/// What became of a packet or an access.
enum class Outcome : std::uint8_t { ok, unknown_flow, bad_packet, bad_address };

}  // namespace kirchhoff::tiles
