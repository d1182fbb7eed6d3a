#include "foundation/line_duties.h"

namespace kirchhoff::foundation {
namespace {

std::optional<LineDuties> duties_of(const Activity& reads) {
  if (reads.driver_passes == 0 || reads.multiply_accumulates == 0) {
    return std::nullopt;
  }
  const auto lines = static_cast<double>(reads.driver_passes);
  LineDuties duties;
  duties.duty = reads.line_duty / lines;
  if (reads.line_duty > 0) {
    const double cells_per_line = static_cast<double>(reads.multiply_accumulates) / lines;
    duties.pair_s = reads.pcm_duty_s / (reads.line_duty * cells_per_line);
    duties.capacitor_s = reads.capacitor_duty_s / (reads.line_duty * cells_per_line);
  }
  return duties;
}

}  // namespace

MeasuredDuties measured_duties(const Ledger& ledger) {
  return {duties_of(ledger.total(Phase::forward)), duties_of(ledger.total(Phase::backward))};
}

}  // namespace kirchhoff::foundation
