#pragma once

#include <array>
#include <cstddef>
#include <systemc>

#include "foundation/services.h"
#include "foundation/trace_sink.h"

namespace kirchhoff::testbenches {

/// Shows the interrupt lines of the hart as waveforms; does nothing where nobody listens.
class InterruptTrace final : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> external;
  sc_core::sc_in<bool> timer;
  sc_core::sc_in<bool> software;

  InterruptTrace(const sc_core::sc_module_name& name, const foundation::Services& services);

 private:
  void show();

  foundation::TraceSink* sink_;
  std::array<foundation::TraceSink::Signal, 3> signals_{};
};

}  // namespace kirchhoff::testbenches
