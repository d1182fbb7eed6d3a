#include <iostream>
#include <systemc>

#include "foundation/error.h"
#include "testbenches/cosim/cosim_command.h"
#include "testbenches/host/exit_code.h"

int sc_main(int argc, char* argv[]) {
  using namespace kirchhoff;
  return testbenches::exit_code_of([&] {
    const auto options = testbenches::parse_cosim_options(argc, argv);
    if (!options.help.empty()) {
      std::cout << options.help;
      return static_cast<int>(foundation::exit_pass);
    }
    return testbenches::cosim(options);
  });
}
