#pragma once

#include <cstdint>
#include <string>

#include "foundation/parameters.h"

namespace kirchhoff::tiles {

/// 3T1C: a capacitor on the gate of a read transistor, charged by a PFET and discharged by an NFET
/// current source. Conductances are those of the read transistor.
struct CapacitorParameters {
  std::string device_curve;        ///< CSV of a measured device that the rest is fitted to; empty: none
  std::int64_t steps = 500;        ///< pulses across the whole range; dg = (g_max - g_min) / steps
  double g_min_us = 4;             ///< uS
  double g_max_us = 20;            ///< uS
  double g_ref_us = 12;            ///< uS, the reference line that is subtracted; also where charge decays to
  double range_spread = 0;         ///< device-to-device, of each end of the range from g_ref; floor 0.1
  double step_spread = 0.10;       ///< device-to-device, of the step size; floor 0.1
  double mismatch = 0.06;          ///< of the up against the down source: up (1 + u), down (1 - u)
  double step_slope = 0.05;        ///< relative change of a step between g_ref and the end of the range
  double cycle_noise = 0.30;       ///< sd of a single pulse, of dg
  double read_noise_us = 0.02;     ///< uS, sd of the read transistor's conductance from read to read
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
  // A SET pulse of full length: full_step (1 + full_step_gain exp(-G / full_step_decay)).
  double full_step_us = 0.125;                  ///< uS
  double full_step_gain = 27.2;                 ///< step at G = 0 over that at large G, less 1
  double full_step_decay_us = 5;                ///< uS
  double full_step_noise = 0.6;                 ///< cycle to cycle, of the step
  double programming_noise = 1;                 ///< factor on the fit's sd; one-shot writes only
  double drift = 1;                             ///< factor on the exponent nu; 0 is none
  double drift_t0_s = 20;                       ///< s, where the power law begins
  bool early_drift = false;                     ///< the power law begins at early_drift_t0
  double early_drift_t0_us = 1;                 ///< us
  double read_noise = 1;                        ///< factor on the fit's 1/f noise; 0 is none
  double read_noise_tr_ns = 250;                ///< ns, length of the fit's reads
  std::string read_noise_fresh = "increments";  ///< increments | spectrum, see PcmReadNoise
};

struct TransferParameters {
  /// closed: read, compare, pulse; open: full pulses by number, unseen; one-shot: both devices written anew
  std::string loop = "closed";
  double tolerance_us = 0.2;      ///< uS, of T/F - (G+ - G-)
  double verify_noise_us = 0.05;  ///< uS, sd of a verify read of G+ - G-
  double dwell_us = 0;            ///< us, wait before the read from which the residual follows
  std::int64_t max_iterations = 20;
  bool polarity_inversion = true;
  std::string residual = "write";  ///< write: what the PCM pair missed goes into the capacitor; discard
};

struct WireParameters {
  double resistance = 1;  ///< factor on the technology's ohm per um; 0: ideal wires
};

struct SynapseParameters {
  /// hybrid: PCM pair and capacitor (Ambrogio et al., Nature 558 (2018)); pcm_pair: the pair alone, trained
  /// in place (Burr et al., IEDM 2014); capacitor: the 3T1C cell alone.
  std::string kind = "hybrid";
  double f_gain = 3;     ///< gain of the PCM pair over the capacitor
  double kappa_us = 20;  ///< uS per unit of software weight
  CapacitorParameters capacitor;
  PcmParameters pcm;
  TransferParameters transfer;
  WireParameters wires;

  [[nodiscard]] bool has_pair() const { return kind != "capacitor"; }
  [[nodiscard]] bool has_capacitor() const { return kind != "pcm_pair"; }
  /// What an update pulse moves W = kappa w by, uS: the step the pulse generators reckon with. Of a pair, the
  /// full SET pulse in the middle of its range.
  [[nodiscard]] double update_step_us() const;
};

/// The same with the part that the kind leaves out as if it were not there: it conducts nothing, makes no
/// noise and is never written.
[[nodiscard]] SynapseParameters present_parts(SynapseParameters parameters);

void declare(foundation::ParameterTable& table, SynapseParameters& parameters);

}  // namespace kirchhoff::tiles
