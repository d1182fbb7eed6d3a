#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "foundation/error.h"
#include "foundation/technology.h"
#include "periphery/converter_model.h"
#include "periphery/periphery_parameters.h"
#include "testbenches/unit/technology_of_node.h"

namespace kirchhoff::periphery {
namespace {

using foundation::Technology;

ConverterSite site(double feature_nm, double supply_v) {
  ConverterSite result;
  result.feature_nm = feature_nm;
  result.supply_v = supply_v;
  result.integration_s = {40e-9, 128e-9, 256e-9};
  result.energy_j = {1e-12, 2e-12, 4e-12};
  result.time_s = {0, 200e-9, 300e-9};
  result.area_um2 = {10, 20, 40};
  return result;
}

PeripheryParameters asking(const std::string& model, std::int64_t bits, std::int64_t share = 1) {
  PeripheryParameters parameters;
  parameters.adc_model = model;
  parameters.adc_bits = bits;
  parameters.adc_columns_per_converter = share;
  return parameters;
}

Technology fitted(const PeripheryParameters& parameters, const std::string& node = "90nm") {
  Technology technology = unit::technology_of_node(node);
  fit_converters(parameters, technology);
  return technology;
}

TEST(ConverterModel, RampDoublesEnergyAndTimePerBit) {
  const auto model = make_converter_model("ramp");
  const ConverterCost eight = model->cost(site(90, 1.2), 8);
  EXPECT_DOUBLE_EQ(eight.energy_j.base, 2e-12);
  EXPECT_DOUBLE_EQ(eight.time_s.base, 200e-9);
  EXPECT_DOUBLE_EQ(eight.area_um2.base, 20);
  const ConverterCost ten = model->cost(site(90, 1.2), 10);
  EXPECT_DOUBLE_EQ(ten.energy_j.base, 8e-12);
  EXPECT_DOUBLE_EQ(ten.time_s.base, 800e-9);
  EXPECT_DOUBLE_EQ(ten.time_s.low, 0);
  EXPECT_DOUBLE_EQ(ten.energy_j.high, 16e-12);
  EXPECT_DOUBLE_EQ(ten.area_um2.base, 20 * (1 + 1.25) / 2);
}

TEST(ConverterModel, SarIsMurmannsRegressionAndIsaacsTime) {
  const auto model = make_converter_model("sar");
  EXPECT_NEAR(model->cost(site(14, 0.8), 8).energy_j.base, 0.36e-12, 1e-18);
  EXPECT_NEAR(model->cost(site(32, 0.9), 8).energy_j.base, 1.71e-12, 1e-18);
  EXPECT_NEAR(model->cost(site(65, 1.0), 8).energy_j.base, 6.5e-12, 1e-18);
  EXPECT_NEAR(model->cost(site(90, 1.2), 8).energy_j.base, 12e-12, 1e-18);
  EXPECT_NEAR(model->cost(site(90, 1.2), 9).energy_j.base, 24e-12, 1e-18);
  // Between two nodes a power law: 1.71 x (45/32)^1.884.
  EXPECT_NEAR(model->cost(site(45, 1.0), 8).energy_j.base, 3.25e-12, 0.01e-12);
  const ConverterCost isaac = model->cost(site(32, 0.9), 8);
  EXPECT_NEAR(isaac.time_s.base, 1 / 1.28e9, 1e-18);
  EXPECT_DOUBLE_EQ(isaac.area_um2.base, 1200);
  EXPECT_NEAR(model->cost(site(32, 0.9), 12).time_s.base, 1.5 / 1.28e9, 1e-18);
  EXPECT_NEAR(model->cost(site(64, 0.9), 8).time_s.base, 2 / 1.28e9, 1e-18);
  EXPECT_DOUBLE_EQ(model->cost(site(64, 0.9), 8).area_um2.base, 4800);
}

TEST(ConverterModel, OscillatorTakesTheTimeItsCountsDoNotFitIn) {
  const auto model = make_converter_model("cco");
  const ConverterCost eight = model->cost(site(14, 0.8), 8);  // 256 x 300 ps = 76.8 ns, within 128 ns
  EXPECT_EQ(eight.time_s.base, 0);
  EXPECT_EQ(eight.time_s.low, 0);
  EXPECT_NEAR(eight.time_s.high, 36.8e-9, 1e-15);  // beyond the shortest integration
  EXPECT_NEAR(eight.energy_j.base, 0.25 * 131072 / 10.5e12 / 256, 1e-18);
  const ConverterCost nine = model->cost(site(14, 0.8), 9);
  EXPECT_NEAR(nine.time_s.base, 25.6e-9, 1e-15);
  EXPECT_DOUBLE_EQ(nine.energy_j.base, 2 * eight.energy_j.base);
  // Twice the length at 1.5 times the supply.
  const ConverterCost larger = model->cost(site(28, 1.2), 8);
  EXPECT_DOUBLE_EQ(larger.energy_j.base, 4.5 * eight.energy_j.base);
  EXPECT_DOUBLE_EQ(larger.area_um2.base, 4 * eight.area_um2.base);
  EXPECT_NEAR(larger.time_s.base, 2 * 76.8e-9 - 128e-9, 1e-15);
}

TEST(ConverterModel, RangesHoldTheirBase) {
  for (const char* name : {"function-mapping", "ramp", "sar", "cco"}) {
    for (const char* node : {"14nm", "45nm", "90nm"}) {
      for (const std::int64_t bits : {4, 8, 9, 12}) {
        const Technology technology = fitted(asking(name, bits), node);
        for (const foundation::TechnologyField& field : foundation::technology_fields()) {
          const foundation::Quantity& quantity = technology.*field.member;
          EXPECT_LE(quantity.low, quantity.base) << name << " " << node << " " << field.name;
          EXPECT_LE(quantity.base, quantity.high) << name << " " << node << " " << field.name;
        }
      }
    }
  }
}

TEST(FitConverters, ByDefaultTheTechnologyStaysAsItIs) {
  const Technology plain = unit::technology_of_node("90nm");
  const Technology same = fitted(PeripheryParameters{});
  for (const foundation::TechnologyField& field : foundation::technology_fields()) {
    EXPECT_EQ((same.*field.member).base, (plain.*field.member).base) << field.name;
    EXPECT_EQ((same.*field.member).note, (plain.*field.member).note) << field.name;
    EXPECT_EQ((same.*field.member).mark, (plain.*field.member).mark) << field.name;
  }
}

TEST(FitConverters, SharedConvertersTakeTurnsAndLessArea) {
  const Technology plain = unit::technology_of_node("90nm");
  for (const std::int64_t share : {2, 4, 8}) {
    const auto n = static_cast<double>(share);
    const Technology shared = fitted(asking("function-mapping", 9, share));
    EXPECT_DOUBLE_EQ(shared.t_conv.base, n * plain.t_conv.base);
    EXPECT_DOUBLE_EQ(shared.t_conv.high, n * plain.t_conv.high);
    EXPECT_DOUBLE_EQ(shared.a_neu.base, plain.a_neu.base * (0.5 + 0.5 / n));
    EXPECT_DOUBLE_EQ(shared.a_neu.low, plain.a_neu.low * (0.5 + 0.5 / n));
    EXPECT_EQ(shared.e_adc.base, plain.e_adc.base) << "as many conversions, each as dear";
    EXPECT_EQ(shared.e_adc.mark, plain.e_adc.mark);
    EXPECT_EQ(shared.t_conv.note,
              plain.t_conv.note + "; " + std::to_string(share) + " lines take turns at a converter");
  }
}

TEST(FitConverters, ModelsReplaceTheConverterAndNothingElse) {
  const Technology plain = unit::technology_of_node("90nm");
  const Technology sar = fitted(asking("sar", 8, 4));
  EXPECT_NEAR(sar.e_adc.base, 12e-12, 1e-18);
  EXPECT_NEAR(sar.t_conv.base, 4 * 90.0 / 32 / 1.28e9, 1e-18);
  EXPECT_NEAR(sar.a_neu.base, 750 + 1200 * (90.0 / 32) * (90.0 / 32) / 4, 1e-9);
  EXPECT_EQ(sar.e_adc.mark, foundation::Mark::derived);
  EXPECT_EQ(sar.e_adc.note.rfind("adc.model sar, 8 bits: Murmann", 0), 0U) << sar.e_adc.note;
  EXPECT_EQ(sar.e_adc.note.find("Giordano"), std::string::npos) << "no source of its value any more";
  for (const foundation::TechnologyField& field : foundation::technology_fields()) {
    if (field.name == "e_adc" || field.name == "t_conv" || field.name == "a_neu") continue;
    EXPECT_EQ((sar.*field.member).base, (plain.*field.member).base) << field.name;
  }
}

TEST(FitConverters, AModelThatScalesMustKnowTheNode) {
  Technology technology = unit::technology_of_node("90nm");
  technology.name = "mine";
  technology.feature_nm = 0;
  EXPECT_NO_THROW(fit_converters(asking("ramp", 9), technology));
  try {
    fit_converters(asking("sar", 9), technology);
    ADD_FAILURE() << "taken";
  } catch (const foundation::InputError& error) {
    EXPECT_STREQ(
        error.what(),
        "adc.model = sar scales with the node: technology 'mine' must say it, as in feature_nm = 45");
  }
  EXPECT_THROW(make_converter_model("flash"), foundation::InputError);
}

}  // namespace
}  // namespace kirchhoff::periphery
