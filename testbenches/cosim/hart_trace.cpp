#include "testbenches/cosim/hart_trace.h"

#include <string>

namespace kirchhoff::testbenches {

using foundation::Duration;
using foundation::TraceSink;

namespace {

constexpr unsigned address_bits = 32;
constexpr std::size_t longest_text = 28;  // what a waveform keeps of a name
constexpr std::uint32_t mret_word = 0x3020'0073;

}  // namespace

HartTrace::HartTrace(TraceSink& sink, const RiscvHart& hart, const SymbolTable& functions)
    : sink_(sink),
      hart_(hart),
      functions_(functions),
      pc_(sink.declare(hart.name(), "pc", TraceSink::Kind::vector, address_bits)),
      state_(sink.declare_part(hart.name())),
      function_(sink.declare(hart.name(), "function", TraceSink::Kind::text)) {}

void HartTrace::instruction(std::uint32_t pc, std::uint64_t executed) {
  const Duration now = hart_.time_of(executed);
  if (executed == 0) {
    show_state(now);
  }
  if (returns_) {
    returns_ = false;
    traps_ = traps_ > 0 ? traps_ - 1 : 0;
    show_state(now);
  }
  returns_ = hart_.core().instruction_at(pc) == mret_word;
  if (sink_.states_wanted()) {
    sink_.bits(pc_, now, pc);
  }
  if (pc < begin_ || pc >= end_) {
    show_function(pc, now);
  }
}

void HartTrace::show_function(std::uint32_t pc, Duration time) {
  const FunctionSymbol* function = functions_.find(pc);
  begin_ = function != nullptr ? function->address : pc;
  end_ = function != nullptr ? function->address + function->bytes : pc + 1;
  const std::string_view name = function != nullptr ? std::string_view{function->name} : "-";
  sink_.text(function_, time, name.substr(0, longest_text));
}

void HartTrace::trap(const Trap& /*trap*/, std::uint64_t executed) {
  ++traps_;
  show_state(hart_.time_of(executed));
}

void HartTrace::sleeps(Duration now) {
  sink_.text(state_, now, TraceSink::idle_state);
}

void HartTrace::wakes(Duration now) {
  show_state(now);
}

void HartTrace::settled(Duration kernel) {
  if (sink_.wants_settling()) {
    sink_.settle(kernel);
  }
}

void HartTrace::show_state(Duration time) {
  sink_.text(state_, time, traps_ > 0 ? "TRAP" : "RUN");
}

}  // namespace kirchhoff::testbenches
