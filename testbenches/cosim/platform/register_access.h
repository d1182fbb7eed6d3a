#pragma once

#include <cstring>
#include <optional>
#include <systemc>
#include <tlm>

namespace kirchhoff::testbenches {

/// What a register access of the platform's devices takes: a few cycles of a peripheral bus at 100 MHz.
inline sc_core::sc_time device_access_time() {
  return {50, sc_core::SC_NS};
}

/// A device of aligned registers, all of one size, behind a blocking target socket: checks the form of an
/// access, then asks for `read(offset)` (nothing: no such register) or `write(offset, value)` (the response).
template <typename Value, typename Read, typename Write>
void access_register(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay, const Read& read,
                     const Write& write) {
  payload.set_dmi_allowed(false);
  if (payload.get_byte_enable_ptr() != nullptr) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  if (payload.get_data_length() != sizeof(Value) || payload.get_streaming_width() < sizeof(Value) ||
      payload.get_address() % sizeof(Value) != 0) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  delay += device_access_time();
  Value value{};
  if (payload.is_read()) {
    const std::optional<Value> found = read(payload.get_address());
    if (!found) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    std::memcpy(payload.get_data_ptr(), &*found, sizeof value);
  } else if (payload.is_write()) {
    std::memcpy(&value, payload.get_data_ptr(), sizeof value);
    payload.set_response_status(write(payload.get_address(), value));
    return;
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

/// The same by debug transport, reading only.
template <typename Value, typename Read>
unsigned peek_register(tlm::tlm_generic_payload& payload, const Read& read) {
  if (!payload.is_read() || payload.get_data_length() != sizeof(Value) ||
      payload.get_address() % sizeof(Value) != 0) {
    return 0;
  }
  const std::optional<Value> found = read(payload.get_address());
  if (!found) {
    return 0;
  }
  std::memcpy(payload.get_data_ptr(), &*found, sizeof(Value));
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  return sizeof(Value);
}

}  // namespace kirchhoff::testbenches
