#include "testbenches/cosim/hart/hart_core.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "foundation/error.h"

namespace kirchhoff::testbenches {
namespace {

constexpr std::uint32_t mstatus_mie = 1U << 3;
constexpr std::uint32_t mstatus_mpie = 1U << 7;
constexpr std::uint32_t mstatus_mpp = 3U << 11;  // the previous mode was machine mode

constexpr std::uint32_t mtvec_mode = 3;
constexpr std::uint32_t mtvec_vectored = 1;

constexpr std::uint32_t wfi_word = 0x1050'0073;
constexpr std::uint32_t ebreak_word = 0x0010'0073;
constexpr std::uint32_t compressed_ebreak = 0x9002;

constexpr std::uint32_t opcode_mask = 0x7f;
constexpr std::uint32_t system_opcode = 0x73;

/// Four bytes long, where a compressed instruction has two.
bool is_whole_word(std::uint32_t instruction) {
  return (instruction & 3) == 3;
}

}  // namespace

HartCore::HartCore(const Memory& memory, std::span<const Devices> devices, HartBus& bus,
                   std::uint32_t reset_pc)
    : memory_(memory), bus_(bus), emulator_(*this), next_pc_(reset_pc) {
  emulator_.map_memory(memory.base, memory.bytes);
  for (const Devices& region : devices) {
    emulator_.map_devices(region.base, region.bytes);
  }
  emulator_.hook_instructions(&HartCore::on_instruction, this);
}

// ---- the hook ---------------------------------------------------------------------------------------

/// Once per instruction: as little as can be.
void HartCore::on_instruction(uc_struct* /*engine*/, std::uint64_t address, std::uint32_t /*bytes*/,
                              void* user) {
  auto& core = *static_cast<HartCore*>(user);
  if (core.executed_ >= core.attention_from_) {
    core.attend(static_cast<std::uint32_t>(address));
    return;
  }
  ++core.executed_;
  core.current_ = static_cast<std::uint32_t>(address);
}

/// An instruction before which something may have to happen.
void HartCore::attend(std::uint32_t address) {
  if (executed_ >= limit_ && !stop_requested_ && !(bus_.limit_reached() && executed_ < limit_)) {
    return pause_with(Pause::limit);
  }
  if (stop_requested_ || !written_.empty()) {
    return begin_again();
  }
  if (lines_ != 0) {
    if (lines_unchecked_) {
      lines_unchecked_ = false;
      if (!stepping_ && takeable()) {
        return begin_again();
      }
    }
    // Only SYSTEM instructions (CSR accesses, mret) change what may be taken.
    lines_unchecked_ = (instruction_at(address) & opcode_mask) == system_opcode;
  }
  if (!stepping_ && breakpoints_.contains(address)) {
    return pause_with(Pause::breakpoint);
  }
  if (!stepping_ && is_watched(address)) {
    return pause_with(Pause::watchpoint);
  }
  if (observer_ != nullptr) {
    observer_->instruction(address, executed_);
  }
  ++executed_;
  current_ = address;
}

bool HartCore::is_watched(std::uint32_t address) {
  if (watchpoints_.empty()) {
    return false;
  }
  const auto access = memory_access(instruction_at(address), [this](unsigned x) { return emulator_.x(x); });
  watched_ = access ? watchpoints_.stop_of(*access) : std::nullopt;
  return watched_.has_value();
}

/// The run returns.
void HartCore::pause_with(Pause pause) {
  pause_ = pause;
  begin_again();
}

/// The run goes through what can only be done while the emulator does not run: stop requests, interrupts,
/// code that was written.
void HartCore::begin_again() {
  hook_stopped_ = true;
  emulator_.stop();
}

void HartCore::plan_attention() {
  const bool always = stop_requested_ || !written_.empty() || lines_ != 0 || !breakpoints_.empty() ||
                      !watchpoints_.empty() || observer_ != nullptr;
  attention_from_ = always ? 0 : limit_;
}

void HartCore::set_limit(std::uint64_t executed) {
  limit_ = executed;
  plan_attention();
}

void HartCore::request_stop() {
  stop_requested_ = true;
  plan_attention();
}

void HartCore::set_lines(std::uint32_t lines) {
  if (lines != lines_) {
    lines_ = lines;
    lines_unchecked_ = true;
    plan_attention();
  }
}

void HartCore::set_observer(InstructionObserver* observer) {
  observer_ = observer;
  plan_attention();
}

void HartCore::add_breakpoint(std::uint32_t address) {
  breakpoints_.add(address);
  plan_attention();
}

void HartCore::remove_breakpoint(std::uint32_t address) {
  breakpoints_.remove(address);
  plan_attention();
}

void HartCore::add_watchpoint(WatchKind kind, std::uint32_t address, std::uint32_t bytes) {
  watchpoints_.add(kind, address, bytes);
  plan_attention();
}

void HartCore::remove_watchpoint(WatchKind kind, std::uint32_t address, std::uint32_t bytes) {
  watchpoints_.remove(kind, address, bytes);
  plan_attention();
}

void HartCore::set_stepping(bool on) {
  stepping_ = on;
}

// ---- devices and exceptions -------------------------------------------------------------------------

std::uint32_t HartCore::device_read(std::uint32_t address, unsigned bytes) {
  std::uint32_t value = 0;
  if (!bus_.access(address, bytes, false, value)) {
    refuse(TrapCause::load_fault, address);
  }
  return value;
}

void HartCore::device_write(std::uint32_t address, unsigned bytes, std::uint32_t value) {
  if (!bus_.access(address, bytes, true, value)) {
    refuse(TrapCause::store_fault, address);
  }
}

/// The emulator leaves the instruction here: its result is not written.
void HartCore::refuse(TrapCause cause, std::uint32_t address) {
  trap_ = Trap{cause, current_, address};
  emulator_.stop();
}

void HartCore::unmapped(std::uint32_t address) {
  bad_address_ = address;
}

void HartCore::exception(std::uint32_t number) {
  constexpr std::uint32_t user_call = 8;  // as the emulator numbers calls from any mode
  const auto cause = number == user_call ? TrapCause::machine_call : static_cast<TrapCause>(number);
  trap_ = Trap{cause, current_, cause == TrapCause::illegal_instruction ? instruction_at(current_) : 0};
  emulator_.stop();
}

// ---- running ----------------------------------------------------------------------------------------

HartCore::Pause HartCore::run() {
  while (true) {
    if (stop_requested_) {
      stop_requested_ = false;
      plan_attention();
      return Pause::stop_request;
    }
    if (const auto cause = stepping_ ? std::nullopt : takeable()) {
      if (!enter({*cause, next_pc_, 0})) {
        return Pause::dead_end;
      }
    }
    lines_unchecked_ = false;
    if (executed_ >= limit_) {
      return Pause::limit;
    }
    forget_written_code();
    pause_.reset();
    trap_.reset();
    hook_stopped_ = false;
    const std::uint64_t before = executed_;
    const auto end = emulator_.run(next_pc_);
    next_pc_ = emulator_.pc();
    if (const auto trap = trap_of(end)) {
      if (!enter(*trap)) {
        return Pause::dead_end;
      }
    } else if (pause_) {
      return *pause_;
    } else if (!hook_stopped_ && instruction_at(current_) == wfi_word && !wakes()) {
      return Pause::wait_for_interrupt;
    } else if (!hook_stopped_ && executed_ == before) {
      throw foundation::ModelError("the RISC-V emulator executes nothing and says nothing is wrong");
    }
  }
}

/// What a run that ended so asks for; nothing where the hook has ended it, or WFI.
std::optional<Trap> HartCore::trap_of(Emulator::End end) {
  switch (end) {
    case Emulator::End::stopped:
      return trap_;
    case Emulator::End::bad_access:
      return bad_access();
    case Emulator::End::bad_fetch:
      return Trap{TrapCause::fetch_fault, next_pc_, next_pc_};
    case Emulator::End::invalid_instruction: {
      const std::uint32_t word = instruction_at(current_);
      const bool call = word == ebreak_word || (word & 0xffff) == compressed_ebreak;
      return Trap{call ? TrapCause::breakpoint : TrapCause::illegal_instruction, current_, call ? 0 : word};
    }
    case Emulator::End::other:
      break;
  }
  throw foundation::ModelError(std::string{"the RISC-V emulator ended with: "} + emulator_.last_error());
}

/// Of memory where there is none. Atomic instructions that write count as stores.
Trap HartCore::bad_access() const {
  const auto operand = memory_operand(instruction_at(current_));
  return {operand && operand->writes ? TrapCause::store_fault : TrapCause::load_fault, current_,
          bad_address_};
}

std::optional<TrapCause> HartCore::takeable() const {
  if (lines_ == 0 || (emulator_.csr(Emulator::Csr::mstatus) & mstatus_mie) == 0) {
    return std::nullopt;
  }
  const std::uint32_t pending = lines_ & emulator_.csr(Emulator::Csr::mie);
  if ((pending & external_line) != 0) {
    return TrapCause::external_interrupt;
  }
  if ((pending & software_line) != 0) {
    return TrapCause::software_interrupt;
  }
  if ((pending & timer_line) != 0) {
    return TrapCause::timer_interrupt;
  }
  return std::nullopt;
}

bool HartCore::wakes() const {
  return lines_ != 0 && (lines_ & emulator_.csr(Emulator::Csr::mie)) != 0;
}

/// By hand: the emulator has no interrupt lines.
bool HartCore::enter(const Trap& trap) {
  using Csr = Emulator::Csr;
  const auto cause = static_cast<std::uint32_t>(trap.cause);
  const std::uint32_t vector = emulator_.csr(Csr::mtvec);
  const bool interrupt = (cause & interrupt_cause_bit) != 0;
  std::uint32_t handler = vector & ~mtvec_mode;
  if (interrupt && (vector & mtvec_mode) == mtvec_vectored) {
    handler += 4 * (cause & ~interrupt_cause_bit);
  }
  if ((vector & ~mtvec_mode) == 0 || (!interrupt && trap.pc == handler)) {
    dead_end_ = trap;
    next_pc_ = trap.pc;
    return false;
  }
  emulator_.set_csr(Csr::mepc, trap.pc);
  emulator_.set_csr(Csr::mcause, cause);
  emulator_.set_csr(Csr::mtval, trap.value);
  const std::uint32_t status = emulator_.csr(Csr::mstatus);
  const std::uint32_t was_enabled = (status & mstatus_mie) != 0 ? mstatus_mpie : 0;
  emulator_.set_csr(Csr::mstatus, (status & ~(mstatus_mie | mstatus_mpie)) | mstatus_mpp | was_enabled);
  next_pc_ = handler;
  if (observer_ != nullptr) {
    observer_->trap(trap, executed_);
  }
  return true;
}

// ---- memory -----------------------------------------------------------------------------------------

std::uint32_t HartCore::instruction_at(std::uint32_t address) const {
  constexpr std::size_t halfword = 2;
  const std::size_t offset = address - memory_.base;
  if (address < memory_.base || offset + halfword > memory_.bytes.size()) {
    return 0;
  }
  std::uint32_t word = 0;
  std::memcpy(&word, &memory_.bytes[offset], std::min(sizeof word, memory_.bytes.size() - offset));
  return is_whole_word(word) ? word : word & 0xffff;
}

void HartCore::memory_written(std::uint32_t address, std::uint32_t bytes) {
  written_.push_back({address, bytes});
  plan_attention();
}

void HartCore::forget_written_code() {
  if (written_.empty()) {
    return;
  }
  for (const Range& range : written_) {
    emulator_.forget_code(range.address, range.bytes);
  }
  written_.clear();
  plan_attention();
}

}  // namespace kirchhoff::testbenches
