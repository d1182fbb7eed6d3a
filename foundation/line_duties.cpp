#include "foundation/line_duties.h"

namespace kirchhoff::foundation {
namespace {

double real(std::uint64_t count) {
  return static_cast<double>(count);
}

/// `drives` of the lines that `of` drives.
std::optional<LineDuties> read_duties(const Activity& of, std::uint64_t drives) {
  if (of.driver_passes == 0 || of.multiply_accumulates == 0) {
    return std::nullopt;
  }
  LineDuties duties;
  const double lines = real(of.driver_passes);
  duties.duty = of.line_duty / lines;
  duties.driven = real(drives) / lines;
  if (of.line_duty > 0) {
    const double cells_per_line = real(of.multiply_accumulates) / lines;
    duties.pair_s = of.pcm_duty_s / (of.line_duty * cells_per_line);
    duties.capacitor_s = of.capacitor_duty_s / (of.line_duty * cells_per_line);
  }
  return duties;
}

}  // namespace

MeasuredDuties measured_duties(const Ledger& ledger, double slots) {
  const Activity forward = ledger.total(Phase::forward);
  const Activity backward = ledger.total(Phase::backward);
  const Activity update = ledger.total(Phase::update);
  MeasuredDuties duties;
  duties.rows = read_duties(forward, forward.row_drives);
  duties.columns = read_duties(backward, backward.column_drives);
  const double lines = real(forward.driver_passes) + real(forward.integrator_passes);
  if (lines > 0 && slots > 0 && update.update_lines > 0) {
    // An update meets the lines of the forward read.
    const double row_slots = real(update.update_lines) * slots * real(forward.driver_passes) / lines;
    const double column_slots = real(update.update_lines) * slots - row_slots;
    if (duties.rows) {
      duties.rows->pulses_per_slot = real(update.row_update_pulses) / row_slots;
    }
    if (duties.columns) {
      duties.columns->pulses_per_slot = real(update.column_update_pulses) / column_slots;
    }
  }
  return duties;
}

}  // namespace kirchhoff::foundation
