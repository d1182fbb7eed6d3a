#include <cstdlib>
#include <fstream>
#include <iostream>
#include <systemc>

#include "foundation/error.h"
#include "testbenches/compliance/monitoring_binder.h"
#include "testbenches/explore/program.h"

// kirchhoff-explore with a protocol monitor on every socket pair, for the tests that run the program itself.
int sc_main(int argc, char* argv[]) {
  namespace testbenches = kirchhoff::testbenches;
  const testbenches::MonitoringBinder sockets;
  const int code = testbenches::run_program(argc, argv, sockets);
  if (const char* file = std::getenv("KIRCHHOFF_MONITOR_COUNTS")) {  // so that a test can see them at work
    std::ofstream{file} << sockets.pairs() << ' ' << sockets.session().calls() << '\n';
  }
  if (sockets.session().count() == 0) {
    return code;
  }
  std::cerr << "kirchhoff: protocol monitors saw:\n" << sockets.session().text() << std::endl;
  return kirchhoff::foundation::exit_model;
}
