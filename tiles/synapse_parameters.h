#pragma once

#include <cstdint>
#include <string>

#include "foundation/parameters.h"

namespace kirchhoff::tiles {

/// 3T1C: a capacitor on the gate of a read transistor, charged by a PFET and discharged by an NFET
/// current source. Conductances are those of the read transistor.
struct CapacitorParameters {
  std::int64_t steps = 500;        ///< pulses across the whole range; dg = (g_max - g_min) / steps
  double g_min_us = 4;             ///< uS
  double g_max_us = 20;            ///< uS
  double g_ref_us = 12;            ///< uS, the reference line that is subtracted; also where charge decays to
  double step_spread = 0.10;       ///< device-to-device, of the step size; floor 0.1
  double mismatch = 0.06;          ///< of the up against the down source: up (1 + u), down (1 - u)
  double step_slope = 0.05;        ///< relative change of a step between g_ref and the end of the range
  double cycle_noise = 0.30;       ///< sd of a single pulse, of dg
  double decay_tau_ms = 100;       ///< ms
  double decay_spread = 0.30;      ///< sigma of the lognormal spread of tau
  std::int64_t decay_ticks = 200;  ///< ticks per tau in which decay is applied

  [[nodiscard]] double dg_us() const { return (g_max_us - g_min_us) / static_cast<double>(steps); }
};

/// Phase-change memory, two per cell, partial SET in one direction, RESET to a low state.
struct PcmParameters {
  double g_max_us = 25;    ///< uS
  double offset_us = 2;    ///< uS, common offset over which initial weights are written
  double reset_to_us = 1;  ///< uS
  double set_step_us = 4;  ///< uS, the largest step of a partial SET in the closed loop
  double set_noise = 0.5;  ///< sd of a partial SET, of its mean
};

struct TransferParameters {
  double tolerance_us = 0.2;  ///< uS, of T/F - (G+ - G-)
  std::int64_t max_iterations = 20;
  bool polarity_inversion = true;
  std::string residual = "write";  ///< write: what the PCM pair missed goes into the capacitor; discard
};

struct SynapseParameters {
  double f_gain = 3;     ///< gain of the PCM pair over the capacitor
  double kappa_us = 20;  ///< uS per unit of software weight
  CapacitorParameters capacitor;
  PcmParameters pcm;
  TransferParameters transfer;
};

void declare(foundation::ParameterTable& table, SynapseParameters& parameters);

}  // namespace kirchhoff::tiles
