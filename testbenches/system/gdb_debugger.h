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

  /// Ctrl-C.
  void interrupt() const;
  /// Waits for its end; what it printed, errors included.
  std::string output();

 private:
  std::filesystem::path folder_;
  std::unique_ptr<RunningProgram> gdb_;
};

}  // namespace kirchhoff::testbenches
