#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "testbenches/cosim/gdb/gdb_line.h"

namespace kirchhoff::testbenches {

/// A debugger's line over TCP. Listens on 127.0.0.1 only: whoever may connect may change the firmware's
/// memory. One debugger at a time; another one is hung up on.
class TcpLine : public GdbLine {
 public:
  /// Listens on this port, or on any free one for 0. Throws InputError where it cannot.
  explicit TcpLine(std::uint16_t port);
  ~TcpLine() override;

  /// The port it listens on.
  [[nodiscard]] std::uint16_t port() const { return port_; }

  Event receive(std::string& bytes, std::chrono::milliseconds wait) override;
  void send(std::string_view bytes) override;
  /// Lets the debugger read to the end first, for a second at most.
  void close() override;

 private:
  void hang_up();

  int listener_ = -1;
  int debugger_ = -1;
  bool lost_ = false;  ///< it did not take what was sent; receive() has still to say so
  std::uint16_t port_ = 0;
};

}  // namespace kirchhoff::testbenches
