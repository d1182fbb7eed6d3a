#include "interconnect/packet_pool.h"

#include <algorithm>
#include <cstring>

namespace kirchhoff::interconnect {

struct PacketPool::Packet {
  explicit Packet(PacketPool& pool) : payload(&pool) { payload.set_extension(&head); }
  Packet(const Packet&) = delete;
  Packet& operator=(const Packet&) = delete;
  ~Packet() { payload.clear_extension(&head); }  // the extension is a member: nobody else may free it

  tlm::tlm_generic_payload payload;
  PacketExtension head;
  std::vector<unsigned char> data;
};

PacketPool::PacketPool() = default;
PacketPool::~PacketPool() = default;

tlm::tlm_generic_payload& PacketPool::take(const PacketHeader& header, std::span<const std::byte> bytes) {
  if (idle_.empty()) {
    packets_.push_back(std::make_unique<Packet>(*this));
    idle_.push_back(packets_.back().get());
    idle_.reserve(packets_.size());
  }
  Packet& packet = *idle_.back();
  idle_.pop_back();
  packet.head.header = header;
  // A packet without elements still carries its head as one byte: a payload of length 0 is not legal.
  const std::size_t length = std::max<std::size_t>(bytes.size(), 1);
  packet.data.resize(length);
  if (!bytes.empty()) {
    std::memcpy(packet.data.data(), bytes.data(), bytes.size());
  }
  auto& payload = packet.payload;
  payload.acquire();
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  payload.set_address(0);
  payload.set_data_ptr(packet.data.data());
  payload.set_data_length(static_cast<unsigned>(length));
  payload.set_streaming_width(static_cast<unsigned>(length));
  payload.set_byte_enable_ptr(nullptr);
  payload.set_byte_enable_length(0);
  payload.set_dmi_allowed(false);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  return payload;
}

void PacketPool::free(tlm::tlm_generic_payload* payload) {
  for (auto& packet : packets_) {
    if (&packet->payload == payload) {
      idle_.push_back(packet.get());
      return;
    }
  }
}

}  // namespace kirchhoff::interconnect
