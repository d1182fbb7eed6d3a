#include "testbenches/cosim/c_api/external_host_module.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>

#include "foundation/error.h"
#include "interconnect/packet_time.h"
#include "testbenches/host/debug_access.h"
#include "testbenches/host/kernel_run_module.h"

namespace kirchhoff::testbenches {

using foundation::Duration;
using sc_core::sc_time;

namespace {

/// How often the program may look up while it waits; the chip does not notice.
sc_time idle_period() {
  return {1, sc_core::SC_MS};
}

/// A Duration counts 106 days; what begins by then must have room to end.
constexpr Duration last_moment = std::chrono::hours{24 * 100};

Duration time_left() {
  return last_moment - interconnect::to_duration(sc_core::sc_time_stamp());
}

}  // namespace

ExternalHost::ExternalHost(const sc_core::sc_module_name& name, const DmaMemory& memory,
                           foundation::CodingStyle style)
    : sc_core::sc_module(name),
      chip("chip"),
      memory_socket("memory_socket"),
      interrupt("interrupt"),
      memory_(memory),
      style_(style),
      accesses_(chip) {
  chip.register_nb_transport_bw(this, &ExternalHost::chip_backward);
  memory_socket.register_b_transport(this,
                                     &ExternalHost::memory_transport);  // four phases: the socket converts
  payload_.set_data_length(sizeof(std::uint32_t));
  payload_.set_streaming_width(sizeof(std::uint32_t));
  SC_HAS_PROCESS(ExternalHost);
  SC_METHOD(look_up);
  sensitive << interrupt.pos();
  dont_initialize();
  if (style_ == foundation::CodingStyle::approximately_timed) {
    SC_THREAD(serve);
  }
}

// ---- the kernel -------------------------------------------------------------------------------------

void ExternalHost::run_kernel(const sc_time& length, sc_core::sc_starvation_policy policy) {
  sc_core::sc_start(length, policy);
  restore_stack_bounds();
}

/// What happens at this moment; the kernel leaves what is due at the end of a run to the next one.
void ExternalHost::settle() {
  while (sc_core::sc_pending_activity_at_current_time()) {
    run_kernel(sc_core::SC_ZERO_TIME, sc_core::SC_RUN_TO_TIME);
  }
}

void ExternalHost::start() {
  run_kernel(sc_core::SC_ZERO_TIME, sc_core::SC_RUN_TO_TIME);
  settle();
}

void ExternalHost::synchronise() {
  if (ahead_ != sc_core::SC_ZERO_TIME) {
    const sc_time length = ahead_;
    ahead_ = sc_core::SC_ZERO_TIME;
    run_kernel(length, sc_core::SC_RUN_TO_TIME);
  }
  settle();
}

Duration ExternalHost::now() const {
  return interconnect::to_duration(sc_core::sc_time_stamp() + ahead_);
}

void ExternalHost::advance(Duration length) {
  synchronise();
  if (length > time_left()) {
    throw foundation::InputError("simulated time ends after 100 days, of which " +
                                 std::to_string(foundation::to_seconds(time_left())) + " s are left");
  }
  run_kernel(interconnect::to_sc_time(length), sc_core::SC_RUN_TO_TIME);
  settle();
}

// ---- registers --------------------------------------------------------------------------------------

tlm::tlm_response_status ExternalHost::access(tlm::tlm_command command, std::uint64_t address,
                                              std::uint32_t& value) {
  payload_.set_command(command);
  payload_.set_address(address);
  payload_.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload_.set_byte_enable_ptr(nullptr);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  if (style_ == foundation::CodingStyle::approximately_timed) {
    served_ = false;
    requested_.notify(sc_core::SC_ZERO_TIME);
    while (!served_) {
      if (!sc_core::sc_pending_activity()) {
        throw foundation::WatchdogError("deadlock: the chip does not answer a register access");
      }
      run_kernel(sc_core::sc_max_time() - sc_core::sc_time_stamp(), sc_core::SC_EXIT_ON_STARVATION);
    }
    settle();
  } else {
    chip->b_transport(payload_, ahead_);
    if (sc_core::sc_time_to_pending_activity() <= ahead_) {
      synchronise();
    }
  }
  return payload_.get_response_status();
}

/// Approximately timed: accesses that the program asks for.
void ExternalHost::serve() {
  while (true) {
    wait(requested_);
    sc_time delay = sc_core::SC_ZERO_TIME;
    accesses_.transport(payload_, delay);
    wait(delay);
    served_ = true;
    sc_core::sc_pause();
  }
}

tlm::tlm_sync_enum ExternalHost::chip_backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                               sc_time& delay) {
  return accesses_.backward(payload, phase, delay);
}

std::size_t ExternalHost::peek(std::uint64_t address, std::span<std::byte> bytes) {
  synchronise();
  return debug_access(*chip.operator->(), tlm::TLM_READ_COMMAND, address, bytes);
}

// ---- the interrupt ----------------------------------------------------------------------------------

/// Ends the kernel's run where the program waits for this.
void ExternalHost::look_up() {
  if (waits_) {
    sc_core::sc_pause();
  }
}

ExternalHost::Waited ExternalHost::wait_interrupt(Duration timeout, const std::function<bool()>& idle) {
  synchronise();
  const sc_time end = sc_core::sc_time_stamp() + interconnect::to_sc_time(std::min(timeout, time_left()));
  while (!interrupt.read()) {
    const sc_time left = end - sc_core::sc_time_stamp();
    if (!sc_core::sc_pending_activity()) {
      return Waited::never;
    }
    const sc_time next = sc_core::sc_time_to_pending_activity();
    if (next > left) {
      run_kernel(left, sc_core::SC_RUN_TO_TIME);
      return Waited::timed_out;
    }
    waits_ = true;
    run_kernel(idle ? std::min(left, std::max(next, idle_period())) : left, sc_core::SC_EXIT_ON_STARVATION);
    waits_ = false;
    settle();
    if (idle && !interrupt.read() && !idle()) {
      return Waited::stopped;
    }
  }
  return Waited::raised;
}

// ---- memory -----------------------------------------------------------------------------------------

void ExternalHost::memory_transport(tlm::tlm_generic_payload& payload, sc_time& /*delay*/) {
  const std::size_t length = payload.get_data_length();
  if (payload.get_byte_enable_ptr() != nullptr) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  const auto bytes = memory_.at(payload.get_address(), length);
  if (bytes.size() != length) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), bytes.data(), length);
  } else if (payload.is_write()) {
    std::memcpy(bytes.data(), payload.get_data_ptr(), length);
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

}  // namespace kirchhoff::testbenches
