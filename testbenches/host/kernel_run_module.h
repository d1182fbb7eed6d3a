#pragma once

#include <systemc>

namespace kirchhoff::testbenches {

/// Runs the SystemC kernel until sc_stop() is called, nothing is left to happen, or its time is `until`. May
/// throw afterwards what a process has thrown, under the address sanitizer too.
void run_kernel(const sc_core::sc_time& until = sc_core::sc_max_time());

/// To be called wherever sc_start() has returned, as run_kernel() does: SystemC's coroutines tell the address
/// sanitizer a wrong stack for the thread they return to, and an exception thrown there later would be
/// reported as a stack overflow. Tells it the right one; does nothing without that sanitizer.
void restore_stack_bounds();

}  // namespace kirchhoff::testbenches
