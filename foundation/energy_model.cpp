#include "foundation/energy_model.h"

#include <cmath>
#include <numeric>

#include "foundation/area_model.h"
#include "foundation/error.h"
#include "foundation/technology.h"

namespace kirchhoff::foundation {

namespace {

double line_capacitance_f(double cells, const Technology& technology) {
  const double length_um = cells * std::sqrt(technology.a_cell.base);
  return length_um * technology.c_line_um.base + cells * technology.c_gate.base;
}

double times(std::uint64_t count, double joules) {
  return static_cast<double>(count) * joules;
}

}  // namespace

double EnergyBreakdown::total() const {
  return std::accumulate(joules.begin(), joules.end(), 0.0);
}

EnergyBreakdown& EnergyBreakdown::operator+=(const EnergyBreakdown& other) {
  for (std::size_t i = 0; i < booking_count; ++i) joules[i] += other.joules[i];
  return *this;
}

EnergyBreakdown& EnergyBreakdown::operator*=(double factor) {
  for (double& value : joules) value *= factor;
  return *this;
}

FRealisation f_realisation_from(std::string_view text) {
  if (text == "voltage") return FRealisation::voltage;
  if (text == "pulse_length") return FRealisation::pulse_length;
  throw InputError("f_realisation is '" + std::string(text) + "'; it must be 'voltage' or 'pulse_length'");
}

EnergyModel::EnergyModel(const Technology& technology, const TileGeometry& geometry,
                         const EnergySettings& settings) {
  const Technology& t = technology;
  const double vdd_squared = t.vdd.base * t.vdd.base;
  capacitor_read_ = t.v_rail.base * t.v_read.base * t.t_int.base;
  pcm_read_ = settings.f_realisation == FRealisation::pulse_length ? settings.f_gain * capacitor_read_
                                                                   : capacitor_read_;
  row_charge_ = line_capacitance_f(geometry.cells_on_row_line(), t) * vdd_squared;
  column_charge_ = line_capacitance_f(geometry.cells_on_column_line(), t) * vdd_squared;
  conversion_ = t.e_adc.base;
  integrator_ = t.i_amp.base * t.vdd.base * (t.t_int.base + t.t_conv.base);
  driver_ = t.e_drv.base;
  update_line_ = t.e_upl.base;
  store_ = t.e_store.base;
  sum_ = t.e_sum.base;
  function_ = t.e_act.base;
  softmax_ = t.e_softmax.base;
  link_mm_ = geometry.link_mm.value_or(tile_pitch_mm(geometry, t));
  bit_hop_ = link_mm_ * t.e_wire.base;
  flit_ = t.link_width.base * t.e_router.base;
  router_sum_ = t.e_reduce.base;
  pulse_hop_ = 2 * bit_hop_;  // it rises and falls
  pulse_buffer_ = t.e_buffer.base;
  host_bit_ = t.e_host.base;
  set_ = t.e_set.base;
  reset_ = t.e_reset.base;
  standby_w_ = geometry.cells() * t.i_leak.base * t.vdd.base;
  control_ = t.ctl.base;
}

EnergyBreakdown EnergyModel::with_control(EnergyBreakdown energy) const {
  energy[Booking::control] = control_ * energy.total();
  return energy;
}

EnergyBreakdown EnergyModel::price(const Activity& activity, Phase phase) const {
  const double read = activity.pcm_duty_s * pcm_read_ + activity.capacitor_duty_s * capacitor_read_;
  EnergyBreakdown energy;
  energy[phase == Phase::backward ? Booking::array_read_transposed : Booking::array_read_forward] = read;
  energy[Booking::line_charging] =
      times(activity.row_drives, row_charge_) + times(activity.column_drives, column_charge_);
  energy[Booking::conversion] = times(activity.conversions, conversion_);
  energy[Booking::integrator_bias] = times(activity.integrator_passes, integrator_);
  energy[Booking::drivers] = times(activity.driver_passes, driver_);
  energy[Booking::update] = times(activity.row_update_pulses, row_charge_) +
                            times(activity.column_update_pulses, column_charge_) +
                            times(activity.update_lines, update_line_);
  energy[Booking::storage] = times(activity.stores, store_);
  energy[Booking::digital] = times(activity.sums, sum_) + times(activity.functions, function_) +
                             times(activity.softmax_values, softmax_);
  energy[Booking::routing] = times(activity.bit_hops, bit_hop_) + times(activity.router_flits, flit_) +
                             times(activity.router_sums, router_sum_);
  energy[Booking::duration_wires] =
      times(activity.pulse_hops, pulse_hop_) + times(activity.pulse_buffers, pulse_buffer_);
  energy[Booking::host_bus] = times(activity.host_bits, host_bit_);
  if (phase == Phase::transfer) {
    const double rest = energy.total();
    energy = {};
    energy[Booking::transfer] = rest;
  }
  energy[phase == Phase::update ? Booking::update : Booking::transfer] +=
      times(activity.set_pulses, set_) + times(activity.reset_pulses, reset_);
  return with_control(energy);
}

EnergyBreakdown EnergyModel::standby(double elapsed_s) const {
  EnergyBreakdown energy;
  energy[Booking::standby] = standby_w_ * elapsed_s;
  return with_control(energy);
}

}  // namespace kirchhoff::foundation
