#include "foundation/achieved.h"

#include <span>

#include "foundation/phase_sets.h"
#include "foundation/technology.h"

namespace kirchhoff::foundation {

namespace {

double transfer_pulse_s(const Technology& technology) {
  return read_s(technology, false) + technology.t_pcm.base;
}

double factor(double now, double then) {
  return then > 0 ? now / then : 1;
}

std::span<const Phase> counted_phases(OpConvention convention) {
  static constexpr std::array<Phase, 1> forward_only{Phase::forward};
  if (convention == OpConvention::forward) return forward_only;
  return training_phases;
}

}  // namespace

Achieved::Achieved(const Ledger& ledger, const ChipShape& chip, const Technology& simulated_with,
                   const EnergySettings& settings, OpConvention convention)
    : read_s_(read_s(simulated_with, settings.overlap)),
      pulses_pcm_(ledger.total(Phase::update).set_pulses > 0),
      slot_s_(update_slot_s(simulated_with, pulses_pcm_)),
      transfer_pulse_s_(transfer_pulse_s(simulated_with)),
      chip_(chip),
      settings_(settings),
      convention_(convention) {
  for (const Phase phase : all_phases) {
    PhaseTotal& total = phases_[index_of(phase)];
    total.activity = ledger.total(phase);
    total.network_s = to_seconds(ledger.network_elapsed(phase));
    total.compute_s = to_seconds(ledger.elapsed(phase)) - total.network_s;
  }
}

Achieved::Figures Achieved::under(const Technology& technology) const {
  const EnergyModel model(technology, chip_.tile, settings_);
  Figures figures;
  for (const Phase phase : counted_phases(convention_)) {
    const PhaseTotal& total = phases_[index_of(phase)];
    double scale = factor(read_s(technology, settings_.overlap), read_s_);
    if (phase == Phase::update) scale = factor(update_slot_s(technology, pulses_pcm_), slot_s_);
    if (phase == Phase::transfer) {
      scale = factor(transfer_pulse_s(technology), transfer_pulse_s_);
    } else {
      figures.operations += 2 * static_cast<double>(total.activity.multiply_accumulates);
    }
    const double seconds = total.compute_s * scale + total.network_s;
    figures.phase_s[index_of(phase)] = seconds;
    figures.seconds += seconds;
    figures.energy += model.price(total.activity, phase);
    EnergyBreakdown standby = model.standby(seconds);
    standby *= static_cast<double>(chip_.tiles);
    figures.energy += standby;
  }
  figures.joules = figures.energy.total();
  figures.area = chip_area(chip_, technology);
  figures.area_mm2 = figures.area.total_mm2();
  figures.efficiency = efficiency(figures.operations, figures.joules, figures.seconds, figures.area_mm2);
  return figures;
}

}  // namespace kirchhoff::foundation
