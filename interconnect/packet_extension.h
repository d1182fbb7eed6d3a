#pragma once

#include <string_view>
#include <tlm>

#include "foundation/aligned.h"
#include "interconnect/packet.h"

namespace kirchhoff::interconnect {

/// The head flit of a packet, beside the generic payload's data. Sticky: it lives as long as its payload.
struct PacketExtension : tlm::tlm_extension<PacketExtension> {
  PacketHeader header;

  [[nodiscard]] tlm_extension_base* clone() const override { return new PacketExtension(*this); }
  void copy_from(const tlm_extension_base& other) override {
    header = static_cast<const PacketExtension&>(other).header;
  }
};

/// For logs: static text.
inline std::string_view response_name(tlm::tlm_response_status status) {
  switch (status) {
    case tlm::TLM_OK_RESPONSE:
      return "OK";
    case tlm::TLM_ADDRESS_ERROR_RESPONSE:
      return "ADDRESS_ERROR";
    case tlm::TLM_COMMAND_ERROR_RESPONSE:
      return "COMMAND_ERROR";
    case tlm::TLM_BURST_ERROR_RESPONSE:
      return "BURST_ERROR";
    case tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE:
      return "BYTE_ENABLE_ERROR";
    case tlm::TLM_INCOMPLETE_RESPONSE:
      return "INCOMPLETE";
    case tlm::TLM_GENERIC_ERROR_RESPONSE:
      break;
  }
  return "GENERIC_ERROR";
}

static_assert(sizeof(PacketExtension) <= foundation::cache_line_bytes);

}  // namespace kirchhoff::interconnect
