#pragma once

#include <stdexcept>
#include <string>

namespace kirchhoff::foundation {

/// Something the user gave is wrong: a file, a key, a value, a network that does not fit.
/// what() is one clear line that names the place, the value and what would be right. Exit code 2.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The model contradicts itself; always a bug of ours. Exit code 3.
class ModelError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Nothing happened for longer than it may: a deadlock. Exit code 4.
class WatchdogError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Exit codes of every program, as documented in the command line reference.
enum ExitCode : int {
  exit_pass = 0,
  exit_check_failed = 1,
  exit_input = 2,
  exit_model = 3,
  exit_watchdog = 4,
  exit_unhandled_trap = 5  ///< of firmware
};

}  // namespace kirchhoff::foundation
