#pragma once

#include <systemc>

namespace kirchhoff::testbenches {

/// Runs the SystemC kernel until sc_stop() is called, nothing is left to happen, or its time is `until`. May
/// throw afterwards what a process has thrown, under the address sanitizer too.
void run_kernel(const sc_core::sc_time& until = sc_core::sc_max_time());

}  // namespace kirchhoff::testbenches
