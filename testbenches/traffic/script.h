#pragma once

#include <functional>
#include <systemc>
#include <utility>

namespace kirchhoff::testbenches {

/// Runs a function as the one process that says when the simulation ends.
class Script : public sc_core::sc_module {
 public:
  Script(const sc_core::sc_module_name& name, std::function<void()> program)
      : sc_core::sc_module(name), program_(std::move(program)) {
    SC_HAS_PROCESS(Script);
    SC_THREAD(run);
    set_stack_size(8U << 20);  // a loosely timed call nests a frame per router
  }

 private:
  void run() {
    program_();
    sc_core::sc_stop();
  }

  std::function<void()> program_;
};

}  // namespace kirchhoff::testbenches
