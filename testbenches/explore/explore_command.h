#pragma once

#include "interconnect/socket_binder.h"
#include "testbenches/explore/options.h"

namespace kirchhoff::testbenches {

/// Trains, tests and reports; `sockets` joins the chip's. Returns the exit code; throws InputError and its
/// like.
int explore(const Options& options, const interconnect::SocketBinder& sockets);

}  // namespace kirchhoff::testbenches
