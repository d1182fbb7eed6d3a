#pragma once

#include <tlm>

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

}  // namespace kirchhoff::interconnect
