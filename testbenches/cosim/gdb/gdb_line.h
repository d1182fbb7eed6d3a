#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace kirchhoff::testbenches {

/// The line to a debugger: bytes both ways, one debugger at a time.
class GdbLine {
 public:
  enum class Event {
    nothing,  ///< within the time
    opened,   ///< a debugger is there now
    bytes,    ///< some were appended
    closed    ///< the debugger has gone
  };

  GdbLine() = default;
  GdbLine(const GdbLine&) = delete;
  GdbLine& operator=(const GdbLine&) = delete;
  virtual ~GdbLine() = default;

  /// What happens first within `wait` (0: has happened).
  virtual Event receive(std::string& bytes, std::chrono::milliseconds wait) = 0;
  /// Sends it all; a debugger that does not take it for some seconds counts as gone (Event::closed follows).
  virtual void send(std::string_view bytes) = 0;
  /// Hangs up.
  virtual void close() = 0;
};

}  // namespace kirchhoff::testbenches
