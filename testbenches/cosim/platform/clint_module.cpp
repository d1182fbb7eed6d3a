#include "testbenches/cosim/platform/clint_module.h"

#include "interconnect/packet_time.h"
#include "testbenches/cosim/platform/register_access.h"

namespace kirchhoff::testbenches {

using foundation::Duration;
using interconnect::absolute;
using interconnect::to_duration;
using interconnect::to_sc_time;

namespace {

constexpr std::uint64_t software_offset = 0x0;
constexpr std::uint64_t compare_low = 0x4000;
constexpr std::uint64_t compare_high = 0x4004;
constexpr std::uint64_t time_low = 0xbff8;
constexpr std::uint64_t time_high = 0xbffc;

constexpr unsigned word_bits = 32;

/// Later than any simulation lasts.
constexpr std::uint64_t last_tick = static_cast<std::uint64_t>(Duration::max() / Clint::tick);

}  // namespace

Clint::Clint(const sc_core::sc_module_name& name)
    : sc_core::sc_module(name),
      bus("bus"),
      timer_interrupt("timer_interrupt"),
      software_interrupt("software_interrupt") {
  bus.register_b_transport(this, &Clint::transport);
  bus.register_transport_dbg(this, &Clint::debug);
  SC_HAS_PROCESS(Clint);
  SC_METHOD(drive);
  sensitive << changed_;
  dont_initialize();
}

void Clint::transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  access_register<std::uint32_t>(
      payload, delay, [&](std::uint64_t offset) { return read(offset, absolute(delay)); },
      [&](std::uint64_t offset, std::uint32_t value) { return write(offset, value, delay); });
}

unsigned Clint::debug(tlm::tlm_generic_payload& payload) {
  return peek_register<std::uint32_t>(
      payload, [&](std::uint64_t offset) { return read(offset, to_duration(sc_core::sc_time_stamp())); });
}

std::optional<std::uint32_t> Clint::read(std::uint64_t offset, Duration now) const {
  const auto ticks = static_cast<std::uint64_t>(now / tick);
  switch (offset) {
    case software_offset:
      return software_;
    case compare_low:
      return static_cast<std::uint32_t>(compare_);
    case compare_high:
      return static_cast<std::uint32_t>(compare_ >> word_bits);
    case time_low:
      return static_cast<std::uint32_t>(ticks);
    case time_high:
      return static_cast<std::uint32_t>(ticks >> word_bits);
    default:
      return std::nullopt;
  }
}

tlm::tlm_response_status Clint::write(std::uint64_t offset, std::uint32_t value,
                                      const sc_core::sc_time& delay) {
  constexpr std::uint64_t low_word = 0xffff'ffff;
  switch (offset) {
    case software_offset:
      software_ = value & 1U;
      break;
    case compare_low:
      compare_ = (compare_ & ~low_word) | value;
      break;
    case compare_high:
      compare_ = (compare_ & low_word) | std::uint64_t{value} << word_bits;
      break;
    case time_low:
    case time_high:
      return tlm::TLM_COMMAND_ERROR_RESPONSE;
    default:
      return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  }
  changed_.notify(delay);
  return tlm::TLM_OK_RESPONSE;
}

void Clint::drive() {
  const Duration now = to_duration(sc_core::sc_time_stamp());
  const bool due = static_cast<std::uint64_t>(now / tick) >= compare_;
  timer_interrupt.write(due);
  software_interrupt.write(software_ != 0);
  if (!due && compare_ < last_tick) {
    changed_.notify(to_sc_time(static_cast<std::int64_t>(compare_) * tick - now));
  }
}

}  // namespace kirchhoff::testbenches
