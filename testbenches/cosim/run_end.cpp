#include "testbenches/cosim/run_end.h"

#include <csignal>

#include "foundation/error.h"

namespace kirchhoff::testbenches {

int RunEnd::exit_code() const {
  switch (reason) {
    case Reason::pass:
    case Reason::killed:
      return foundation::exit_pass;
    case Reason::failure:
      return foundation::exit_check_failed;
    case Reason::instruction_limit:
    case Reason::time_limit:
    case Reason::deadlock:
      return foundation::exit_watchdog;
    case Reason::interrupted:
      return 128 + SIGINT;
    case Reason::unhandled_trap:
      break;
  }
  return foundation::exit_unhandled_trap;
}

std::string_view name_of(RunEnd::Reason reason) {
  switch (reason) {
    case RunEnd::Reason::pass:
      return "pass";
    case RunEnd::Reason::failure:
      return "failure";
    case RunEnd::Reason::instruction_limit:
      return "instruction_limit";
    case RunEnd::Reason::time_limit:
      return "time_limit";
    case RunEnd::Reason::deadlock:
      return "deadlock";
    case RunEnd::Reason::unhandled_trap:
      return "unhandled_trap";
    case RunEnd::Reason::interrupted:
      return "interrupted";
    case RunEnd::Reason::killed:
      break;
  }
  return "killed";
}

}  // namespace kirchhoff::testbenches
