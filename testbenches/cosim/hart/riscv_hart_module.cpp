#include "testbenches/cosim/hart/riscv_hart_module.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "foundation/error.h"
#include "interconnect/packet_time.h"

namespace kirchhoff::testbenches {

using foundation::Duration;
using interconnect::to_duration;
using interconnect::to_sc_time;

namespace {

/// How often a hart that sleeps looks whether its debugger wants it to stop; nothing else depends on it.
sc_core::sc_time debugger_period() {
  return {1, sc_core::SC_MS};
}

GdbStop::Why why_of(const Trap& trap) {
  return trap.cause == TrapCause::illegal_instruction ? GdbStop::Why::illegal : GdbStop::Why::fault;
}

}  // namespace

RiscvHart::RiscvHart(const sc_core::sc_module_name& name, HartParameters parameters)
    : sc_core::sc_module(name),
      bus("bus"),
      external_interrupt("external_interrupt"),
      timer_interrupt("timer_interrupt"),
      software_interrupt("software_interrupt"),
      parameters_(std::move(parameters)) {
  SC_HAS_PROCESS(RiscvHart);
  SC_THREAD(run);
  // The emulator translates on this stack, and a call into an approximately timed chip nests deeply.
  set_stack_size(8U << 20);
}

void RiscvHart::attach(GdbServer* debugger, InstructionObserver* observer) {
  debugger_ = debugger;
  observer_ = observer;
}

void RiscvHart::start_of_simulation() {
  payload_.set_command(tlm::TLM_READ_COMMAND);
  payload_.set_address(parameters_.memory_base);
  payload_.set_data_length(4);
  payload_.set_streaming_width(4);
  tlm::tlm_dmi memory;
  if (!bus->get_direct_mem_ptr(payload_, memory) || !memory.is_read_write_allowed() ||
      memory.get_start_address() != parameters_.memory_base) {
    throw foundation::ModelError("the hart gets no pointer to its memory");
  }
  const std::size_t bytes = memory.get_end_address() - memory.get_start_address() + 1;
  const HartCore::Memory span{parameters_.memory_base,
                              {reinterpret_cast<std::byte*>(memory.get_dmi_ptr()), bytes}};
  HartBus& devices = *this;
  core_ = std::make_unique<HartCore>(span, parameters_.devices, devices, parameters_.reset_pc);
  core_->set_observer(observer_);
}

// ---- time -------------------------------------------------------------------------------------------

Duration RiscvHart::local_time() const {
  return to_duration(keeper_.get_current_time());
}

Duration RiscvHart::time_of(std::uint64_t executed) const {
  return local_time() + static_cast<std::int64_t>(executed - folded_) * parameters_.instruction_time;
}

/// The time of the instructions since the last call goes into the keeper.
void RiscvHart::fold() {
  const std::uint64_t executed = core_->executed();
  keeper_.inc(to_sc_time(static_cast<std::int64_t>(executed - folded_) * parameters_.instruction_time));
  folded_ = executed;
}

/// How far the core may run: to the end of the quantum, or to a limit.
void RiscvHart::plan() {
  const Duration now = local_time();
  const Duration until = std::min(to_duration(sync_at_), parameters_.most_time);
  const Duration step = parameters_.instruction_time;
  const Duration left = std::max(until - now, Duration{0});
  const std::uint64_t instructions =
      resume_ == GdbResume::step ? 1 : static_cast<std::uint64_t>((left + step - Duration{1}) / step);
  core_->set_limit(std::min(folded_ + instructions, parameters_.most_instructions));
}

void RiscvHart::synchronise() {
  keeper_.sync();
  begin_quantum();
}

void RiscvHart::begin_quantum() {
  sync_at_ = sc_core::sc_time_stamp() + tlm::tlm_global_quantum::instance().compute_local_quantum();
  sample_lines();
  if (observer_ != nullptr) {
    observer_->settled(to_duration(sc_core::sc_time_stamp()));
  }
}

// ---- interrupts -------------------------------------------------------------------------------------

void RiscvHart::sample_lines() {
  core_->set_lines((external_interrupt.read() ? external_line : 0U) |
                   (timer_interrupt.read() ? timer_line : 0U) |
                   (software_interrupt.read() ? software_line : 0U));
}

/// After a write that may have brought a line down: its device drives it by an event at the end of the
/// access, and the signal takes over a delta cycle later. Without this a service routine runs twice.
void RiscvHart::settle_lines() {
  keeper_.sync();
  wait(sc_core::SC_ZERO_TIME);
  wait(sc_core::SC_ZERO_TIME);
  begin_quantum();
}

Duration RiscvHart::slept() const {
  return slept_ + (waits_ ? local_time() - fell_asleep_ : Duration{0});
}

void RiscvHart::wait_for_line() {
  synchronise();
  waits_ = true;
  fell_asleep_ = local_time();
  if (observer_ != nullptr) {
    observer_->sleeps(local_time());
  }
  while (!core_->wakes() && end_ == HartEnd::running) {
    const auto& lines = external_interrupt.value_changed_event() | timer_interrupt.value_changed_event() |
                        software_interrupt.value_changed_event();
    if (debugger_ == nullptr) {
      wait(lines);
    } else if (!sc_core::sc_pending_activity()) {
      tell_debugger(GdbStop::Why::deadlock, "WFI, and nothing is left to happen");
      throw foundation::WatchdogError("deadlock");
    } else {
      wait(debugger_period(), lines);
      if (debugger_->poll_slowly()) {
        sample_lines();
        const std::uint32_t pc = core_->pc();
        tell_debugger(GdbStop::Why::interrupted);
        // Having been looked at is no reason to wake up: the run stays the one that it was.
        if (resume_ != GdbResume::run || core_->pc() != pc) {
          break;
        }
      }
    }
    sample_lines();
  }
  synchronise();
  slept_ = slept();
  waits_ = false;
  if (observer_ != nullptr) {
    observer_->wakes(local_time());
  }
}

// ---- the bus ----------------------------------------------------------------------------------------

bool RiscvHart::access(std::uint32_t address, unsigned bytes, bool write, std::uint32_t& value) {
  try {
    return transport(address, bytes, write, value);
  } catch (...) {  // not through the emulator, which is C
    failure_ = std::current_exception();
    end(HartEnd::stopped);
    return false;
  }
}

bool RiscvHart::transport(std::uint32_t address, unsigned bytes, bool write, std::uint32_t& value) {
  fold();
  payload_.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload_.set_address(address);
  payload_.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload_.set_data_length(bytes);
  payload_.set_streaming_width(bytes);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = keeper_.get_local_time();
  bus->b_transport(payload_, delay);
  keeper_.set(delay);
  if (write && core_->lines() != 0) {
    settle_lines();
  }
  plan();
  return payload_.is_response_ok();
}

void RiscvHart::memory_written(std::uint32_t address, std::uint32_t bytes) {
  if (core_) {
    core_->memory_written(address, bytes);
  }
}

// ---- the program ------------------------------------------------------------------------------------

void RiscvHart::end(HartEnd why) {
  if (end_ == HartEnd::running) {
    end_ = why;
    core_->request_stop();
  }
}

void RiscvHart::run() {
  try {
    wait(sc_core::SC_ZERO_TIME);
    run_until_end();
  } catch (const sc_core::sc_unwind_exception&) {
    throw;
  } catch (...) {
    failure_ = std::current_exception();
  }
  sc_core::sc_stop();
}

void RiscvHart::run_until_end() {
  keeper_.reset();
  synchronise();
  tell_debugger(GdbStop::Why::start);
  while (end_ == HartEnd::running) {
    plan();
    handle(core_->run());
  }
  fold();
  keeper_.sync();
}

void RiscvHart::check_limits() {
  if (core_->executed() >= parameters_.most_instructions) {
    end(HartEnd::instruction_limit);
  } else if (local_time() >= parameters_.most_time) {
    end(HartEnd::time_limit);
  } else if (keeper_.get_current_time() >= sync_at_) {
    synchronise();
  }
}

/// The end of a quantum, with the emulator still running: it waits here, which costs a third of stopping it.
bool RiscvHart::limit_reached() {
  if (debugger_ != nullptr && (resume_ == GdbResume::step || debugger_->poll())) {
    return false;  // it is told between two runs
  }
  try {
    fold();
    check_limits();
    plan();
    return end_ == HartEnd::running;
  } catch (...) {  // not through the emulator, which is C
    failure_ = std::current_exception();
    end(HartEnd::stopped);
    return false;
  }
}

void RiscvHart::handle(HartCore::Pause pause) {
  fold();
  switch (pause) {
    case HartCore::Pause::limit:
    case HartCore::Pause::stop_request:
      break;
    case HartCore::Pause::wait_for_interrupt:
      wait_for_line();
      break;
    case HartCore::Pause::breakpoint:
      tell_debugger(GdbStop::Why::breakpoint);
      break;
    case HartCore::Pause::watchpoint:
      tell_debugger(core_->watched());
      break;
    case HartCore::Pause::dead_end:
      tell_debugger(why_of(core_->dead_end()), to_string(core_->dead_end().cause));
      end(HartEnd::dead_end);
      break;
  }
  if (end_ != HartEnd::running) {
    return;
  }
  check_limits();
  if (end_ != HartEnd::running) {
    return;
  }
  if (resume_ == GdbResume::step && core_->executed() > step_from_) {
    tell_debugger(GdbStop::Why::step);
  } else if (debugger_ != nullptr && debugger_->poll()) {
    tell_debugger(GdbStop::Why::interrupted);
  }
}

void RiscvHart::tell_debugger(GdbStop::Why why, const std::string& text) {
  GdbStop stop;
  stop.why = why;
  stop.text = text;
  tell_debugger(stop);
}

/// Simulated time stands still until the debugger lets the hart go on.
void RiscvHart::tell_debugger(const GdbStop& stop) {
  if (debugger_ == nullptr) {
    return;
  }
  resume_ = debugger_->stopped(stop);
  step_from_ = core_->executed();
  core_->set_stepping(resume_ == GdbResume::step);
  if (resume_ == GdbResume::kill) {
    end(HartEnd::stopped);
  }
}

}  // namespace kirchhoff::testbenches
