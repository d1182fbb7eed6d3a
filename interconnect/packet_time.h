#pragma once

#include <systemc>

#include "foundation/duration.h"

/// Between SystemC's time and ours. The kernel must run at its default resolution of 1 ps (Chip checks it),
/// so that both count the same integers.
namespace kirchhoff::interconnect {

inline sc_core::sc_time to_sc_time(foundation::Duration duration) {
  return sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(duration.count()));
}

inline foundation::Duration to_duration(const sc_core::sc_time& time) {
  return foundation::Duration{static_cast<std::int64_t>(time.value())};
}

/// Absolute time of a call with a local offset, and back.
inline foundation::Duration absolute(const sc_core::sc_time& delay) {
  return to_duration(sc_core::sc_time_stamp()) + to_duration(delay);
}
inline sc_core::sc_time offset_of(foundation::Duration at) {
  return to_sc_time(at - to_duration(sc_core::sc_time_stamp()));
}

}  // namespace kirchhoff::interconnect
