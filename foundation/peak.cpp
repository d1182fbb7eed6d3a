#include "foundation/peak.h"

#include <array>
#include <cmath>
#include <span>

#include "foundation/area_model.h"
#include "foundation/phase_sets.h"
#include "foundation/technology.h"

namespace kirchhoff::foundation {

namespace {

/// Counts are integers: they are taken over so many examples that rounding them does not show.
constexpr double examples_counted = 1e6;

std::uint64_t count(double value) {
  return static_cast<std::uint64_t>(std::llround(value));
}

double ratio(double numerator, double denominator) {
  return denominator > 0 ? numerator / denominator : 0;
}

double real(std::uint64_t value) {
  return static_cast<double>(value);
}

using PhaseActivity = std::array<Activity, phase_count>;

/// What one tile does in `examples_counted` examples and the transfers among them.
PhaseActivity tile_activity(const PeakActivity& a, const TileGeometry& geometry) {
  const double n = examples_counted;
  const auto rows = static_cast<double>(geometry.rows);
  const auto columns = static_cast<double>(geometry.columns);
  const double weights = geometry.weights();
  PhaseActivity phases;

  Activity& forward = phases[index_of(Phase::forward)];
  forward.pcm_duty_s = n * weights * a.forward_pcm_s;
  forward.capacitor_duty_s = n * weights * a.forward_capacitor_s;
  forward.row_drives = count(n * rows * a.row_drives);
  forward.driver_passes = count(n * rows);
  forward.integrator_passes = count(n * columns);
  forward.conversions = count(n * columns);
  forward.stores = count(n * columns * a.stores);
  forward.bit_hops = count(n * columns * a.bit_hops);
  forward.router_flits = count(n * columns * a.router_flits);
  forward.router_sums = count(n * columns * a.router_sums);
  forward.pulse_hops = count(n * columns * a.pulse_hops);
  forward.pulse_buffers = count(n * columns * a.pulse_buffers);
  forward.sums = count(n * columns * a.sums);
  forward.functions = count(n * columns * a.functions);

  Activity& backward = phases[index_of(Phase::backward)];
  backward.pcm_duty_s = n * weights * a.backward_pcm_s;
  backward.capacitor_duty_s = n * weights * a.backward_capacitor_s;
  const double passes = a.transposed_passes;
  backward.column_drives = count(n * columns * passes * a.column_drives);
  backward.driver_passes = count(n * columns * passes);
  backward.integrator_passes = count(n * rows * passes);
  backward.conversions = count(n * rows * passes);
  backward.stores = count(n * rows * a.stores);
  backward.bit_hops = count(n * rows * a.bit_hops);
  backward.router_flits = count(n * rows * a.router_flits);
  backward.router_sums = count(n * rows * a.router_sums);
  backward.pulse_hops = count(n * rows * a.pulse_hops);
  backward.pulse_buffers = count(n * rows * a.pulse_buffers);
  backward.sums = count(n * rows * a.sums);
  backward.functions = count(n * rows * a.functions);

  Activity& update = phases[index_of(Phase::update)];
  update.row_update_pulses = count(n * rows * a.slots * a.row_pulses_per_slot);
  update.column_update_pulses = count(n * columns * a.slots * a.column_pulses_per_slot);
  update.update_lines = count(n * (rows + columns));
  update.set_pulses = count(n * weights * a.update_set_pulses);

  if (a.transfer_interval > 0) {
    const double transfers = n / a.transfer_interval;
    const double row_reads = transfers * rows * a.verify_iterations;
    const double column_reads = row_reads * columns;
    Activity& transfer = phases[index_of(Phase::transfer)];
    transfer.pcm_duty_s = column_reads * a.verify_pcm_s;
    transfer.capacitor_duty_s = column_reads * a.verify_capacitor_s;
    transfer.row_drives = count(row_reads);
    transfer.driver_passes = count(row_reads);
    transfer.integrator_passes = count(column_reads);
    transfer.conversions = count(column_reads * a.verify_conversions);
    transfer.set_pulses = count(transfers * weights * a.set_pulses);
    transfer.reset_pulses = count(transfers * weights * a.reset_pulses);
    transfer.row_update_pulses = count(transfers * weights * a.residual_row_pulses);
    transfer.column_update_pulses = count(transfers * weights * a.residual_column_pulses);
  }
  return phases;
}

double transfer_pulse_s(const Technology& technology) {
  return read_s(technology, false) + technology.t_pcm.base;
}

}  // namespace

PeakActivity closed_form_activity(const Technology& t) {
  PeakActivity a;
  a.forward_pcm_s = t.g_pcm_pair.base * t.duty_x.base;
  a.forward_capacitor_s = t.g_cap.base * t.duty_x.base;
  a.backward_pcm_s = t.g_pcm_pair.base * t.duty_d.base;
  a.backward_capacitor_s = t.g_cap.base * t.duty_d.base;
  a.verify_pcm_s = t.g_pcm_pair.base;
  a.verify_capacitor_s = t.g_cap.base;
  a.slots = t.n_upd.base;
  a.row_pulses_per_slot = t.duty_x.base;
  a.column_pulses_per_slot = t.duty_d.base;
  a.bit_hops = t.bits.base;
  a.transfer_interval = t.k_transfer.base;
  a.verify_iterations = t.n_clt.base;
  a.set_pulses = t.n_set.base;
  a.reset_pulses = 2 * t.p_reset.base;
  return a;
}

TileGeometry closed_form_geometry(const TileGeometry& geometry, const Technology& technology) {
  TileGeometry bare = geometry;
  bare.reference_lines = 0;
  bare.link_mm = technology.route_mm.base;
  return bare;
}

MeasuredActivity measured_activity(const Ledger& ledger, const Technology& technology, double slots,
                                   double transfer_interval, double transposed_passes) {
  const Activity forward = ledger.total(Phase::forward);
  const Activity backward = ledger.total(Phase::backward);
  const Activity update = ledger.total(Phase::update);
  const Activity transfer = ledger.total(Phase::transfer);

  MeasuredActivity result;
  PeakActivity& a = result.activity;
  a = closed_form_activity(technology);
  a.slots = slots;
  a.transfer_interval = transfer_interval;
  a.transposed_passes = transposed_passes;

  const double weights_read = real(forward.multiply_accumulates);
  if (weights_read > 0) {
    a.forward_pcm_s = forward.pcm_duty_s / weights_read;
    a.forward_capacitor_s = forward.capacitor_duty_s / weights_read;
    a.row_drives = ratio(real(forward.row_drives), real(forward.driver_passes));
  } else {
    result.assumed.emplace_back("forward read");
  }

  const double weights_read_back = real(backward.multiply_accumulates);
  if (weights_read_back > 0) {
    a.backward_pcm_s = backward.pcm_duty_s / weights_read_back;
    a.backward_capacitor_s = backward.capacitor_duty_s / weights_read_back;
    a.column_drives = ratio(real(backward.column_drives), real(backward.driver_passes));
  } else {
    result.assumed.emplace_back("transposed read");
  }

  if (update.update_lines > 0 && forward.driver_passes > 0 && slots > 0) {
    // The update meets the same rows and columns as the forward read.
    const double row_share =
        ratio(real(forward.driver_passes), real(forward.driver_passes) + real(forward.integrator_passes));
    const double line_slots = real(update.update_lines) * slots;
    a.row_pulses_per_slot = ratio(real(update.row_update_pulses), line_slots * row_share);
    a.column_pulses_per_slot = ratio(real(update.column_update_pulses), line_slots * (1 - row_share));
    a.update_set_pulses = ratio(real(update.set_pulses), real(update.multiply_accumulates));
  } else {
    result.assumed.emplace_back("update");
  }

  const double activations = real(forward.conversions) + real(backward.conversions) / transposed_passes;
  if (activations > 0) {
    a.stores = (real(forward.stores) + real(backward.stores)) / activations;
    a.bit_hops = (real(forward.bit_hops) + real(backward.bit_hops)) / activations;
    a.router_flits = (real(forward.router_flits) + real(backward.router_flits)) / activations;
    a.router_sums = (real(forward.router_sums) + real(backward.router_sums)) / activations;
    a.pulse_hops = (real(forward.pulse_hops) + real(backward.pulse_hops)) / activations;
    a.pulse_buffers = (real(forward.pulse_buffers) + real(backward.pulse_buffers)) / activations;
    a.sums = (real(forward.sums) + real(backward.sums)) / activations;
    a.functions = (real(forward.functions) + real(backward.functions)) / activations;
  }

  const double transfers = real(ledger.counters().transfers);
  const double weights = ratio(weights_read, real(ledger.counters().training_examples));
  const double column_reads = real(transfer.integrator_passes);
  if (transfers > 0 && weights > 0 && column_reads > 0) {
    a.verify_pcm_s = transfer.pcm_duty_s / column_reads;
    a.verify_capacitor_s = transfer.capacitor_duty_s / column_reads;
    a.verify_iterations = column_reads / (weights * transfers);
    a.verify_conversions = real(transfer.conversions) / column_reads;
    a.set_pulses = real(transfer.set_pulses) / (weights * transfers);
    a.reset_pulses = real(transfer.reset_pulses) / (weights * transfers);
    a.residual_row_pulses = real(transfer.row_update_pulses) / (weights * transfers);
    a.residual_column_pulses = real(transfer.column_update_pulses) / (weights * transfers);
  } else if (transfer_interval > 0) {
    result.assumed.emplace_back("transfer");
  }
  return result;
}

Peak peak(const PeakActivity& activity, const TileGeometry& geometry, const Technology& technology,
          const PeakSettings& settings) {
  const bool training = settings.convention == OpConvention::training;
  const EnergyModel model(technology, geometry, settings.energy);
  const PhaseActivity phases = tile_activity(activity, geometry);
  const auto priced = [&](Phase phase) {
    EnergyBreakdown energy = model.price(phases[index_of(phase)], phase);
    energy *= 1 / examples_counted;
    return energy;
  };

  Peak result;
  result.operations = (training ? 6 : 2) * geometry.weights();
  result.area_mm2 = chip_area({geometry, 1, settings.routers_per_tile}, technology).total_mm2();
  result.forward_s = read_s(technology, settings.energy.overlap);
  result.energy = priced(Phase::forward);
  if (training) {
    result.backward_s = activity.transposed_passes * read_s(technology, settings.energy.overlap);
    result.update_s = activity.slots * update_slot_s(technology, activity.update_set_pulses > 0);
    result.energy += priced(Phase::backward);
    result.energy += priced(Phase::update);
    if (activity.transfer_interval > 0) {
      result.transfer_s = static_cast<double>(geometry.rows) * activity.verify_iterations *
                          transfer_pulse_s(technology) / activity.transfer_interval;
    }
  }
  const double busy_s = result.forward_s + result.backward_s + result.update_s;
  result.energy += model.standby(busy_s);
  result.energy_with_transfer = result.energy;
  if (training) {
    result.energy_with_transfer += priced(Phase::transfer);
    result.energy_with_transfer += model.standby(result.transfer_s);
  }
  result.excluded = efficiency(result.operations, result.energy.total(), busy_s, result.area_mm2);
  result.with_transfer = efficiency(result.operations, result.energy_with_transfer.total(),
                                    busy_s + result.transfer_s, result.area_mm2);
  return result;
}

}  // namespace kirchhoff::foundation
