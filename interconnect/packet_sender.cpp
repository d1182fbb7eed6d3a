#include "interconnect/packet_sender.h"

#include <cstring>

#include "interconnect/packet_address.h"
#include "interconnect/packet_time.h"

namespace kirchhoff::interconnect {

using foundation::Duration;

bool PacketSender::originate(const PacketHeader& header, std::span<const std::byte> bytes, Duration at) {
  pool_.watchdog().begin();
  return send(header, bytes, at);
}

bool PacketSender::post(const PacketHeader& header, std::span<const std::byte> bytes, Duration at) {
  return (timed_ == nullptr || pool_.watchdog().may_follow(pool_.in_flight())) && send(header, bytes, at);
}

bool PacketSender::send(const PacketHeader& header, std::span<const std::byte> bytes, Duration at) {
  if (timed_ != nullptr) {
    timed_->post(header, bytes, at);
    return true;
  }
  auto& watchdog = pool_.watchdog();
  if (!watchdog.enter()) {
    return false;
  }
  auto& payload = pool_.take(header, bytes);
  sc_core::sc_time delay = offset_of(at);
  target().b_transport(payload, delay);
  watchdog.leave();
  const bool delivered = payload.is_response_ok();
  payload.release();
  return delivered;
}

tlm::tlm_generic_payload& PacketSender::access_payload(tlm::tlm_command command, std::uint64_t address,
                                                       std::span<const std::byte> bytes,
                                                       foundation::Phase phase, Duration at) {
  PacketHeader header;
  header.kind = PacketKind::access;
  header.by_table = false;
  header.destination = node_of_address(address);
  header.count = static_cast<std::uint32_t>(bytes.size());
  header.element_bits = command == tlm::TLM_WRITE_COMMAND ? 8 : 0;
  header.phase = phase;
  header.sent_at = at;
  auto& payload = pool_.take(header, bytes);
  payload.set_command(command);
  payload.set_address(address);
  return payload;
}

tlm::tlm_response_status PacketSender::access(tlm::tlm_command command, std::uint64_t address,
                                              std::span<std::byte> bytes, foundation::Phase phase,
                                              Duration& at) {
  auto& payload = access_payload(command, address, bytes, phase, at);
  if (timed_ != nullptr) {
    timed_->access(payload, at);
  } else {
    sc_core::sc_time delay = offset_of(at);
    target().b_transport(payload, delay);
    at = absolute(delay);
  }
  const auto status = payload.get_response_status();
  if (status == tlm::TLM_OK_RESPONSE && command == tlm::TLM_READ_COMMAND) {
    std::memcpy(bytes.data(), payload.get_data_ptr(), bytes.size());
  }
  payload.release();
  return status;
}

}  // namespace kirchhoff::interconnect
