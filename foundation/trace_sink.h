#pragma once

#include <cstdint>
#include <string_view>

#include "foundation/duration.h"

namespace kirchhoff::foundation {

/// Where components tell what they do. A component holds a pointer, null when nobody listens.
///
/// Calls may arrive out of time order (a loosely timed call tree runs ahead along one branch);
/// settle() gives the instant before which nothing more will come. Two values of one signal at
/// the same time: the later call wins, but idle_state never hides another state.
class TraceSink {
 public:
  /// The state of everything that does nothing.
  static constexpr std::string_view idle_state = "IDLE";

  enum class Kind { bit, vector, real, text };
  using Signal = std::uint32_t;

  TraceSink() = default;
  TraceSink(const TraceSink&) = delete;
  TraceSink& operator=(const TraceSink&) = delete;
  virtual ~TraceSink() = default;

  /// `scope` is a path with dots, as sc_object::name() gives it. All signals are declared before
  /// the first value.
  virtual Signal declare(std::string_view scope, std::string_view name, Kind kind, unsigned width = 1) = 0;

  virtual void bits(Signal signal, Duration time, std::uint64_t value) = 0;
  virtual void real(Signal signal, Duration time, double value) = 0;
  /// A state by its name: no spaces, so that every viewer shows it.
  virtual void text(Signal signal, Duration time, std::string_view value) = 0;

  /// No later call carries a time before `time`.
  virtual void settle(Duration time) = 0;

  /// The sequencer is through with an example: recording windows count these.
  virtual void example_finished() = 0;

  /// False once the recording window of busy signals (states, links) is over: callers may then skip them.
  [[nodiscard]] virtual bool states_wanted() const = 0;

  /// False once nothing more is wanted: callers may then do as if there were no sink.
  [[nodiscard]] virtual bool listening() const { return true; }
};

}  // namespace kirchhoff::foundation
