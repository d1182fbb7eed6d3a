#pragma once

#include "testbenches/explore/options.h"

namespace kirchhoff::testbenches {

/// Trains a few examples, records all of it, and draws the first. Returns the exit code; throws InputError
/// and its like.
int trace(const Options& options);

}  // namespace kirchhoff::testbenches
