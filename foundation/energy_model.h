#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "foundation/activity.h"
#include "foundation/phase.h"
#include "foundation/tile_geometry.h"

namespace kirchhoff::foundation {

struct Technology;

/// What energy is spent on.
enum class Booking : unsigned char {
  array_read_forward,
  array_read_transposed,
  line_charging,
  conversion,
  integrator_bias,
  drivers,
  update,
  storage,
  digital,
  routing,
  duration_wires,
  host_bus,
  standby,
  transfer,
  control
};

inline constexpr std::array<std::string_view, 15> booking_names{"array_read_forward",
                                                                "array_read_transposed",
                                                                "line_charging",
                                                                "conversion",
                                                                "integrator_bias",
                                                                "drivers",
                                                                "update",
                                                                "storage",
                                                                "digital",
                                                                "routing",
                                                                "duration_wires",
                                                                "host_bus",
                                                                "standby",
                                                                "transfer",
                                                                "control"};
inline constexpr std::size_t booking_count = booking_names.size();

/// Joules by booking.
struct EnergyBreakdown {
  std::array<double, booking_count> joules{};

  [[nodiscard]] double& operator[](Booking booking) { return joules[static_cast<std::size_t>(booking)]; }
  [[nodiscard]] double operator[](Booking booking) const { return joules[static_cast<std::size_t>(booking)]; }
  [[nodiscard]] double total() const;
  EnergyBreakdown& operator+=(const EnergyBreakdown& other);
  EnergyBreakdown& operator*=(double factor);
};

/// Where the gain F of the PCM pair is taken: in the read voltage or a mirror ratio, so that the pair's
/// current is paid once, or in the pulse length, so that it is paid F times.
enum class FRealisation : unsigned char { voltage, pulse_length };

/// "voltage" or "pulse_length"; InputError otherwise.
FRealisation f_realisation_from(std::string_view text);

struct EnergySettings {
  FRealisation f_realisation = FRealisation::voltage;
  double f_gain = 3;  ///< F of W = F (G+ - G-) + s (g - g_ref)
  /// The next layer integrates while this one converts. A read takes less time and no less energy.
  bool overlap = false;
};

/// Prices counted activity: energy = sum of count x coefficient, the coefficients from the technology's base
/// values and the tile's geometry alone.
///
///   array read        v_rail v_read t_int x sum of conductance x duty (reference line included)
///   line charging     driven lines x (length c_line_um + cells c_gate) vdd^2, length = cells sqrt(a_cell)
///   conversion        conversions x e_adc
///   integrator bias   lines x i_amp vdd (t_int + t_conv)
///   drivers           lines x e_drv
///   update            pulses on a line x its capacitance vdd^2, plus lines x e_upl
///   storage           activations x e_store
///   digital           sums x e_sum, activations and derivatives x e_act, classes x e_softmax
///   routing           bits x links x link length x e_wire, plus flits x link_width x e_router, plus values
///                     added in routers x e_reduce
///   duration wires    pulses x (links x link length x 2 e_wire + buffers x e_buffer)
///   host bus          bits x e_host
///   standby           cells x i_leak vdd x elapsed time
///   transfer          PCM pulses x e_set, e_reset, plus everything above that happens in phase `transfer`
///                     except standby; PCM pulses of phase `update` belong to the update
///   control           ctl x the sum of the above
///
/// Reads in phase `backward` are transposed, all others forward. Not modelled: voltage drop along the lines,
/// switching activity of single bits on a link, energy of the host's memory, the sequencer's own logic.
class EnergyModel {
 public:
  EnergyModel(const Technology& technology, const TileGeometry& geometry,
              const EnergySettings& settings = {});

  /// Everything but standby.
  [[nodiscard]] EnergyBreakdown price(const Activity& activity, Phase phase) const;
  /// Leakage of one tile, with its share of control.
  [[nodiscard]] EnergyBreakdown standby(double elapsed_s) const;

  [[nodiscard]] double link_mm() const { return link_mm_; }

 private:
  [[nodiscard]] EnergyBreakdown with_control(EnergyBreakdown energy) const;

  double pcm_read_;        // J per siemens of conductance x duty
  double capacitor_read_;  // J per siemens of conductance x duty
  double row_charge_;      // J per charge of a row line
  double column_charge_;
  double conversion_;
  double integrator_;
  double driver_;
  double update_line_;
  double store_;
  double sum_;
  double function_;
  double softmax_;
  double link_mm_;
  double bit_hop_;
  double flit_;
  double router_sum_;
  double pulse_hop_;
  double pulse_buffer_;
  double host_bit_;
  double set_;
  double reset_;
  double standby_w_;
  double control_;
};

}  // namespace kirchhoff::foundation
