#include "testbenches/explore/trace_command.h"

#include "foundation/error.h"

namespace kirchhoff::testbenches {

int trace(const Options& /*options*/) { return foundation::exit_pass; }

}  // namespace kirchhoff::testbenches
