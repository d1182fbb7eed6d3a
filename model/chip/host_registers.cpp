#include "model/chip/host_registers.h"

#include "model/chip/register_map.h"

namespace kirchhoff::model {

using foundation::Duration;

namespace {

bool is_counter(std::uint32_t offset) {
  return offset >= host_register::counters;
}

ChipCounter counter_at(std::uint32_t offset) {
  return static_cast<ChipCounter>((offset - host_register::counters) / 8);
}

bool is_upper_word(std::uint32_t offset) {
  return (offset - host_register::counters) % 8 != 0;
}

}  // namespace

HostRegisters::HostRegisters(const Identity& identity, ChipManagement& chip)
    : identity_(identity), chip_(chip) {
  to_reset_values();
}

void HostRegisters::to_reset_values() {
  for (const RegisterDoc& doc : host_register_docs) {
    word(doc.offset) = doc.reset;
  }
  word(host_register::mesh_shape) = identity_.mesh_shape;
  word(host_register::tile_shape) = identity_.tile_shape;
  word(host_register::capabilities) = identity_.capabilities;
  word(host_register::table_sizes) = identity_.table_sizes;
  word(host_register::cycle_ps) = identity_.cycle_ps;
  latched_.fill(0);
}

void HostRegisters::reset(Duration at) {
  to_reset_values();
  for (std::uint32_t i = 0; i < chip_counter_count; ++i) {
    counted_before_[i] = chip_.count(static_cast<ChipCounter>(i), at);
  }
}

std::uint64_t HostRegisters::count(ChipCounter counter, Duration at) const {
  const std::uint64_t before = counted_before_[static_cast<std::size_t>(counter)];
  const std::uint64_t now = chip_.count(counter, at);
  return now > before ? now - before : 0;  // local time may lie before that of the reset
}

std::uint32_t HostRegisters::status() const {
  std::uint32_t bits =
      status_powered | (chip_.busy() ? std::uint32_t{status_busy} : std::uint32_t{status_idle});
  bits |= word(host_register::error_status) != 0 ? std::uint32_t{status_error} : 0U;
  bits |= running() ? 0U : std::uint32_t{status_halted};
  bits |= chip_.resetting() ? std::uint32_t{status_resetting} : 0U;
  return bits | (chip_.outstanding() << status_outstanding_shift);
}

std::optional<std::uint32_t> HostRegisters::peek(std::uint32_t offset, Duration at) const {
  if (find_register(host_register_docs, offset) == nullptr) {
    return std::nullopt;
  }
  if (is_counter(offset)) {
    return static_cast<std::uint32_t>(count(counter_at(offset), at) >> (is_upper_word(offset) ? 32 : 0));
  }
  return offset == host_register::status ? status() : word(offset);
}

std::optional<std::uint32_t> HostRegisters::read(std::uint32_t offset, Duration at) {
  if (!is_counter(offset) || find_register(host_register_docs, offset) == nullptr) {
    return peek(offset, at);
  }
  auto& latched = latched_[static_cast<std::size_t>(counter_at(offset))];
  if (is_upper_word(offset)) {
    return latched;
  }
  const std::uint64_t value = count(counter_at(offset), at);
  latched = static_cast<std::uint32_t>(value >> 32);
  return static_cast<std::uint32_t>(value);
}

HostRegisters::Written HostRegisters::write(std::uint32_t offset, std::uint32_t value) {
  const RegisterDoc* doc = find_register(host_register_docs, offset);
  if (doc == nullptr) {
    return Written::no_register;
  }
  if (doc->access == RegisterAccess::read_only) {
    return Written::read_only;
  }
  if (doc->access == RegisterAccess::write_one_to_clear) {
    word(offset) &= ~value;
    return Written::ok;
  }
  if (offset != host_register::control) {
    word(offset) = value;
    return Written::ok;
  }
  word(offset) = value & control_run;
  if ((value & control_soft_reset) != 0) {
    chip_.soft_reset();
    return Written::ok;
  }
  if ((value & control_abort) != 0) {
    chip_.abort();
  }
  chip_.set_running((value & control_run) != 0);
  return Written::ok;
}

void HostRegisters::note(const ChipEvent& event) {
  word(host_register::interrupt_status) |= event.interrupts;
  if (event.errors == 0) {
    return;
  }
  if (word(host_register::error_status) == 0) {
    word(host_register::error_cause) = static_cast<std::uint32_t>(event.fault.cause);
    word(host_register::error_address_low) = static_cast<std::uint32_t>(event.fault.address);
    word(host_register::error_address_high) = static_cast<std::uint32_t>(event.fault.address >> 32);
    word(host_register::error_tag) = event.tag;
  }
  word(host_register::error_status) |= event.errors;
  word(host_register::interrupt_status) |= interrupt_error;
}

}  // namespace kirchhoff::model
