#include "testbenches/cosim/hart/trap.h"

namespace kirchhoff::testbenches {
namespace {

const char* name_of(TrapCause cause) {
  switch (cause) {
    case TrapCause::misaligned_fetch:
      return "instruction address misaligned";
    case TrapCause::misaligned_load:
      return "load address misaligned";
    case TrapCause::misaligned_store:
      return "store address misaligned";
    case TrapCause::fetch_fault:
      return "instruction access fault";
    case TrapCause::illegal_instruction:
      return "illegal instruction";
    case TrapCause::breakpoint:
      return "breakpoint (ebreak)";
    case TrapCause::load_fault:
      return "load access fault";
    case TrapCause::store_fault:
      return "store access fault";
    case TrapCause::machine_call:
      return "environment call (ecall)";
    case TrapCause::software_interrupt:
      return "software interrupt";
    case TrapCause::timer_interrupt:
      return "timer interrupt";
    case TrapCause::external_interrupt:
      return "external interrupt";
  }
  return "trap";
}

}  // namespace

std::string to_string(TrapCause cause) {
  const auto number = static_cast<std::uint32_t>(cause);
  const bool interrupt = (number & interrupt_cause_bit) != 0;
  return std::string{name_of(cause)} + (interrupt ? " (interrupt " : " (cause ") +
         std::to_string(number & ~interrupt_cause_bit) + ')';
}

}  // namespace kirchhoff::testbenches
