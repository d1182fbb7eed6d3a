#include "foundation/activity.h"

namespace kirchhoff::foundation {

Activity& Activity::operator+=(const Activity& other) {
  pcm_duty_s += other.pcm_duty_s;
  capacitor_duty_s += other.capacitor_duty_s;
  row_drives += other.row_drives;
  column_drives += other.column_drives;
  row_update_pulses += other.row_update_pulses;
  column_update_pulses += other.column_update_pulses;
  driver_passes += other.driver_passes;
  integrator_passes += other.integrator_passes;
  update_lines += other.update_lines;
  conversions += other.conversions;
  stores += other.stores;
  sums += other.sums;
  functions += other.functions;
  softmax_values += other.softmax_values;
  bit_hops += other.bit_hops;
  router_flits += other.router_flits;
  router_sums += other.router_sums;
  pulse_hops += other.pulse_hops;
  pulse_buffers += other.pulse_buffers;
  host_bits += other.host_bits;
  set_pulses += other.set_pulses;
  reset_pulses += other.reset_pulses;
  update_pulses += other.update_pulses;
  clipped_pulses += other.clipped_pulses;
  line_duty += other.line_duty;
  adc_overloads += other.adc_overloads;
  verify_reads += other.verify_reads;
  multiply_accumulates += other.multiply_accumulates;
  return *this;
}

}  // namespace kirchhoff::foundation
