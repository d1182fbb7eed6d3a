#include "testbenches/cosim/warning_lines.h"

#include <iostream>
#include <systemc>

#include "testbenches/host/number_format.h"

namespace kirchhoff::testbenches {
namespace {

/// SystemC takes nothing but a function.
void handle(const sc_core::sc_report& report, const sc_core::sc_actions& actions) {
  if (report.get_severity() != sc_core::SC_WARNING || (actions & sc_core::SC_DISPLAY) == 0) {
    sc_core::sc_report_handler::default_handler(report, actions);
    return;
  }
  std::cout << std::flush;
  std::cerr << "kirchhoff: warning at " << fixed(report.get_time().to_seconds() * 1e6, 3)
            << " us: " << report.get_msg() << std::endl;
}

}  // namespace

void show_warnings_as_lines() {
  sc_core::sc_report_handler::set_handler(handle);
}

}  // namespace kirchhoff::testbenches
