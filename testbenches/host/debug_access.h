#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <tlm>

namespace kirchhoff::testbenches {

/// By debug transport, without time or side effect; returns the bytes done. A write only reads `bytes`.
inline std::size_t debug_access(tlm::tlm_transport_dbg_if<>& target, tlm::tlm_command command,
                                std::uint64_t address, std::span<std::byte> bytes) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(bytes.data()));
  payload.set_data_length(static_cast<unsigned>(bytes.size()));
  payload.set_streaming_width(static_cast<unsigned>(bytes.size()));
  return target.transport_dbg(payload);
}

}  // namespace kirchhoff::testbenches
