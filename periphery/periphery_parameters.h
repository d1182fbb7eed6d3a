#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "foundation/parameters.h"
#include "periphery/update_style.h"

namespace kirchhoff::periphery {

struct PeripheryParameters {
  std::int64_t dac_bits = 8;           ///< pulse-width steps of an input, and magnitude bits of a delta
  std::int64_t adc_bits = 9;           ///< signed
  double adc_hidden_full_scale = 6;    ///< +- of z = W x / kappa, per tile
  double adc_output_full_scale = 0;    ///< the same for the last layer; 0: chosen by the number of classes
  double adc_backward_full_scale = 1;  ///< +- of w times scaled delta
  double adc_gain_error = 0;           ///< sd, of 1; per converter
  double adc_offset_lsb = 0;           ///< sd; per converter
  double adc_inl_lsb = 0;              ///< largest of any converter, end-point corrected
  double adc_integrator_noise = 0;     ///< sd per read, of z or of w times scaled delta
  std::string adc_model = "function-mapping";  ///< or "sar", "ramp", "cco"; see ConverterModel
  std::int64_t adc_columns_per_converter = 1;  ///< lines that take turns at a converter: 1, 2, 4, 8
  bool adc_overlap = false;                    ///< the next layer integrates while this one converts
  bool adc_two_phase_deltas = false;  ///< positive and negative deltas read and converted one after the other
  std::int64_t update_slots = 63;     ///< bits of a line's pulse train
  std::string update_style = "trains";  ///< or "coincidence", "rounding"; see UpdateStyle
  double relu_full_scale = 4;           ///< z at which a ReLU activation is clipped
};

void declare(foundation::ParameterTable& table, PeripheryParameters& parameters);

[[nodiscard]] UpdateStyle update_style(const PeripheryParameters& parameters);

/// Full scale of the last layer's converters, after the rule of adc.output_full_scale = 0.
double output_full_scale(const PeripheryParameters& parameters, std::size_t class_count);

}  // namespace kirchhoff::periphery
