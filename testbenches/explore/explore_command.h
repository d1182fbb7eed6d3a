#pragma once

#include "testbenches/explore/options.h"

namespace kirchhoff::testbenches {

/// Trains, tests and reports. Returns the exit code; throws InputError and its like.
int explore(const Options& options);

}  // namespace kirchhoff::testbenches
