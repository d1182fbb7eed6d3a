#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <type_traits>

namespace kirchhoff::testbenches {

/// Runs a measurement in a process of its own, because SystemC elaborates once per process, and returns its
/// plain result. Throws if the child fails.
template <typename Result>
Result in_child(const std::function<Result()>& measure) {
  static_assert(std::is_trivially_copyable_v<Result>);
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) {
    throw std::runtime_error("cannot make a pipe");
  }
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 1;
    try {
      const Result result = measure();
      code = ::write(pipe_ends[1], &result, sizeof result) == static_cast<ssize_t>(sizeof result) ? 0 : 1;
    } catch (const std::exception& error) {
      ::dprintf(STDERR_FILENO, "kirchhoff: %s\n", error.what());
    }
    ::_exit(code);
  }
  ::close(pipe_ends[1]);
  Result result{};
  const bool complete = ::read(pipe_ends[0], &result, sizeof result) == static_cast<ssize_t>(sizeof result);
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!complete || status != 0) {
    throw std::runtime_error("a measurement failed");
  }
  return result;
}

}  // namespace kirchhoff::testbenches
