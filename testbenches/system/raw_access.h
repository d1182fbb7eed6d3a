#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <systemc>
#include <tlm>

namespace kirchhoff::testbenches {

/// An access as no driver would make it: any length, byte enables.
struct RawAccess {
  tlm::tlm_command command = tlm::TLM_READ_COMMAND;
  std::uint64_t address = 0;
  std::uint32_t value = 0;
  unsigned length = 4;  ///< bytes, at most 256
  bool byte_enables = false;
};

struct RawAnswer {
  tlm::tlm_response_status status;
  std::uint32_t value;
  sc_core::sc_time delay;  ///< from the call to the answer, in either style
  [[nodiscard]] bool ok() const { return status == tlm::TLM_OK_RESPONSE; }
};

/// Makes it by blocking transport; what belongs to the initiator must be as it was.
template <typename Socket>
RawAnswer transport_raw(Socket& socket, const RawAccess& access) {
  std::array<unsigned char, 256> data{};
  std::memcpy(data.data(), &access.value, sizeof access.value);
  std::array<unsigned char, 4> enables{0xff, 0xff, 0, 0};
  tlm::tlm_generic_payload payload;
  payload.set_command(access.command);
  payload.set_address(access.address);
  payload.set_data_ptr(data.data());
  payload.set_data_length(access.length);
  payload.set_streaming_width(access.length);
  if (access.byte_enables) {
    payload.set_byte_enable_ptr(enables.data());
    payload.set_byte_enable_length(4);
  }
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  socket->b_transport(payload, delay);
  delay += sc_core::sc_time_stamp() - begin;  // approximately timed, the call takes the time itself
  EXPECT_EQ(payload.get_address(), access.address);
  EXPECT_EQ(payload.get_command(), access.command);
  EXPECT_EQ(payload.get_data_length(), access.length);
  EXPECT_EQ(payload.get_data_ptr(), data.data());
  std::uint32_t read = 0;
  std::memcpy(&read, data.data(), sizeof read);
  return {payload.get_response_status(), read, delay};
}

}  // namespace kirchhoff::testbenches
