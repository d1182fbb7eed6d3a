#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "tiles/synapse_parameters.h"

namespace kirchhoff::tiles {

/// Which source of a cell a pulse drives.
enum class Source : std::uint8_t { up, down };

/// One 3T1C cell: what a pulse needs of it lies together, because pulses come to few cells here and there.
struct CapacitorState {
  float q_us = 0;                        ///< g - g_ref of its read transistor
  std::array<std::uint16_t, 2> steps{};  ///< of the sources at q = 0, in a unit that the array keeps
};

/// Where the charge of a cell stops.
struct CapacitorLimits {
  float low_us;
  float high_us;
};

/// What all 3T1C cells of an array share; what differs from cell to cell is kept in arrays beside.
///
/// A cell is described by q = g - g_ref of its read transistor, microsiemens.
/// Modelled: step size and up/down mismatch per cell, slope with charge, cycle-to-cycle noise, limits.
/// Not modelled yet: offset and gain of the read transistor.
struct CapacitorCell {
  float q_min_us;
  float q_max_us;
  float dg_us;           ///< nominal step
  float cycle_noise_us;  ///< sd of one pulse
  float slope_per_us;    ///< relative change of a step per uS of q

  explicit CapacitorCell(const CapacitorParameters& p)
      : q_min_us(static_cast<float>(p.g_min_us - p.g_ref_us)),
        q_max_us(static_cast<float>(p.g_max_us - p.g_ref_us)),
        dg_us(static_cast<float>(p.dg_us())),
        cycle_noise_us(static_cast<float>(p.cycle_noise * p.dg_us())),
        slope_per_us(static_cast<float>(p.step_slope / (0.5 * (p.g_max_us - p.g_min_us)))) {}

  /// The same with the limits of one cell, where they are not those of all.
  [[nodiscard]] CapacitorCell within(const CapacitorLimits& limits) const {
    CapacitorCell cell = *this;
    cell.q_min_us = limits.low_us;
    cell.q_max_us = limits.high_us;
    return cell;
  }
  /// Relative change of a step per uS of q: up steps shrink with charge, down steps grow.
  [[nodiscard]] float bend_per_us(Source source) const {
    return source == Source::up ? -slope_per_us : slope_per_us;
  }
  /// q after `count` pulses of one source at once, with all that they are made of at hand. Without noise that
  /// is q + step (1 + bend q) ((1 + b)^count - 1) / b with b = step bend, of whose series in b three terms
  /// are taken: right to (count b)^3 / 24, relative, and exact up to three pulses. `noise_us` is that of all
  /// pulses, root-n. What the end of the range takes off pulse by pulse is taken off once.
  [[nodiscard]] float move(float q_us, float count, float step_us, float bend, float noise_us) const {
    return std::min(std::max(moved(q_us, count, step_us, bend, noise_us), q_min_us), q_max_us);
  }
  /// The same without an end of the range.
  [[nodiscard]] static float moved(float q_us, float count, float step_us, float bend, float noise_us) {
    const float b = step_us * bend;
    const float third = 1.0F + (count - 2.0F) * (1.0F / 3.0F) * b;
    const float steps = count + count * (count - 1.0F) * 0.5F * b * third;
    return q_us + steps * (step_us * (1.0F + bend * q_us)) + noise_us;
  }
  /// q after one pulse of a source whose step at q = 0 is `step_us` (negative for the down source). A dead
  /// source, without a step, makes no noise either.
  [[nodiscard]] float pulse(float q_us, float step_us, float normal) const {
    const float noise_us = step_us != 0 ? cycle_noise_us * normal : 0.0F;
    return move(q_us, 1.0F, step_us, bend_per_us(step_us < 0 ? Source::down : Source::up), noise_us);
  }
};

}  // namespace kirchhoff::tiles
