#include "testbenches/explore/program.h"

#include <iostream>
#include <string_view>

#include "foundation/atomic_file.h"
#include "foundation/error.h"
#include "model/chip/register_text.h"
#include "model/presets/configuration.h"
#include "testbenches/explore/config_command.h"
#include "testbenches/explore/explore_command.h"
#include "testbenches/explore/options.h"
#include "testbenches/explore/peak_command.h"
#include "testbenches/explore/trace_command.h"
#include "testbenches/explore/validate_command.h"
#include "testbenches/host/exit_code.h"

namespace {

using namespace kirchhoff;
using testbenches::Command;

int run(int argc, const char* const* argv, const interconnect::SocketBinder& sockets) {
  if (argc > 1 && std::string_view(argv[1]) == "validate") {
    return testbenches::validate(argc, argv);
  }
  const auto options = testbenches::parse_options(argc, argv);
  switch (options.command) {
    case Command::help:
      std::cout << options.help;
      return foundation::exit_pass;
    case Command::config: {
      if (!options.register_header.empty()) {
        foundation::write_file_atomically(options.register_header, model::register_header());
        return foundation::exit_pass;
      }
      const auto configuration = model::load_configuration(options.preset, options.sets, options.technology);
      if (options.peak) {
        testbenches::print_peak(std::cout, *configuration, options);
      } else if (options.json) {
        testbenches::print_configuration_json(std::cout, *configuration);
      } else {
        testbenches::print_configuration(std::cout, *configuration, testbenches::display_of_stdout());
      }
      return foundation::exit_pass;
    }
    case Command::explore:
      return testbenches::explore(options, sockets);
    case Command::trace:
      return testbenches::trace(options, sockets);
  }
  return foundation::exit_input;
}

}  // namespace

namespace kirchhoff::testbenches {

int run_program(int argc, const char* const* argv, const interconnect::SocketBinder& sockets) {
  return exit_code_of([&] { return run(argc, argv, sockets); });
}

}  // namespace kirchhoff::testbenches
