#include "tiles/synapse_parameters.h"

#include "tiles/pcm_full_set.h"

namespace kirchhoff::tiles {

using foundation::Mark;

void declare(foundation::ParameterTable& table, SynapseParameters& p) {
  const std::string capacitor_fit = "AIHWKit capacitor preset, a fit to Li et al., VLSI 2018";
  table.choice("synapse.kind", p.kind, {"hybrid", "pcm_pair", "capacitor"}, Mark::source,
               "PCM pair and capacitor, Ambrogio et al., Nature 558 (2018); or one of the two alone");
  table.real("synapse.f_gain", p.f_gain, "", 1, 16, Mark::assumed,
             "gain of the PCM pair; MLP+NeuroSim's hybrid cell uses 4");
  table.real("synapse.kappa", p.kappa_us, "uS", 1, 200, Mark::assumed,
             "conductance per unit of software weight");

  auto& c = p.capacitor;
  table.text(
      "capacitor.device_curve", c.device_curve, Mark::assumed,
      "step-response table of your own devices (pulse, up_us, down_us), fitted into the parameters below");
  table.integer("capacitor.steps", c.steps, 8, 100000, Mark::assumed, "400 in the " + capacitor_fit);
  table.real("capacitor.g_min", c.g_min_us, "uS", 0, 100, Mark::source, "Luo, Peng, Yu, ICONS 2019");
  table.real("capacitor.g_max", c.g_max_us, "uS", 0.1, 200, Mark::source, "Luo, Peng, Yu, ICONS 2019");
  table.real("capacitor.g_ref", c.g_ref_us, "uS", 0, 200, Mark::derived, "middle of the range");
  table.real("capacitor.range_spread", c.range_spread, "", 0, 1, Mark::assumed,
             "of each end of the range, device to device; 0.07 in the " + capacitor_fit);
  table.real("capacitor.step_spread", c.step_spread, "", 0, 1, Mark::source,
             "device to device; " + capacitor_fit);
  table.real("capacitor.mismatch", c.mismatch, "", 0, 1, Mark::source,
             "up against down source; " + capacitor_fit + "; study to 0.25");
  table.real("capacitor.step_slope", c.step_slope, "", 0, 0.9, Mark::source, capacitor_fit);
  table.real("capacitor.cycle_noise", c.cycle_noise, "", 0, 5, Mark::source,
             "sd per pulse, of dg; " + capacitor_fit);
  table.real("capacitor.read_noise", c.read_noise_us, "uS", 0, 10, Mark::assumed,
             "sd from read to read; the transistor's thermal and 1/f noise within an integration");
  table.real("capacitor.decay_tau", c.decay_tau_ms, "ms", 0.01, 1e9, Mark::assumed,
             "\"a few milliseconds\" of retention at 5 % loss; study 5..500 ms");
  table.real("capacitor.decay_spread", c.decay_spread, "", 0, 2, Mark::assumed,
             "sigma of lognormal tau per cell");
  table.integer("capacitor.decay_ticks", c.decay_ticks, 10, 100000, Mark::assumed,
                "ticks per tau; charge between ticks is held");

  auto& d = p.pcm;
  table.real("pcm.g_max", d.g_max_us, "uS", 1, 1000, Mark::source, "Nandakumar et al., ICECS 2019");
  table.real("pcm.offset", d.offset_us, "uS", 0, 100, Mark::assumed, "common part of a freshly written pair");
  table.real("pcm.reset_to", d.reset_to_us, "uS", 0, 100, Mark::assumed, "conductance after RESET");
  table.real("pcm.set_step", d.set_step_us, "uS", 0.01, 100, Mark::assumed,
             "largest partial SET; duration follows the error, patent US 11,436,479");
  table.real("pcm.set_noise", d.set_noise, "", 0, 5, Mark::assumed, "sd of a partial SET, of its mean");
  const std::string full_fit =
      "Nandakumar et al., Front. Neurosci. 14, 406 (2020), as in AIHWKit, scaled to 25 uS";
  const std::string state_fit = "Nandakumar et al., ICECS 2019, as in AIHWKit";
  table.real("pcm.full_step", d.full_step_us, "uS", 1e-4, 100, Mark::derived,
             "full SET pulse far up the range; " + full_fit);
  table.real("pcm.full_step_gain", d.full_step_gain, "", 0, 10000, Mark::derived,
             "how much larger at 0 uS; " + full_fit);
  table.real("pcm.full_step_decay", d.full_step_decay_us, "uS", 0.01, 1000, Mark::derived,
             "conductance over which the step shrinks; " + full_fit);
  table.real("pcm.full_step_noise", d.full_step_noise, "", 0, 5, Mark::source,
             "sd from cycle to cycle, of the step; " + full_fit);
  table.real("pcm.programming_noise", d.programming_noise, "", 0, 10, Mark::source,
             "factor on 0.26348 + 1.9650 x - 1.1731 x^2 uS, one-shot writes only; " + state_fit);
  table.real("pcm.drift", d.drift, "", 0, 10, Mark::source,
             "factor on the exponent nu, 0: none; " + state_fit);
  table.real("pcm.drift_t0", d.drift_t0_s, "s", 1e-6, 1e6, Mark::source,
             "the fit's first read after programming; " + state_fit);
  table.flag("pcm.early_drift", d.early_drift, Mark::assumed,
             "the power law begins at pcm.early_drift_t0 instead of pcm.drift_t0");
  table.real(
      "pcm.early_drift_t0", d.early_drift_t0_us, "us", 0.01, 1e9, Mark::assumed,
      "delay of the verifying read; log-time drift from microseconds on: Le Gallo et al., Adv. Electron. "
      "Mater. 4 (2018)");
  table.real("pcm.read_noise", d.read_noise, "", 0, 10, Mark::source,
             "factor on q = min(0.0088 / x^0.65, 0.2), 0: none; " + state_fit);
  table.real("pcm.read_noise_tr", d.read_noise_tr_ns, "ns", 0.1, 1e9, Mark::source,
             "noise accumulates from here on; " + state_fit);
  table.choice("pcm.read_noise_fresh", d.read_noise_fresh, {"increments", "spectrum"}, Mark::assumed,
               "what a read adds: growth of the accumulated variance since the read before, or what lies "
               "above 1/dt in a stationary 1/f spectrum");

  table.real("wires.resistance", p.wires.resistance, "", 0, 100, Mark::assumed,
             "factor on the technology's r_line_um; 0: ideal wires");

  auto& t = p.transfer;
  table.choice("transfer.loop", t.loop, {"closed", "open", "one-shot"}, Mark::source,
               "closed: verify after each pulse, patent US 11,436,479; open: full SET pulses by number, "
               "nobody looks; one-shot: both devices RESET and written once, with pcm.programming_noise");
  table.real("transfer.verify_noise", t.verify_noise_us, "uS", 0, 10, Mark::assumed,
             "sd of a verify read of G+ - G-, comparator included");
  table.real("transfer.tolerance", t.tolerance_us, "uS", 0.001, 100, Mark::assumed, "of T/F - (G+ - G-)");
  table.real(
      "transfer.dwell", t.dwell_us, "us", 0, 1e6, Mark::assumed,
      "wait per row before the read that the residual is taken from, so that it takes up the 1/f noise "
      "till then; 0: no such read");
  table.integer("transfer.max_iterations", t.max_iterations, 1, 1000, Mark::assumed,
                "read, compare, pulse; per row");
  table.flag("transfer.polarity_inversion", t.polarity_inversion, Mark::source,
             "Ambrogio et al., Nature 558 (2018)");
  table.choice("transfer.residual", t.residual, {"write", "discard"}, Mark::assumed,
               "what the PCM pair missed is written into the capacitor, or lost");
}

double SynapseParameters::update_step_us() const {
  return has_capacitor()
             ? capacitor.dg_us()
             : f_gain * static_cast<double>(PcmFullSet{pcm}.step(static_cast<float>(0.5 * pcm.g_max_us)));
}

SynapseParameters present_parts(SynapseParameters parameters) {
  if (!parameters.has_capacitor()) {
    CapacitorParameters& c = parameters.capacitor;
    c.g_min_us -= c.g_ref_us;
    c.g_max_us -= c.g_ref_us;
    c.g_ref_us = 0;
    c.range_spread = 0;
    c.read_noise_us = 0;
    c.decay_tau_ms = 1e9;
    c.decay_spread = 0;
    parameters.transfer.residual = "discard";
  }
  if (!parameters.has_pair()) {
    parameters.pcm.offset_us = 0;
    parameters.pcm.drift = 0;
    parameters.pcm.read_noise = 0;
    parameters.transfer.residual = "write";
  }
  if (parameters.kind != "hybrid") {
    parameters.transfer.polarity_inversion = false;
  }
  return parameters;
}

}  // namespace kirchhoff::tiles
