#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "testbenches/system/program_runner.h"

namespace kirchhoff::testbenches {

/// Whether gdb-multiarch is there.
bool has_gdb();

/// A scripted session of gdb-multiarch with a server on this machine; it runs from its construction on.
class Debugger {
 public:
  /// `elf`: the program it debugs, for symbols; empty: none.
  Debugger(std::uint16_t port, const std::vector<std::string>& commands, const std::string& elf = "");
  ~Debugger();

  /// Ctrl-C, now.
  void interrupt() const;
  /// As one of the commands: Ctrl-C a tenth of a second after the target goes on for the next time.
  static constexpr const char* control_c =
      "python import os, signal, threading; once = [1]; "
      "gdb.events.cont.connect(lambda event: once and once.pop() and "
      "threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start())";

  /// Waits for its end; what it printed, errors included.
  std::string output();

 private:
  std::filesystem::path folder_;
  std::unique_ptr<RunningProgram> gdb_;
};

}  // namespace kirchhoff::testbenches
