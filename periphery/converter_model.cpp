#include "periphery/converter_model.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "foundation/error.h"
#include "foundation/math.h"
#include "foundation/technology.h"
#include "foundation/units.h"
#include "periphery/periphery_parameters.h"

namespace kirchhoff::periphery {
namespace {

using foundation::Quantity;
using foundation::Technology;

constexpr std::int64_t reference_bits = 8;
/// Part of a line's periphery that is its converter; assumed.
constexpr double converter_part = 0.5;

/// Known at one node.
struct Node {
  double feature_nm;
  double supply_v;
};
constexpr Node isaac{32, 0.9};
constexpr Node hermes{14, 0.8};

double energy_scale(const ConverterSite& site, const Node& from) {
  const double volts = site.supply_v / from.supply_v;
  return site.feature_nm / from.feature_nm * volts * volts;
}

double time_scale(const ConverterSite& site, const Node& from) {
  return site.feature_nm / from.feature_nm;
}

double area_scale(const ConverterSite& site, const Node& from) {
  const double length = site.feature_nm / from.feature_nm;
  return length * length;
}

double doubled_per_bit(std::int64_t bits) {
  return std::ldexp(1.0, static_cast<int>(bits - reference_bits));
}

double linear_in_bits(std::int64_t bits) {
  return static_cast<double>(bits) / static_cast<double>(reference_bits);
}

CostRange times(const CostRange& range, double factor) {
  return {range.low * factor, range.base * factor, range.high * factor};
}

CostRange around(double base, double down, double up) {
  return {base / down, base, base * up};
}

/// 8 bits, joules; between the nodes, and beyond them, a power law.
double murmann_energy_j(double feature_nm) {
  struct Point {
    double feature_nm;
    double energy_j;
  };
  constexpr std::array<Point, 4> points{{{14, 0.36e-12}, {32, 1.71e-12}, {65, 6.5e-12}, {90, 12.0e-12}}};
  std::size_t above = 1;
  while (above + 1 < points.size() && feature_nm > points[above].feature_nm) ++above;
  const Point& a = points[above - 1];
  const Point& b = points[above];
  const double power =
      foundation::log(b.energy_j / a.energy_j) / foundation::log(b.feature_nm / a.feature_nm);
  return a.energy_j * foundation::exp(power * foundation::log(feature_nm / a.feature_nm));
}

CostRange range_of(const Quantity& quantity) {
  return {quantity.low, quantity.base, quantity.high};
}

void put(const CostRange& range, const std::string& note, Quantity& quantity) {
  quantity.low = range.low;
  quantity.base = range.base;
  quantity.high = range.high;
  quantity.mark = foundation::Mark::derived;
  quantity.note = note;
}

}  // namespace

ConverterCost FunctionMappingAdc::cost(const ConverterSite& site, std::int64_t /*bits*/) const {
  return {site.energy_j, site.time_s, site.area_um2, ""};
}

ConverterCost RampAdc::cost(const ConverterSite& site, std::int64_t bits) const {
  const double doubled = doubled_per_bit(bits);
  return {times(site.energy_j, doubled), times(site.time_s, doubled),
          times(site.area_um2, (1 + linear_in_bits(bits)) / 2),
          "the technology's 8-bit ramp, energy and time doubled per bit"};
}

ConverterCost SarAdc::cost(const ConverterSite& site, std::int64_t bits) const {
  constexpr double isaac_s = 1 / 1.28e9;
  constexpr double isaac_um2 = 1200;
  const double area =
      isaac_um2 * area_scale(site, isaac) * (doubled_per_bit(bits) + linear_in_bits(bits)) / 2;
  return {
      around(murmann_energy_j(site.feature_nm) * doubled_per_bit(bits), 2, 2),
      around(isaac_s * time_scale(site, isaac) * linear_in_bits(bits), 1, 4), around(area, 2, 2),
      "Murmann's regression, 8 bits 0.36 / 1.71 / 6.5 / 12.0 pJ at 14 / 32 / 65 / 90 nm, doubled per bit; "
      "ISAAC's 1.28 GS/s, linear in bits and length, and 1,200 um2 at 32 nm; ranges assumed"};
}

ConverterCost CcoAdc::cost(const ConverterSite& site, std::int64_t bits) const {
  constexpr double count_s = 300e-12;
  // A read of 256 x 256 weights takes 131,072 op / 10.5 TOP/s/W, over 256 columns; the share is assumed.
  constexpr double column_j = 131072 / 10.5e12 / 256;
  constexpr double pitch_um = 4;
  const CostRange share{0.1, 0.25, 0.5};
  const CostRange length_um{75, 150, 300};
  const double counting_s = std::ldexp(1.0, static_cast<int>(bits)) * count_s * time_scale(site, hermes);
  const auto beyond = [&](double integration_s) { return std::max(0.0, counting_s - integration_s); };
  return {
      times(share, column_j * energy_scale(site, hermes) * doubled_per_bit(bits)),
      {beyond(site.integration_s.high), beyond(site.integration_s.base), beyond(site.integration_s.low)},
      times(length_um, pitch_um * area_scale(site, hermes)),
      "HERMES: 300 ps per count at 14 nm during the integration; a tenth to a half of its 49 pJ per column "
      "and read; 4 um pitch, length 75 to 300 um assumed"};
}

std::unique_ptr<ConverterModel> make_converter_model(std::string_view name) {
  if (name == "function-mapping") return std::make_unique<FunctionMappingAdc>();
  if (name == "ramp") return std::make_unique<RampAdc>();
  if (name == "sar") return std::make_unique<SarAdc>();
  if (name == "cco") return std::make_unique<CcoAdc>();
  throw foundation::InputError("adc.model is '" + std::string(name) +
                               "'; it must be 'function-mapping', 'ramp', 'sar' or 'cco'");
}

void fit_converters(const PeripheryParameters& parameters, Technology& technology) {
  const auto share = static_cast<double>(parameters.adc_columns_per_converter);
  const bool own = parameters.adc_model == "function-mapping";
  if (own && share == 1) return;
  const auto model = make_converter_model(parameters.adc_model);
  if (model->needs_feature() && !(technology.feature_nm > 0)) {
    throw foundation::InputError("adc.model = " + parameters.adc_model +
                                 " scales with the node: technology '" + technology.name +
                                 "' must say it, as in feature_nm = 45");
  }
  const CostRange line = range_of(technology.a_neu);
  const ConverterSite site{technology.feature_nm,       technology.vdd.base,
                           range_of(technology.t_int),  range_of(technology.e_adc),
                           range_of(technology.t_conv), times(line, converter_part)};
  const ConverterCost cost = model->cost(site, parameters.adc_bits);
  const std::string what = "adc.model " + parameters.adc_model + ", " + std::to_string(parameters.adc_bits) +
                           " bits: " + cost.note;
  const std::string turns =
      share == 1 ? "" : "; " + foundation::number_text(share) + " lines take turns at a converter";
  if (!own) put(cost.energy_j, what, technology.e_adc);
  put(times(cost.time_s, share), (own ? technology.t_conv.note : what) + turns, technology.t_conv);
  const CostRange rest = times(line, 1 - converter_part);
  const CostRange shared = times(cost.area_um2, 1 / share);
  put({rest.low + shared.low, rest.base + shared.base, rest.high + shared.high},
      technology.a_neu.note + "; half of it taken for a converter (assumed)" +
          (own ? "" : ", replaced by " + what) + turns,
      technology.a_neu);
}

}  // namespace kirchhoff::periphery
