#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "testbenches/cosim/gdb/gdb_commands.h"
#include "testbenches/cosim/gdb/gdb_line.h"
#include "testbenches/cosim/gdb/gdb_packet.h"
#include "testbenches/cosim/gdb/gdb_target.h"

namespace kirchhoff::testbenches {

/// Serves a debugger (GDB remote serial protocol, tested with gdb-multiarch 13) on behalf of a hart.
///
/// The hart's loop:
///
///     GdbResume next = server.stopped({GdbStop::Why::start});      // before the first instruction
///     for (;;) {
///       if (next == GdbResume::kill) end the simulation;
///       next == step: execute one instruction, then next = server.stopped({step});
///       next == run:  execute; whenever a breakpoint or so is hit: next = server.stopped({breakpoint});
///                     once per quantum: if (server.poll()) next = server.stopped({interrupted});
///     }
///     server.exited(code);
///
/// stopped() blocks the calling thread and with it the SystemC kernel: simulated time stands still, and a run
/// with a debugger has the results of one without. A debugger that detaches, or hangs up, takes its
/// breakpoints with it; the target runs on, and another one may come at any time, which stops it.
class GdbServer {
 public:
  /// Both must outlive the server; so must `monitor`, which may be null. Once `given_up` says so (asked at
  /// least ten times a second, and after a signal), nobody is waited for any more: stopped() lets the target
  /// run.
  GdbServer(GdbLine& line, GdbTarget& target, GdbMonitor* monitor, std::function<bool()> given_up = {});

  /// The target has stopped: serves the debugger until it lets the target go on. For Why::start it waits for
  /// a debugger; at any other time it returns `run` at once where there is none.
  GdbResume stopped(const GdbStop& stop);

  /// While it runs, as often as once per quantum of a microsecond: true when the debugger wants it to stop,
  /// and then until stopped() is called. Costs a decrement; a look at the clock every `polls_per_clock`
  /// calls, and at the line every `look_interval`.
  bool poll() { return --polls_left_ == 0 && poll_slowly(); }
  /// The same where each call is a long way from the next (the hart sleeps): always looks at the clock.
  bool poll_slowly();

  /// Wall-clock time in stopped(), all in all.
  [[nodiscard]] std::chrono::steady_clock::duration halted() const { return halted_; }

  /// The simulation is over: tells the debugger and hangs up.
  void exited(int code);

  static constexpr std::chrono::milliseconds look_interval{10};
  static constexpr int polls_per_clock = 64;

 private:
  GdbResume serve(const GdbStop& stop);
  void look();
  /// Serves what has arrived; commands are only obeyed while the target is stopped, that is until one of them
  /// lets it go on.
  std::optional<GdbResume> take(const std::string& bytes, bool is_stopped);
  std::optional<GdbResume> obey(std::string_view packet);
  void send(std::string_view payload);
  void forget_debugger();

  GdbLine& line_;
  GdbCommands commands_;
  std::function<bool()> given_up_;
  GdbPacketReader reader_;
  bool connected_ = false;
  bool acknowledges_ = true;
  bool owes_stop_ = false;  ///< the debugger has let the target go on and waits to be told of its stop
  bool interrupt_pending_ = false;  ///< a Ctrl-C that poll() has not reported yet
  std::string unread_;              ///< what came right behind that Ctrl-C
  std::string unacknowledged_;      ///< sent, to be sent again when it arrives damaged
  int resends_ = 0;
  int polls_left_ = 1;
  std::chrono::steady_clock::time_point next_look_{};
  std::chrono::steady_clock::duration halted_{};
};

}  // namespace kirchhoff::testbenches
