#include "tiles/bookings.h"

namespace kirchhoff::tiles {

void book_programming(foundation::Activity& activity, const TransferCount& count, const LineConductance& line,
                      double reference_us, std::size_t columns) {
  const std::uint64_t reads = count.reads + 1;
  const double reads_at_full_duty = static_cast<double>(reads) * 1e-6;
  activity.pcm_duty_s += reads_at_full_duty * line.pcm_us;
  activity.capacitor_duty_s += reads_at_full_duty * (line.capacitor_us + reference_us);
  activity.row_drives += reads;
  activity.driver_passes += reads;
  activity.integrator_passes += reads * (columns + 1);
  activity.conversions += reads * columns;
  activity.verify_reads += reads;
  activity.row_update_pulses += count.residual_slots;
  activity.column_update_pulses += count.residual_pulses;
  activity.set_pulses += count.set_pulses;
  activity.reset_pulses += count.reset_pulses;
}

}  // namespace kirchhoff::tiles
