#include "testbenches/system/program_runner.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <utility>

extern char** environ;

namespace kirchhoff::testbenches {

std::string content(const std::filesystem::path& path) {
  std::ifstream file{path};
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

RunningProgram::RunningProgram(const std::string& program, std::vector<std::string> arguments,
                               std::filesystem::path folder)
    : folder_(std::move(folder)) {
  const auto out = folder_ / "stdout";
  const auto err = folder_ / "stderr";
  arguments.insert(arguments.begin(), program);
  std::vector<char*> argv;
  for (auto& argument : arguments) {
    argv.push_back(argument.data());
  }
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  // A script in the background ignores SIGINT and hands that on: not to this program.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGINT);
  sigaddset(&defaults, SIGTERM);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  if (posix_spawn(&child_, argv[0], &actions, &attributes, argv.data(), environ) != 0) {
    child_ = 0;
  }
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
}

RunningProgram::~RunningProgram() {
  if (child_ != 0) {
    send(SIGKILL);
    wait();
  }
}

void RunningProgram::send(int signal) const {
  if (child_ != 0) {
    ::kill(child_, signal);
  }
}

bool RunningProgram::ended() {
  int status = 0;
  if (child_ != 0 && ::waitpid(child_, &status, WNOHANG) == child_) {
    child_ = 0;
    outcome_.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  return child_ == 0;
}

ProgramOutcome RunningProgram::wait() {
  int status = 0;
  if (child_ != 0 && ::waitpid(child_, &status, 0) == child_) {
    outcome_.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  child_ = 0;
  outcome_.out = content(folder_ / "stdout");
  outcome_.err = content(folder_ / "stderr");
  return outcome_;
}

ProgramOutcome run_program(const std::string& program, std::vector<std::string> arguments,
                           const std::filesystem::path& folder) {
  return RunningProgram{program, std::move(arguments), folder}.wait();
}

}  // namespace kirchhoff::testbenches
