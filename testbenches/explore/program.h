#pragma once

#include "interconnect/socket_binder.h"

namespace kirchhoff::testbenches {

/// kirchhoff-explore from its command line to its exit code; errors are one line on stderr. `sockets` joins
/// the sockets of every pair of the chip and its host.
int run_program(int argc, const char* const* argv, const interconnect::SocketBinder& sockets);

}  // namespace kirchhoff::testbenches
