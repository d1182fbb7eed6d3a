#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace kirchhoff::testbenches {

/// Everything in a file; empty where there is none.
std::string content(const std::filesystem::path& path);

struct ProgramOutcome {
  int code = -1;  ///< exit code, or minus the signal that ended it
  std::string out;
  std::string err;
};

/// Runs a program to its end, its output in files of `folder`.
ProgramOutcome run_program(const std::string& program, std::vector<std::string> arguments,
                           const std::filesystem::path& folder);

}  // namespace kirchhoff::testbenches
