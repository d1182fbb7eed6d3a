#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "testbenches/cosim/gdb/gdb_monitor.h"
#include "testbenches/cosim/gdb/gdb_target.h"

namespace kirchhoff::testbenches {

class HexFields;

/// What comes of a packet.
struct GdbAnswer {
  std::vector<std::string> replies;  ///< payloads, in their order; none: the target runs now and owes a stop
  std::optional<GdbResume> resume;
  bool without_acknowledgement = false;  ///< from now on
  bool detached = false;                 ///< this debugger has taken its leave
};

/// Obeys the commands of the GDB remote serial protocol (GDB manual, appendix E) on a stopped target with one
/// hart of 32 bits. A packet that is not understood gets the empty reply, one with wrong contents an error:
/// E16 for what cannot be read or is out of bounds, E0e where the target has no such memory or register.
///
/// Understood: ? g G p P m M X Z0 to Z4 z0 to z4 c C s S vCont (c C s S r) vKill D k H T qSupported
/// qXfer:features:read qC qAttached qfThreadInfo qsThreadInfo qThreadExtraInfo qSymbol qRcmd QStartNoAckMode.
/// Not: extended mode, several inferiors, non-stop mode, host input and output, reverse execution,
/// tracepoints.
class GdbCommands {
 public:
  /// `monitor` may be null.
  GdbCommands(GdbTarget& target, GdbMonitor* monitor) : target_(target), monitor_(monitor) {}

  GdbAnswer answer(std::string_view packet);

  /// The target has stopped; what is sent to a debugger that waits for it.
  std::string stopped(const GdbStop& stop);
  /// After a step: whether the debugger wants the next one at once (it steps through a whole line).
  bool steps_on();

  /// A debugger has gone: nothing of it stays in the target.
  void forget_debugger();

 private:
  /// Kind of Z packet, address, length.
  using Point = std::tuple<unsigned, std::uint32_t, std::uint32_t>;

  std::string query(std::string_view packet);
  std::string supported(std::string_view features);
  std::string read_features(std::string_view arguments);
  std::string read_registers();
  std::string write_registers(std::string_view digits);
  std::string read_register(std::string_view arguments);
  std::string write_register(std::string_view arguments);
  std::string read_memory(std::string_view arguments);
  std::string write_memory(std::string_view arguments, bool binary);
  std::string change_point(std::string_view packet);
  bool apply(const Point& point, bool set);
  bool breakpoint_at(std::uint32_t address, unsigned kind) const;
  std::string monitor(std::string_view digits, std::vector<std::string>& replies);
  GdbAnswer resume_old(std::string_view packet);
  GdbAnswer resume_threads(std::string_view actions);
  std::string stop_reply() const;

  GdbTarget& target_;
  GdbMonitor* monitor_;
  std::set<Point> points_;
  std::string description_;  ///< once it was asked for
  GdbStop stop_;
  std::pair<std::uint32_t, std::uint32_t> step_range_{};  ///< [first, second); empty: one step
  bool knows_swbreak_ = false;
  bool knows_hwbreak_ = false;
};

}  // namespace kirchhoff::testbenches
