#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <vector>

namespace kirchhoff::testbenches {

/// What `work` returns, done in a process of its own: SystemC elaborates once in each. To be called before
/// this one does. Throws where the other process fails.
inline std::vector<float> in_another_process(const std::function<std::vector<float>()>& work) {
  int ends[2];
  if (::pipe(ends) != 0) {
    throw std::runtime_error("no pipe");
  }
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 1;
    try {
      const std::vector<float> values = work();
      const auto* bytes = reinterpret_cast<const char*>(values.data());
      std::size_t left = values.size() * sizeof(float);
      while (left > 0) {
        const ssize_t written = ::write(ends[1], bytes, left);
        if (written <= 0) {
          ::_exit(2);
        }
        bytes += written;
        left -= static_cast<std::size_t>(written);
      }
      code = 0;
    } catch (const std::exception& error) {
      std::cerr << error.what() << std::endl;
    }
    ::_exit(code);
  }
  ::close(ends[1]);
  std::vector<float> values;
  std::vector<char> bytes;
  std::vector<char> block(1U << 16);
  for (ssize_t count = 0; (count = ::read(ends[0], block.data(), block.size())) > 0;) {
    bytes.insert(bytes.end(), block.begin(), block.begin() + count);
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error("the other process failed");
  }
  values.resize(bytes.size() / sizeof(float));
  std::copy(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(values.size() * sizeof(float)),
            reinterpret_cast<char*>(values.data()));
  return values;
}

}  // namespace kirchhoff::testbenches
