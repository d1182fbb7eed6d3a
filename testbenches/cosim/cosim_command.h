#pragma once

#include "testbenches/cosim/cosim_options.h"

namespace kirchhoff::testbenches {

/// Runs firmware, reports, and returns the exit code. Throws InputError, ModelError, WatchdogError.
int cosim(const CosimOptions& options);

}  // namespace kirchhoff::testbenches
