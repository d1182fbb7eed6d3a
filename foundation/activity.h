#pragma once

#include <cstdint>

namespace kirchhoff::foundation {

/// What really happened, counted; energies follow from it and the technology alone.
///
/// One of these is kept per node and phase. Energy is a linear function of these counts, so they can be
/// summed first and priced once, and priced again under other technology parameters.
struct Activity {
  // Array reads, forward and transposed. Duty = pulse width / integration time.
  double pcm_duty_s = 0;        ///< sum over cells of (G+ + G-) x duty, siemens
  double capacitor_duty_s = 0;  ///< sum over cells of g x duty, siemens, reference line included
  // Lines.
  std::uint64_t row_drives = 0;     ///< row lines charged by a read pulse
  std::uint64_t column_drives = 0;  ///< column lines charged by a read pulse
  std::uint64_t row_update_pulses = 0;
  std::uint64_t column_update_pulses = 0;
  std::uint64_t driver_passes = 0;      ///< lines x passes with their pulse-width driver active
  std::uint64_t integrator_passes = 0;  ///< lines x passes with their integrator biased
  std::uint64_t update_lines = 0;       ///< lines x examples with their update pulse generator active
  // Converters and digital.
  std::uint64_t conversions = 0;
  std::uint64_t stores = 0;          ///< activations or deltas written to and read from a line buffer
  std::uint64_t sums = 0;            ///< values added to another, partial sums
  std::uint64_t functions = 0;       ///< activations looked up, derivatives multiplied by
  std::uint64_t softmax_values = 0;  ///< classes compared with a target
  // Network, booked at the node that sends.
  std::uint64_t bit_hops = 0;  ///< bits x links travelled; the length of a link is the tile pitch
  std::uint64_t router_flits = 0;
  std::uint64_t router_sums = 0;    ///< values added to another in a router, partial sums on their way
  std::uint64_t pulse_hops = 0;     ///< pulses on duration wires x links travelled
  std::uint64_t pulse_buffers = 0;  ///< pulses x buffers passed, the one at the destination included
  std::uint64_t host_bits = 0;      ///< between the chip and the host's memory
  // PCM programming.
  std::uint64_t set_pulses = 0;
  std::uint64_t reset_pulses = 0;
  // Counted for the report; no energy of their own (it is in the entries above).
  std::uint64_t update_pulses = 0;  ///< update pulses that reached a cell
  std::uint64_t clipped_pulses = 0;
  std::uint64_t adc_overloads = 0;
  std::uint64_t verify_reads = 0;
  double line_duty = 0;                    ///< sum over driven lines of duty, forward and transposed reads
  std::uint64_t multiply_accumulates = 0;  ///< per weight and pass; 2 op each

  Activity& operator+=(const Activity& other);
};

}  // namespace kirchhoff::foundation
