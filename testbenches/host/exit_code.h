#pragma once

#include <functional>

namespace kirchhoff::testbenches {

/// Runs a program to its exit code. What it throws becomes one line on stderr, and the code that goes with
/// it.
int exit_code_of(const std::function<int()>& program);

}  // namespace kirchhoff::testbenches
