#pragma once

#include <cstdint>
#include <string_view>

#include "testbenches/cosim/hart/trap.h"

namespace kirchhoff::testbenches {

/// How a program on the platform ended.
struct RunEnd {
  enum class Reason : std::uint8_t {
    pass,               ///< the finisher was told so
    failure,            ///< ... with a code
    instruction_limit,  ///< --max-instructions
    time_limit,         ///< --max-time
    deadlock,           ///< the hart waits for an interrupt, and nothing is left to happen
    unhandled_trap,
    killed,      ///< by the debugger
    interrupted  ///< by Ctrl-C or SIGTERM
  };
  Reason reason = Reason::pass;
  std::uint32_t code = 0;     ///< of a failure
  std::uint32_t pc = 0;       ///< of the next instruction
  bool waits = false;         ///< in WFI
  Trap trap;                  ///< that nobody handles
  std::uint32_t handler = 0;  ///< where it would have been: mtvec

  /// Of an interrupted run: what a shell shows of a program that SIGINT has ended.
  [[nodiscard]] int exit_code() const;
};

/// As it stands in report.json, such as "time_limit".
std::string_view name_of(RunEnd::Reason reason);

}  // namespace kirchhoff::testbenches
