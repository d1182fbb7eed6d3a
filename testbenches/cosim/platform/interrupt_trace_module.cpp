#include "testbenches/cosim/platform/interrupt_trace_module.h"

#include "interconnect/packet_time.h"

namespace kirchhoff::testbenches {

using foundation::TraceSink;

InterruptTrace::InterruptTrace(const sc_core::sc_module_name& name, const foundation::Services& services)
    : sc_core::sc_module(name),
      external("external"),
      timer("timer"),
      software("software"),
      sink_(services.trace) {
  if (sink_ == nullptr) {
    return;
  }
  signals_ = {sink_->declare(this->name(), "external", TraceSink::Kind::bit),
              sink_->declare(this->name(), "timer", TraceSink::Kind::bit),
              sink_->declare(this->name(), "software", TraceSink::Kind::bit)};
  SC_HAS_PROCESS(InterruptTrace);
  SC_METHOD(show);
  sensitive << external << timer << software;
}

void InterruptTrace::show() {
  const auto now = interconnect::to_duration(sc_core::sc_time_stamp());
  sink_->bits(signals_[0], now, external.read() ? 1 : 0);
  sink_->bits(signals_[1], now, timer.read() ? 1 : 0);
  sink_->bits(signals_[2], now, software.read() ? 1 : 0);
}

}  // namespace kirchhoff::testbenches
