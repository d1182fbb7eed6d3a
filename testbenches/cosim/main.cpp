#include <exception>
#include <iostream>
#include <systemc>

#include "foundation/error.h"
#include "testbenches/cosim/cosim_command.h"

namespace {

using namespace kirchhoff;

int fail(const std::exception& error, int code) {
  std::cerr << "kirchhoff: " << error.what() << std::endl;
  return code;
}

}  // namespace

int sc_main(int argc, char* argv[]) {
  try {
    const auto options = testbenches::parse_cosim_options(argc, argv);
    if (!options.help.empty()) {
      std::cout << options.help;
      return foundation::exit_pass;
    }
    return testbenches::cosim(options);
  } catch (const foundation::InputError& error) {
    return fail(error, foundation::exit_input);
  } catch (const foundation::WatchdogError& error) {
    return fail(error, foundation::exit_watchdog);
  } catch (const std::exception& error) {
    return fail(error, foundation::exit_model);
  }
}
