#pragma once

#include "testbenches/cosim/cosim_platform.h"
#include "testbenches/cosim/gdb/gdb_monitor.h"
#include "testbenches/cosim/gdb/gdb_server.h"
#include "testbenches/cosim/gdb/tcp_line.h"
#include "testbenches/cosim/hart_target.h"

namespace kirchhoff::testbenches {

/// A debugger at the platform's hart, with commands of its own: `monitor registers` (of the accelerator),
/// `monitor time`.
class DebugSession {
 public:
  /// Both must outlive it.
  DebugSession(TcpLine& line, CosimPlatform& platform);

  [[nodiscard]] GdbServer& server() { return server_; }

 private:
  HartTarget target_;
  MonitorCommands commands_;
  GdbServer server_;
};

}  // namespace kirchhoff::testbenches
