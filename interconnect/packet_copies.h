#pragma once

#include <memory>
#include <tlm>
#include <vector>

#include "interconnect/packet_extension.h"

namespace kirchhoff::interconnect {

/// Payloads for the branches of a multicast: a transaction must not be sent on to one target after the other
/// (IEEE 1666-2011, 14.5 and 15.2.11), but transactions may share head and data. Used again and again.
class PacketCopies {
 public:
  PacketCopies() = default;
  PacketCopies(const PacketCopies&) = delete;
  PacketCopies& operator=(const PacketCopies&) = delete;
  ~PacketCopies() = default;

  /// One request like another one, for blocking transport; it must not outlive the other.
  class Copy {
   public:
    Copy(PacketCopies& copies, const tlm::tlm_generic_payload& original)
        : copies_(copies), payload_(copies.take()) {
      payload_->set_command(original.get_command());
      payload_->set_address(original.get_address());
      payload_->set_data_ptr(original.get_data_ptr());
      payload_->set_data_length(original.get_data_length());
      payload_->set_streaming_width(original.get_streaming_width());
      payload_->set_byte_enable_ptr(original.get_byte_enable_ptr());
      payload_->set_byte_enable_length(original.get_byte_enable_length());
      payload_->set_dmi_allowed(false);
      payload_->set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
      payload_->set_extension(original.get_extension<PacketExtension>());
    }
    Copy(const Copy&) = delete;
    Copy& operator=(const Copy&) = delete;
    ~Copy() {
      payload_->clear_extension<PacketExtension>();  // it is the original's
      copies_.idle_.push_back(std::move(payload_));
    }

    [[nodiscard]] tlm::tlm_generic_payload& payload() { return *payload_; }

   private:
    PacketCopies& copies_;
    std::unique_ptr<tlm::tlm_generic_payload> payload_;
  };

 private:
  std::unique_ptr<tlm::tlm_generic_payload> take() {
    if (idle_.empty()) {
      return std::make_unique<tlm::tlm_generic_payload>();
    }
    auto payload = std::move(idle_.back());
    idle_.pop_back();
    return payload;
  }

  std::vector<std::unique_ptr<tlm::tlm_generic_payload>> idle_;
};

}  // namespace kirchhoff::interconnect
