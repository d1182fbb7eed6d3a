#pragma once

#include <sys/types.h>

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

/// A program while it runs, its output in files of a folder.
class RunningProgram {
 public:
  RunningProgram(const std::string& program, std::vector<std::string> arguments,
                 std::filesystem::path folder);
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;
  ~RunningProgram();  ///< kills it where nobody has waited for it

  void send(int signal) const;
  /// True once it has ended.
  bool ended();
  ProgramOutcome wait();

 private:
  std::filesystem::path folder_;
  pid_t child_ = 0;  ///< 0: it has ended
  ProgramOutcome outcome_;
};

/// Runs a program to its end, its output in files of `folder`.
ProgramOutcome run_program(const std::string& program, std::vector<std::string> arguments,
                           const std::filesystem::path& folder);

}  // namespace kirchhoff::testbenches
