#include "interconnect/packet_pool.h"

#include <algorithm>
#include <cstring>
#include <typeinfo>
#include <utility>

namespace kirchhoff::interconnect {

struct PacketPool::Packet final : tlm::tlm_generic_payload {
  explicit Packet(PacketPool& pool) : tlm::tlm_generic_payload(&pool) { set_extension(&head); }
  Packet(const Packet&) = delete;
  Packet& operator=(const Packet&) = delete;
  ~Packet() override { clear_extension(&head); }  // the extension is a member: nobody else may free it

  alignas(foundation::cache_line_bytes) PacketExtension head;
  std::vector<unsigned char> data;
  Packet* owner = nullptr;  ///< of the data, where this is a share
};

PacketPool::PacketPool(std::size_t needed) : watchdog_(needed) {}
PacketPool::~PacketPool() = default;

PacketPool::Packet& PacketPool::idle_packet() {
  if (idle_.empty()) {
    packets_.push_back(std::make_unique<Packet>(*this));
    idle_.push_back(packets_.back().get());
    idle_.reserve(packets_.size());
  }
  Packet& payload = *idle_.back();
  idle_.pop_back();
  payload.acquire();
  payload.set_byte_enable_ptr(nullptr);
  payload.set_byte_enable_length(0);
  payload.set_dmi_allowed(false);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  return payload;
}

tlm::tlm_generic_payload& PacketPool::take(const PacketHeader& header, std::span<const std::byte> bytes) {
  Packet& payload = idle_packet();
  payload.head.header = header;
  // A packet without elements still carries its head as one byte: a payload of length 0 is not legal.
  const std::size_t length = std::max<std::size_t>(bytes.size(), 1);
  if (payload.data.size() < length) {
    payload.data.resize(length);
  }
  if (!bytes.empty()) {
    std::memcpy(payload.data.data(), bytes.data(), bytes.size());
  }
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  payload.set_address(0);
  payload.set_data_ptr(payload.data.data());
  payload.set_data_length(static_cast<unsigned>(length));
  payload.set_streaming_width(static_cast<unsigned>(length));
  return payload;
}

tlm::tlm_generic_payload& PacketPool::share(tlm::tlm_generic_payload& payload, const PacketHeader& header) {
  if (typeid(payload) != typeid(Packet)) {  // not ours: may be gone before
    const auto* const bytes = reinterpret_cast<const std::byte*>(payload.get_data_ptr());
    return take(header, {bytes, payload.get_data_length()});
  }
  auto& source = static_cast<Packet&>(payload);
  Packet& shared = idle_packet();
  shared.head.header = header;
  shared.owner = source.owner != nullptr ? source.owner : &source;
  shared.owner->acquire();
  shared.set_command(source.get_command());
  shared.set_address(source.get_address());
  shared.set_data_ptr(source.get_data_ptr());
  shared.set_data_length(source.get_data_length());
  shared.set_streaming_width(source.get_streaming_width());
  return shared;
}

void PacketPool::free(tlm::tlm_generic_payload* payload) {
  auto& packet = static_cast<Packet&>(*payload);
  idle_.push_back(&packet);
  if (Packet* const owner = std::exchange(packet.owner, nullptr); owner != nullptr) {
    owner->release();
  }
}

}  // namespace kirchhoff::interconnect
