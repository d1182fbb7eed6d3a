#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace kirchhoff::testbenches {

/// Runs a measurement in a process of its own, because SystemC elaborates once per process, and returns its
/// plain values. Throws if the child fails.
template <typename Value>
std::vector<Value> in_child_values(const std::function<std::vector<Value>()>& measure) {
  static_assert(std::is_trivially_copyable_v<Value>);
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) {
    throw std::runtime_error("cannot make a pipe");
  }
  std::fflush(stdout);  // or the child writes it once more
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 1;
    try {
      const std::vector<Value> values = measure();
      auto left = std::as_bytes(std::span{values});
      while (!left.empty()) {
        const auto written = ::write(pipe_ends[1], left.data(), left.size());
        if (written <= 0) {
          break;
        }
        left = left.subspan(static_cast<std::size_t>(written));
      }
      code = left.empty() ? 0 : 1;
    } catch (const std::exception& error) {
      ::dprintf(STDERR_FILENO, "kirchhoff: %s\n", error.what());
    }
    ::_exit(code);
  }
  ::close(pipe_ends[1]);
  std::vector<std::byte> bytes;
  std::byte chunk[65536];
  for (ssize_t got = 0; (got = ::read(pipe_ends[0], chunk, sizeof chunk)) > 0;) {
    bytes.insert(bytes.end(), chunk, chunk + got);
  }
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (status != 0 || bytes.size() % sizeof(Value) != 0) {
    throw std::runtime_error("a measurement failed");
  }
  std::vector<Value> values(bytes.size() / sizeof(Value));
  if (!bytes.empty()) {
    std::memcpy(values.data(), bytes.data(), bytes.size());
  }
  return values;
}

/// The same for one plain result.
template <typename Result>
Result in_child(const std::function<Result()>& measure) {
  const auto results = in_child_values<Result>([&] { return std::vector<Result>{measure()}; });
  if (results.size() != 1) {
    throw std::runtime_error("a measurement failed");
  }
  return results.front();
}

}  // namespace kirchhoff::testbenches
