#include "testbenches/cosim/platform/uart_module.h"

#include <utility>

#include "testbenches/cosim/platform/register_access.h"

namespace kirchhoff::testbenches {
namespace {

// PC16550D data sheet, table 2.
enum Register : std::uint64_t {
  data = 0,                      // divisor latch, low byte
  interrupt_enable = 1,          // divisor latch, high byte
  interrupt_identification = 2,  // written: FIFO control
  line_control = 3,
  modem_control = 4,
  line_status = 5,
  modem_status = 6,
  scratch = 7,
};

constexpr std::uint8_t divisor_latch_access = 0x80;
constexpr std::uint8_t no_interrupt_pending = 0x01;
constexpr std::uint8_t transmitter_empty = 0x60;

}  // namespace

Uart::Uart(const sc_core::sc_module_name& name, Output output)
    : sc_core::sc_module(name), bus("bus"), output_(std::move(output)) {
  bus.register_b_transport(this, &Uart::transport);
  bus.register_transport_dbg(this, &Uart::debug);
}

void Uart::transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  access_register<std::uint8_t>(
      payload, delay, [this](std::uint64_t offset) { return read(offset); },
      [this](std::uint64_t offset, std::uint8_t value) { return write(offset, value); });
}

unsigned Uart::debug(tlm::tlm_generic_payload& payload) {
  return peek_register<std::uint8_t>(payload, [this](std::uint64_t offset) { return read(offset); });
}

bool Uart::shows_divisor() const {
  return (registers_[line_control] & divisor_latch_access) != 0;
}

std::optional<std::uint8_t> Uart::read(std::uint64_t offset) const {
  switch (offset) {
    case data:
      return shows_divisor() ? divisor_[0] : std::uint8_t{0};
    case interrupt_enable:
      return shows_divisor() ? divisor_[1] : registers_[interrupt_enable];
    case interrupt_identification:
      return no_interrupt_pending;
    case line_status:
      return transmitter_empty;
    case modem_status:
      return std::uint8_t{0};
    case line_control:
    case modem_control:
    case scratch:
      return registers_[offset];
    default:
      return std::nullopt;
  }
}

tlm::tlm_response_status Uart::write(std::uint64_t offset, std::uint8_t value) {
  if (offset >= registers_.size()) {
    return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  }
  if (offset <= interrupt_enable && shows_divisor()) {
    divisor_[offset] = value;
  } else if (offset == data) {
    output_(static_cast<char>(value));
  } else {
    registers_[offset] = value;
  }
  return tlm::TLM_OK_RESPONSE;
}

}  // namespace kirchhoff::testbenches
