#pragma once

#include <cstdint>
#include <string_view>

#include "foundation/duration.h"

namespace kirchhoff::foundation {

/// Where components tell what they do. A component holds a pointer, null when nobody listens.
///
/// Calls may arrive out of time order (a loosely timed call tree runs ahead along one branch);
/// settle() gives the instant before which nothing more will come. Two values of one signal at
/// the same time: the later call wins, but idle_state never hides another state; what is queued adds up.
///
/// What is told about a signal that nobody wants costs one comparison with a constant.
class TraceSink {
 public:
  /// The state of everything that does nothing.
  static constexpr std::string_view idle_state = "IDLE";

  enum class Kind { bit, vector, real, text };
  using Signal = std::uint32_t;
  /// A signal that nobody wants.
  static constexpr Signal unheard = 0xffffffff;

  TraceSink() = default;
  TraceSink(const TraceSink&) = delete;
  TraceSink& operator=(const TraceSink&) = delete;
  virtual ~TraceSink() = default;

  /// `scope` is a path with dots, as sc_object::name() gives it. All signals are declared before
  /// the first value.
  virtual Signal declare(std::string_view scope, std::string_view name, Kind kind, unsigned width = 1) = 0;

  /// What does one thing after the other, as three signals: its `state`, whether it is `busy` (in any state
  /// but idle_state), and how many `queue` for it.
  virtual Signal declare_part(std::string_view scope) = 0;

  /// All are declared. Throws InputError where the listener was asked for signals that there are not.
  virtual void end_of_declarations() {}

  void bits(Signal signal, Duration time, std::uint64_t value) {
    if (signal != unheard) {
      put_bits(signal, time, value);
    }
  }
  void real(Signal signal, Duration time, double value) {
    if (signal != unheard) {
      put_real(signal, time, value);
    }
  }
  /// The state of a part, or another text, by its name: no spaces, so that every viewer shows it.
  void text(Signal signal, Duration time, std::string_view value) {
    if (signal != unheard) {
      put_text(signal, time, value);
    }
  }
  /// A part is in this state from `begin` to `end`, idle afterwards.
  void busy(Signal part, Duration begin, Duration end, std::string_view state) {
    if (part != unheard) {
      put_busy(part, begin, end, state);
    }
  }
  /// The same for something that queued from `ready` on and to the end.
  void served(Signal part, Duration ready, Duration begin, Duration end, std::string_view state) {
    if (part != unheard) {
      put_served(part, ready, begin, end, state);
    }
  }
  /// From `time` on so many more, or less, queue for a part.
  void queued(Signal part, Duration time, int more) {
    if (part != unheard) {
      put_queued(part, time, more);
    }
  }

  /// No later call carries a time before `time`.
  virtual void settle(Duration time) = 0;
  /// True where settle() should come soon: what is told is kept until then.
  [[nodiscard]] virtual bool wants_settling() const { return false; }

  /// The sequencer is through with an example: recording windows count these.
  virtual void example_finished() = 0;

  /// False once the recording window of busy signals (states, queues) is over: callers may then skip them.
  [[nodiscard]] virtual bool states_wanted() const = 0;

 private:
  virtual void put_bits(Signal signal, Duration time, std::uint64_t value) = 0;
  virtual void put_real(Signal signal, Duration time, double value) = 0;
  virtual void put_text(Signal signal, Duration time, std::string_view value) = 0;
  virtual void put_busy(Signal part, Duration begin, Duration end, std::string_view state) = 0;
  virtual void put_queued(Signal part, Duration time, int more) = 0;
  virtual void put_served(Signal part, Duration ready, Duration begin, Duration end, std::string_view state) {
    put_queued(part, ready, 1);
    put_busy(part, begin, end, state);
    put_queued(part, end, -1);
  }
};

}  // namespace kirchhoff::foundation
