#include "tiles/synapse_parameters.h"

namespace kirchhoff::tiles {

using foundation::Mark;

void declare(foundation::ParameterTable& table, SynapseParameters& p) {
  const std::string capacitor_fit = "AIHWKit capacitor preset, a fit to Li et al., VLSI 2018";
  table.real("synapse.f_gain", p.f_gain, "", 1, 16, Mark::assumed,
             "gain of the PCM pair; MLP+NeuroSim's hybrid cell uses 4");
  table.real("synapse.kappa", p.kappa_us, "uS", 1, 200, Mark::assumed,
             "conductance per unit of software weight");

  auto& c = p.capacitor;
  table.integer("capacitor.steps", c.steps, 8, 100000, Mark::assumed, "400 in the " + capacitor_fit);
  table.real("capacitor.g_min", c.g_min_us, "uS", 0, 100, Mark::source, "Luo, Peng, Yu, ICONS 2019");
  table.real("capacitor.g_max", c.g_max_us, "uS", 0.1, 200, Mark::source, "Luo, Peng, Yu, ICONS 2019");
  table.real("capacitor.g_ref", c.g_ref_us, "uS", 0, 200, Mark::derived, "middle of the range");
  table.real("capacitor.step_spread", c.step_spread, "", 0, 1, Mark::source,
             "device to device; " + capacitor_fit);
  table.real("capacitor.mismatch", c.mismatch, "", 0, 1, Mark::source,
             "up against down source; " + capacitor_fit + "; study to 0.25");
  table.real("capacitor.step_slope", c.step_slope, "", 0, 0.9, Mark::source, capacitor_fit);
  table.real("capacitor.cycle_noise", c.cycle_noise, "", 0, 5, Mark::source,
             "sd per pulse, of dg; " + capacitor_fit);
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

  auto& t = p.transfer;
  table.real("transfer.tolerance", t.tolerance_us, "uS", 0.001, 100, Mark::assumed, "of T/F - (G+ - G-)");
  table.integer("transfer.max_iterations", t.max_iterations, 1, 1000, Mark::assumed,
                "read, compare, pulse; per row");
  table.flag("transfer.polarity_inversion", t.polarity_inversion, Mark::source,
             "Ambrogio et al., Nature 558 (2018)");
  table.choice("transfer.residual", t.residual, {"write", "discard"}, Mark::assumed,
               "what the PCM pair missed is written into the capacitor, or lost");
}

}  // namespace kirchhoff::tiles
