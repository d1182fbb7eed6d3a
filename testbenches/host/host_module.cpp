#include "testbenches/host/host_module.h"

#include <cstring>
#include <sstream>
#include <utility>

#include "foundation/error.h"
#include "interconnect/packet_time.h"
#include "testbenches/host/debug_access.h"
#include "testbenches/host/kernel_run_module.h"

namespace kirchhoff::testbenches {
namespace {

/// How often the program looks up while it waits for an interrupt; the chip does not notice.
const auto idle_period = [] { return sc_core::sc_time(1, sc_core::SC_MS); };

}  // namespace

Host::Host(const sc_core::sc_module_name& name, Program program, foundation::CodingStyle style)
    : sc_core::sc_module(name),
      chip("chip"),
      memory_socket("memory_socket"),
      interrupt("interrupt"),
      style_(style),
      accesses_(chip),
      program_(std::move(program)),
      driver_(*this, memory_) {
  chip.register_nb_transport_bw(this, &Host::chip_backward);
  memory_socket.register_b_transport(this, &Host::memory_transport);  // four phases: the socket converts
  SC_HAS_PROCESS(Host);
  SC_THREAD(run);
  set_stack_size(1U << 20);
}

void Host::run() {
  try {
    wait(sc_core::SC_ZERO_TIME);
    program_(driver_, memory_);
    finished_ = true;
  } catch (const sc_core::sc_unwind_exception&) {
    throw;
  } catch (...) {
    failure_ = std::current_exception();
  }
  sc_core::sc_stop();
}

tlm::tlm_sync_enum Host::chip_backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                       sc_core::sc_time& delay) {
  return accesses_.backward(payload, phase, delay);
}

std::uint32_t Host::access(tlm::tlm_command command, std::uint64_t address, std::uint32_t value) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(sizeof value);
  payload.set_streaming_width(sizeof value);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  if (style_ == foundation::CodingStyle::approximately_timed) {
    accesses_.transport(payload, delay);
  } else {
    chip->b_transport(payload, delay);
    wait(delay);
  }
  if (!payload.is_response_ok()) {
    std::ostringstream text;
    text << "the chip refuses a " << (command == tlm::TLM_READ_COMMAND ? "read" : "write") << " at 0x"
         << std::hex << address << ": " << payload.get_response_string();
    throw foundation::ModelError(text.str());
  }
  return value;
}

std::uint32_t Host::read32(std::uint64_t address) {
  return access(tlm::TLM_READ_COMMAND, address, 0);
}

void Host::write32(std::uint64_t address, std::uint32_t value) {
  access(tlm::TLM_WRITE_COMMAND, address, value);
}

void Host::wait_interrupt(const std::function<void()>& idle) {
  while (!interrupt.read()) {
    if (idle) {
      wait(idle_period(), interrupt.posedge_event());
      idle();
    } else {
      wait(interrupt.posedge_event());
    }
  }
}

std::size_t Host::peek(std::uint64_t address, std::span<std::byte> bytes) {
  return debug_access(*chip.operator->(), tlm::TLM_READ_COMMAND, address, bytes);
}

void Host::sleep(foundation::Duration length) {
  wait(interconnect::to_sc_time(length));
}

void Host::stop(std::exception_ptr failure) {
  finished_ = true;
  failure_ = std::move(failure);
  sc_core::sc_stop();
}

void Host::memory_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  const std::uint64_t address = payload.get_address();
  const std::size_t bytes = payload.get_data_length();
  if (payload.get_byte_enable_ptr() != nullptr) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  if (payload.is_read()) {
    const auto from = memory_.readable(address, bytes);
    if (from.size() == bytes) {
      std::memcpy(payload.get_data_ptr(), from.data(), bytes);
      payload.set_response_status(tlm::TLM_OK_RESPONSE);
      return;
    }
  } else if (payload.is_write()) {
    const auto to = memory_.writable(address, bytes);
    if (to.size() == bytes) {
      std::memcpy(to.data(), payload.get_data_ptr(), bytes);
      payload.set_response_status(tlm::TLM_OK_RESPONSE);
      return;
    }
  }
  payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

void run_host(Host& host) {
  run_kernel();
  if (host.failure()) {
    std::rethrow_exception(host.failure());
  }
  if (!host.finished()) {
    throw foundation::WatchdogError(
        "deadlock: the host waits for an interrupt and nothing is left to happen in the chip (at " +
        sc_core::sc_time_stamp().to_string() + ")");
  }
}

}  // namespace kirchhoff::testbenches
