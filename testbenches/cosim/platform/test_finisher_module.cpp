#include "testbenches/cosim/platform/test_finisher_module.h"

#include <optional>
#include <utility>

#include "testbenches/cosim/platform/register_access.h"

namespace kirchhoff::testbenches {

TestFinisher::TestFinisher(const sc_core::sc_module_name& name, Finish finish)
    : sc_core::sc_module(name), bus("bus"), finish_(std::move(finish)) {
  bus.register_b_transport(this, &TestFinisher::transport);
}

void TestFinisher::transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  access_register<std::uint32_t>(
      payload, delay,
      [](std::uint64_t offset) { return offset == 0 ? std::optional<std::uint32_t>{0} : std::nullopt; },
      [this](std::uint64_t offset, std::uint32_t value) { return write(offset, value); });
}

tlm::tlm_response_status TestFinisher::write(std::uint64_t offset, std::uint32_t value) {
  constexpr std::uint32_t pass = 0x5555;
  constexpr std::uint32_t fail = 0x3333;
  constexpr unsigned code_shift = 16;
  if (offset != 0) {
    return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  }
  const std::uint32_t code = value >> code_shift;
  if (value == pass) {
    finish_(0);
  } else if ((value & 0xffff) == fail) {
    finish_(code != 0 ? code : 1);  // a failure, whatever its code
  } else {
    return tlm::TLM_COMMAND_ERROR_RESPONSE;
  }
  return tlm::TLM_OK_RESPONSE;
}

}  // namespace kirchhoff::testbenches
