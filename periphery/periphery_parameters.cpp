#include "periphery/periphery_parameters.h"

#include "foundation/error.h"

namespace kirchhoff::periphery {

using foundation::Mark;

void declare(foundation::ParameterTable& table, PeripheryParameters& p) {
  table.integer("dac.bits", p.dac_bits, 2, 8, Mark::source, "pulse-width steps; 8-bit activations");
  table.integer(
      "adc.bits", p.adc_bits, 3, 15, Mark::assumed,
      "signed; the technology's e_adc and t_conv are for 8 bits of magnitude, the sign is one comparison");
  table.real("adc.hidden_full_scale", p.adc_hidden_full_scale, "", 0.01, 1000, Mark::assumed,
             "+- of z = W x / kappa per tile, hidden layers");
  table.real("adc.output_full_scale", p.adc_output_full_scale, "", 0, 1000, Mark::assumed,
             "+- of z, last layer; 0: 10 up to 10 classes, 16 above");
  table.real("adc.backward_full_scale", p.adc_backward_full_scale, "", 0.01, 1000, Mark::assumed,
             "+- of w times scaled delta");
  table.real("adc.gain_error", p.adc_gain_error, "", 0, 0.2, Mark::assumed,
             "sd of a converter's gain about 1, fixed at manufacture; 0: calibrated");
  table.real("adc.offset", p.adc_offset_lsb, "", 0, 64, Mark::assumed,
             "sd in LSB, fixed at manufacture; 0: calibrated");
  table.real("adc.inl", p.adc_inl_lsb, "", 0, 64, Mark::assumed,
             "LSB, largest of any converter; end points corrected; monotonic up to 2^adc.bits / 10.4");
  table.real("adc.integrator_noise", p.adc_integrator_noise, "", 0, 10, Mark::assumed,
             "sd per read, of z or w times scaled delta; AIHWKit's default is 0.06 with a range of +-12");
  table.choice(
      "adc.model", p.adc_model, {"function-mapping", "ramp", "sar", "cco"}, Mark::assumed,
      "energy, time and area of a conversion: the technology's (Giordano 2019); ramp, doubling per bit; "
      "SAR (ISAAC, Murmann); oscillator that counts during the read (HERMES)");
  table.integer("adc.columns_per_converter", p.adc_columns_per_converter, 1, 8, Mark::assumed,
                "1, 2, 4 or 8 lines take turns at one converter, columns and rows alike");
  table.flag("adc.overlap", p.adc_overlap, Mark::assumed,
             "transmit by duration: the next layer integrates while this one converts (Chang 2019)");
  table.flag(
      "adc.two_phase_deltas", p.adc_two_phase_deltas, Mark::assumed,
      "transposed read: positive, then negative deltas, converted apart; false: drivers of both signs");
  table.integer("update.slots", p.update_slots, 1, 128, Mark::assumed,
                "bits of a pulse train; 31 in AIHWKit, 63 so that lr kappa / dg = 62.5 fits");
  table.choice("update.style", p.update_style, {"trains", "coincidence", "rounding"}, Mark::source,
               "stochastic bit trains: Gokmen, Vlasov, Front. Neurosci. 10 (2016); deterministic trains "
               "(assumed; compare AIHWKit's DeterministicImplicit); or floor(mean + u) pulses per cell, "
               "booked as trains");
  table.real("activation.relu_full_scale", p.relu_full_scale, "", 0.01, 1000, Mark::assumed,
             "z at which a ReLU activation is clipped");
}

UpdateStyle update_style(const PeripheryParameters& parameters) {
  if (parameters.update_style == "trains") {
    return UpdateStyle::trains;
  }
  if (parameters.update_style == "coincidence") {
    return UpdateStyle::coincidence;
  }
  if (parameters.update_style == "rounding") {
    return UpdateStyle::rounding;
  }
  throw foundation::ModelError("update.style '" + parameters.update_style + "' is unknown");
}

double output_full_scale(const PeripheryParameters& parameters, std::size_t class_count) {
  if (parameters.adc_output_full_scale > 0) {
    return parameters.adc_output_full_scale;
  }
  return class_count <= 10 ? 10.0 : 16.0;
}

}  // namespace kirchhoff::periphery
