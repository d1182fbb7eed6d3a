#pragma once

#include "interconnect/socket_binder.h"
#include "testbenches/explore/options.h"

namespace kirchhoff::testbenches {

/// Trains a few examples, records all of it, and draws the first; `sockets` joins the chip's. Returns the
/// exit code; throws InputError and its like.
int trace(const Options& options, const interconnect::SocketBinder& sockets);

}  // namespace kirchhoff::testbenches
