#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "foundation/random.h"
#include "testbenches/unit/data_files.h"
#include "testbenches/unit/statistics.h"
#include "tiles/capacitor_cell.h"
#include "tiles/step_response.h"

namespace {

using namespace kirchhoff;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using tiles::CapacitorParameters;
using tiles::MeasuredDevice;
using tiles::SimulatedMeasurement;
using tiles::StepResponse;
using tiles::StepResponseFit;

CapacitorParameters perfect_capacitor() {
  CapacitorParameters c;
  c.step_spread = c.mismatch = c.step_slope = c.cycle_noise = 0;
  return c;
}

/// What is said about the table, one line or more.
std::string complaint(const std::string& text) {
  try {
    tiles::parse_step_response(text, "my.csv");
  } catch (const foundation::InputError& error) {
    return error.what();
  }
  return "";
}

/// A device of this response, from the closed form or any other function of the pulse number.
template <class Up, class Down>
StepResponse table_of(std::int64_t pulses, const Up& up, const Down& down) {
  MeasuredDevice device;
  for (std::int64_t n = 0; n <= pulses; ++n) {
    for (auto* curve : {&device.up, &device.down}) {
      curve->pulses.push_back(n);
      curve->g_us.push_back(curve == &device.up ? up(static_cast<double>(n)) : down(static_cast<double>(n)));
    }
  }
  return {"made", {device}};
}

TEST(StepResponse, ClosedFormIsWhatPulsesDo) {
  for (const double slope : {0.0, 1e-9, 1e-5, 0.05, 0.5, 0.9}) {
    double q = -8;
    for (int n = 0; n <= 500; ++n) {
      ASSERT_NEAR(tiles::charge_after(-8, 0.032, slope / 8, n), q, 1e-11) << slope << " " << n;
      q += 0.032 * (1 - slope / 8 * q);
    }
    auto parameters = perfect_capacitor();
    parameters.step_slope = slope;
    const tiles::CapacitorCell cell(parameters);
    float up = -4;
    float down = 4;
    for (int n = 0; n < 100; ++n) {
      up = cell.pulse(up, 0.032F, 0);
      down = cell.pulse(down, -0.032F, 0);
    }
    EXPECT_NEAR(tiles::charge_after(-4, 0.032, slope / 8, 100), up, 1e-4);
    EXPECT_NEAR(-tiles::charge_after(-4, 0.032, slope / 8, 100), down, 1e-4);
  }
}

TEST(StepResponse, ReadsOneDevice) {
  const auto response = tiles::parse_step_response(
      "\xEF\xBB\xBF# a lab\r\n\r\npulse, up_us, down_us\r\n0,4,20\r\n1,4.5,19.5\r\n# pause\r\n10,\t8.25e0 "
      ",\r\n"
      "11,8.5,12\r\n",
      "my.csv");
  ASSERT_EQ(response.devices.size(), 1U);
  const MeasuredDevice& device = response.devices[0];
  EXPECT_EQ(device.name, "");
  EXPECT_EQ(device.line, 4);
  EXPECT_THAT(device.up.pulses, ElementsAre(0, 1, 10, 11));
  EXPECT_THAT(device.up.g_us, ElementsAre(4, 4.5, 8.25, 8.5));
  EXPECT_THAT(device.down.pulses, ElementsAre(0, 1, 11));
  EXPECT_THAT(device.down.g_us, ElementsAre(20, 19.5, 12));
}

TEST(StepResponse, ReadsSeveralDevicesMixed) {
  const auto response = tiles::parse_step_response(
      "down_us,device,up_us,pulse\n9,b 2,1,0\n19,\u00E9,11,0\n8,b 2,2,1\n18,\u00E9,12,5\n7,b "
      "2,3,2\n17,\u00E9,13,6",
      "my.csv");
  ASSERT_EQ(response.devices.size(), 2U);
  EXPECT_EQ(response.devices[0].name, "b 2");
  EXPECT_EQ(response.devices[1].name, "\u00E9");
  EXPECT_EQ(response.devices[1].line, 3);
  EXPECT_THAT(response.devices[0].down.g_us, ElementsAre(9, 8, 7));
  EXPECT_THAT(response.devices[1].up.pulses, ElementsAre(0, 5, 6));
}

TEST(StepResponse, ATableReadsBackAsItWasWritten) {
  SimulatedMeasurement measurement;
  measurement.devices = 3;
  measurement.stride = 7;
  const auto before = simulate_step_response({}, measurement);
  const std::string text = to_csv(before, "two\nlines");
  EXPECT_THAT(text, StartsWith("# two\n# lines\ndevice,pulse,up_us,down_us\nd1,0,4.0000,"));
  const auto after = tiles::parse_step_response(text, "my.csv");
  EXPECT_EQ(to_csv(after, "two\nlines"), text);
  ASSERT_EQ(after.devices.size(), 3U);
  EXPECT_EQ(after.devices[2].up.pulses, before.devices[2].up.pulses);
}

TEST(StepResponse, EmptyFiles) {
  EXPECT_EQ(complaint(""), "my.csv: is empty, but must start with the header 'pulse,up_us,down_us'");
  EXPECT_EQ(complaint("\xEF\xBB\xBF\r\n# nothing\r\n"),
            "my.csv: is empty, but must start with the header 'pulse,up_us,down_us'");
  EXPECT_EQ(complaint("pulse,up_us,down_us\n"),
            "my.csv: has a header, but no rows; a fit needs at least 3 for each device");
}

TEST(StepResponse, TooFewRows) {
  EXPECT_EQ(complaint("pulse,up_us,down_us\n0,4,20\n"),
            "my.csv:2: up_us has 1 value, but a fit needs at least 3\n"
            "my.csv:2: down_us has 1 value, but a fit needs at least 3");
  EXPECT_EQ(complaint("device,pulse,up_us,down_us\na,0,4,20\na,1,5,19\na,2,6,\n"),
            "my.csv:2: device 'a': down_us has 2 values, but a fit needs at least 3");
  EXPECT_EQ(complaint("pulse,up_us,down_us\n0,4,\n1,5,\n2,6,\n"),
            "my.csv:2: down_us has 0 values, but a fit needs at least 3");
}

TEST(StepResponse, RefusesOtherHeaders) {
  const std::string rest = " (the header is 'pulse,up_us,down_us', and may name device)";
  EXPECT_EQ(complaint("0,4,20\n1,5,19\n"),
            "my.csv:1: unknown column '0'" + rest + "\nmy.csv:1: unknown column '4'" + rest +
                "\nmy.csv:1: unknown column '20'" + rest + "\nmy.csv:1: the header lacks column 'pulse'" +
                rest + "\nmy.csv:1: the header lacks column 'up_us'" + rest +
                "\nmy.csv:1: the header lacks column 'down_us'" + rest);
  EXPECT_EQ(complaint("pulse,up_uS,down_us\n"), "my.csv:1: unknown column 'up_uS'; did you mean 'up_us'?" +
                                                    rest + "\nmy.csv:1: the header lacks column 'up_us'" +
                                                    rest);
  EXPECT_EQ(complaint("pulse,up_us,down_us,up_us\n"), "my.csv:1: column 'up_us' is named twice" + rest);
  EXPECT_EQ(complaint("pulse\tup_us\tdown_us\n"),
            "my.csv:1: header 'pulse\\tup_us\\tdown_us' is one field; fields are separated by commas" + rest);
}

TEST(StepResponse, RefusesWhatIsNoNumber) {
  const std::string header = "pulse,up_us,down_us\n";
  for (const std::string value :
       {"4.x", "four", "nan", "inf", "-inf", "1e999", "0x4", "+4", "4 uS", "4.5.6", "\"4\"", "."}) {
    EXPECT_EQ(complaint(header + "0," + value + ",20\n"),
              "my.csv:2: up_us is '" + value + "', but must be a number, e.g. 12.5");
  }
  for (const std::string value :
       {"-1", "1.0", "1e1", "+1", "", "one", "1000000001", "99999999999999999999"}) {
    EXPECT_EQ(complaint(header + value + ",4,20\n"),
              "my.csv:2: pulse is '" + value + "', but must be a whole number within 0 .. 1000000000");
  }
  EXPECT_EQ(complaint(header + "0,4,5,20\n"),
            "my.csv:2: the row has 4 fields, but needs 3 (pulse,up_us,down_us)");
}

TEST(StepResponse, RefusesValuesOutOfRange) {
  EXPECT_EQ(complaint("pulse,up_us,down_us\n0,-0.5,200.5\n1,,\n"),
            "my.csv:2: up_us is -0.5, but must be within 0 .. 200 uS\n"
            "my.csv:2: down_us is 200.5, but must be within 0 .. 200 uS\n"
            "my.csv:3: neither up_us nor down_us is given, but one must be");
}

TEST(StepResponse, PulsesMustGrow) {
  EXPECT_EQ(complaint("pulse,up_us,down_us\n0,4,20\n2,5,19\n2,6,18\n1,7,17\n"),
            "my.csv:4: pulse is 2, but must be above the 2 of line 3\n"
            "my.csv:5: pulse is 1, but must be above the 2 of line 3");
  EXPECT_EQ(complaint("device,pulse,up_us,down_us\na,0,4,20\nb,0,4,20\na,0,5,19\n,1,5,19\n"),
            "my.csv:4: device 'a': pulse is 0, but must be above the 0 of line 2\n"
            "my.csv:5: device is empty, but must be a name");
}

TEST(StepResponse, CurvesMustFollowTheirPulses) {
  EXPECT_EQ(
      complaint("pulse,up_us,down_us\n0,20,4\n1,19,5\n2,18,6.5\n"),
      "my.csv:2: up_us falls with the pulses (20 to 18 uS), but up pulses raise the conductance; are the "
      "columns exchanged?\n"
      "my.csv:2: down_us rises with the pulses (4 to 6.5 uS), but down pulses lower the conductance; are the "
      "columns exchanged?");
  EXPECT_EQ(complaint("device,pulse,up_us,down_us\na,0,4,20\na,1,4,19\na,2,4,18\n"),
            "my.csv:2: device 'a': up_us does not move with the pulses (4 to 4 uS)");
}

TEST(StepResponse, TellsTwentyProblemsAndCountsTheRest) {
  std::string text = "pulse,up_us,down_us\n";
  for (int i = 0; i < 21; ++i) text += std::to_string(i) + ",x,20\n";
  const std::string told = complaint(text);
  EXPECT_THAT(told, HasSubstr("my.csv:21: up_us is 'x'"));
  EXPECT_TRUE(told.ends_with("\nmy.csv: and 1 more problem")) << told;
}

TEST(StepResponse, HundredThousandRowsAtOnce) {
  std::string text = "pulse,up_us,down_us\n";
  for (int i = 0; i < 100'000; ++i) {
    text +=
        std::to_string(i) + "," + std::to_string(4 + 16e-5 * i) + "," + std::to_string(20 - 16e-5 * i) + "\n";
  }
  // Quadratic work would run into the test's time-out.
  const auto fit = fit_step_response(tiles::parse_step_response(text, "my.csv"));
  EXPECT_EQ(fit.readings, 200'000U);
  EXPECT_NEAR(fit.dg_us, 16e-5, 1e-9);
}

class StepResponseFile : public unit::FolderTest {};

TEST_F(StepResponseFile, FilesThatCannotBeRead) {
  EXPECT_EQ(unit::input_error([&] { tiles::read_step_response((folder_ / "none").string()); }),
            "cannot read " + quoted("none") + ": No such file or directory");
  EXPECT_EQ(unit::input_error([&] { tiles::read_step_response(folder_.string()); }),
            "cannot read '" + folder_.string() + "': it is a folder");
}

/// Without noise everything comes back, to the resolution of the cell's float32 and of whole steps.
TEST(StepResponseFit, PerfectDevicesComeBackExactly) {
  for (const double slope : {0.01, 0.05, 0.3, 0.9}) {
    for (const std::int64_t stride : {1, 10}) {
      for (const std::int64_t pulses : {400, 900}) {  // short of the end of the range; beyond it
        auto parameters = perfect_capacitor();
        parameters.step_slope = slope;
        SimulatedMeasurement measurement;
        measurement.pulses = pulses;
        measurement.stride = stride;
        const auto fit = fit_step_response(simulate_step_response(parameters, measurement));
        const std::string where =
            std::to_string(slope) + " " + std::to_string(stride) + " " + std::to_string(pulses);
        // Half a range has another middle: it is not quite what the model can be.
        EXPECT_LT(fit.rms_percent, pulses == 900 ? 0.01 : slope) << where;
        EXPECT_THAT(fit.verdict, IsEmpty()) << where;
        EXPECT_FALSE(fit.has_spread);
        EXPECT_EQ(fit.has_cycle_noise, stride == 1) << where;
        EXPECT_EQ(fit.capacitor.decay_tau_ms, 100);
        EXPECT_NEAR(fit.capacitor.g_min_us, 4, 1e-4) << where;
        if (pulses == 900) {
          EXPECT_LT(stride == 1 ? fit.capacitor.cycle_noise : 0, 1e-3) << where;
          EXPECT_NEAR(fit.capacitor.g_max_us, 20, 1e-4) << where;
          EXPECT_NEAR(fit.capacitor.g_ref_us, 12, 1e-4) << where;
          EXPECT_NEAR(fit.capacitor.step_slope, slope, 2e-3) << where;
          EXPECT_NEAR(fit.dg_us, 0.032, 1e-5) << where;
          EXPECT_NEAR(static_cast<double>(fit.capacitor.steps), 500, 1) << where;
        }
      }
    }
  }
}

/// Devices as the model makes them: every parameter within its standard error (false alarm 1e-5 each).
TEST(StepResponseFit, ParametersComeBackWithinTheirErrors) {
  CapacitorParameters truth;
  truth.step_slope = 0.2;
  SimulatedMeasurement measurement;
  measurement.devices = 60;
  measurement.pulses = 800;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    for (const double read_noise : {0.0, 0.02}) {
      measurement.seed = seed;
      measurement.read_noise_us = read_noise;
      const auto fit = fit_step_response(simulate_step_response(truth, measurement));
      const auto& c = fit.capacitor;
      const double k = unit::alarm_sigma;
      const std::string where = "seed " + std::to_string(seed) + ", read noise " + std::to_string(read_noise);
      EXPECT_NEAR(c.g_min_us, 4, 0.02) << where;
      EXPECT_NEAR(c.g_max_us, 20, 0.02) << where;
      EXPECT_NEAR(fit.dg_us, truth.dg_us(), k * fit.dg_error_us) << where;
      EXPECT_NEAR(c.step_slope, 0.2, k * fit.step_slope_error) << where;
      EXPECT_NEAR(c.step_spread, 0.10, k * fit.step_spread_error) << where;
      EXPECT_NEAR(c.mismatch, 0.06, k * fit.mismatch_error) << where;
      EXPECT_NEAR(c.cycle_noise, 0.30, k * fit.cycle_noise_error) << where;
      EXPECT_NEAR(fit.read_noise_us, read_noise, 0.002) << where;
      EXPECT_NEAR(fit.mean_asymmetry, 0, k * 0.06 / std::sqrt(60.0)) << where;
      EXPECT_LT(fit.dg_error_us / fit.dg_us, 0.02) << where;
      EXPECT_LT(fit.step_slope_error, 0.02) << where;
      EXPECT_LT(fit.cycle_noise_error, 0.02) << where;
      EXPECT_LT(fit.rms_percent, 2) << where;
      EXPECT_GE(fit.worst_percent, fit.rms_percent);
      EXPECT_THAT(fit.verdict, IsEmpty()) << where;
    }
  }
}

/// The stated error of the slope is that which repeated measurements show.
TEST(StepResponseFit, StatedErrorOfTheSlopeIsTrue) {
  CapacitorParameters truth;
  truth.step_slope = 0.3;
  SimulatedMeasurement measurement;
  measurement.devices = 4;
  measurement.pulses = 700;
  unit::Sample slope;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    measurement.seed = seed;
    const auto fit = fit_step_response(simulate_step_response(truth, measurement));
    slope.add((fit.capacitor.step_slope - 0.3) / fit.step_slope_error);
  }
  EXPECT_NEAR(slope.deviation(), 1, unit::alarm_sigma * slope.deviation_error());
  EXPECT_NEAR(slope.mean(), 0, unit::alarm_sigma * slope.standard_error());
}

TEST(StepResponseFit, OneDeviceTellsNothingOfSpread) {
  CapacitorParameters base;
  base.step_spread = 0.17;
  base.mismatch = 0.11;
  const auto fit = fit_step_response(tiles::simulate_step_response({}, {}), base);
  EXPECT_FALSE(fit.has_spread);
  EXPECT_EQ(fit.capacitor.step_spread, 0.17);
  EXPECT_EQ(fit.capacitor.mismatch, 0.11);
  EXPECT_TRUE(fit.has_cycle_noise);
  EXPECT_NEAR(fit.capacitor.cycle_noise, 0.3, unit::alarm_sigma * fit.cycle_noise_error);
}

TEST(StepResponseFit, MeanAsymmetryIsToldAndKept) {
  StepResponse response{"made", {}};
  for (int i = 0; i < 3; ++i) {
    const double up = 0.032 * 1.1;
    const double down = 0.032 * 0.9;
    auto device = table_of(
        400, [&](double n) { return 4 + up * n; }, [&](double n) { return 20 - down * n; });
    device.devices[0].name = "d" + std::to_string(i);
    response.devices.push_back(device.devices[0]);
  }
  const auto fit = fit_step_response(response);
  EXPECT_NEAR(fit.mean_asymmetry, 0.1, 1e-6);
  EXPECT_NEAR(fit.capacitor.mismatch, 0.1, 1e-6);
  EXPECT_NEAR(fit.capacitor.step_spread, 0, 1e-6);
  EXPECT_THAT(
      fit.verdict,
      ElementsAre("up steps differ from down steps by 10 % of their mean in all devices alike, but the "
                  "model's mismatch is zero on average: it is part of capacitor.mismatch"));
}

TEST(StepResponseFit, SaysWhatTheModelCannotFollow) {
  // A switch: nothing, then everything.
  const auto jump = fit_step_response(table_of(
      100, [](double n) { return n < 50 ? 4 + 0.01 * n : 20 + 0.01 * n; },
      [](double n) { return n < 50 ? 20 - 0.01 * n : 4 - 0.01 * n; }));
  ASSERT_FALSE(jump.verdict.empty());
  EXPECT_GT(jump.rms_percent, 5);
  EXPECT_THAT(jump.verdict.front(), StartsWith("the fitted curves miss the readings by "));
  EXPECT_THAT(jump.verdict.front(), HasSubstr("at up, pulse "));
  // Steps that grow.
  const auto growing = [](double n) { return 16 * (std::exp(n / 100) - 1) / (std::exp(1.0) - 1); };
  const auto grows = fit_step_response(table_of(
      100, [&](double n) { return 4 + growing(n); }, [&](double n) { return 20 - growing(n); }));
  EXPECT_EQ(grows.capacitor.step_slope, 0);
  ASSERT_FALSE(grows.verdict.empty());
  EXPECT_THAT(grows.verdict.front(), StartsWith("steps grow along the range (slope -0.46"));
  // Few and large steps.
  const auto coarse = fit_step_response(table_of(
      3, [](double n) { return 4 + 5 * n; }, [](double n) { return 19 - 5 * n; }));
  EXPECT_THAT(coarse.verdict, ElementsAre("capacitor.steps would be 3, but must be within 8 .. 100000"));
  EXPECT_EQ(coarse.capacitor.steps, 8);
  // Soft, but beyond the largest slope.
  const auto soft = [](double n) { return 16 * (1 - std::exp(-n / 20)); };
  const auto shrinks = fit_step_response(table_of(
      200, [&](double n) { return 4 + soft(n); }, [&](double n) { return 20 - soft(n); }));
  ASSERT_FALSE(shrinks.verdict.empty());
  EXPECT_THAT(shrinks.verdict.front(),
              StartsWith("steps shrink along the range by more (slope 0.99 or above) than"));
  EXPECT_EQ(shrinks.capacitor.step_slope, 0.9);
}

TEST(StepResponseFit, WildDataNeverBreakIt) {
  foundation::RandomSequence random(foundation::RandomStream(5, foundation::Purpose::data_set), 0);
  for (int round = 0; round < 300; ++round) {
    StepResponse response{"wild", {}};
    const std::size_t count = 3 + random.below(60);
    MeasuredDevice device;
    double up = 0;
    double down = 200;
    std::int64_t pulse = 0;
    const double size = std::pow(10.0, -static_cast<double>(random.below(8)));
    for (std::size_t i = 0; i < count; ++i) {
      pulse += 1 + random.below(random.below(2) == 0 ? 1 : 100000);
      up = std::min(up + size * random.uniform() * random.uniform(), 200.0);
      down = std::max(down - size * (random.below(3) == 0 ? 3 : 0), 0.0);
      device.up.pulses.push_back(pulse);
      device.down.pulses.push_back(pulse);
      device.up.g_us.push_back(up);
      device.down.g_us.push_back(down);
    }
    response.devices = {device};
    try {
      const auto fit = fit_step_response(response);
      const auto& c = fit.capacitor;
      for (const double value : {c.g_min_us, c.g_max_us, c.g_ref_us, c.step_slope, c.cycle_noise, fit.dg_us,
                                 fit.rms_us, fit.worst_us, fit.step_slope_error, fit.dg_error_us}) {
        ASSERT_TRUE(std::isfinite(value)) << round;
      }
      ASSERT_LT(c.g_min_us, c.g_max_us) << round;
      ASSERT_GE(c.steps, 8);
      ASSERT_LE(c.steps, 100000);
    } catch (const foundation::InputError& error) {
      ASSERT_THAT(error.what(), HasSubstr("does not move")) << round;
    }
  }
}

/// The example that comes with Kirchhoff is what its comment says.
TEST(StepResponseFit, ExampleFile) {
  CapacitorParameters truth;
  truth.steps = 128;
  truth.step_slope = 0.15;
  truth.cycle_noise = 0.2;
  SimulatedMeasurement measurement;
  measurement.devices = 6;
  measurement.pulses = 176;
  measurement.read_noise_us = 0.01;
  measurement.seed = 2018;
  const auto path = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path() / "model" /
                    "presets" / "devices" / "example-3t1c.csv";
  const auto example = tiles::read_step_response(path.string());
  EXPECT_EQ(to_csv(example, ""), to_csv(simulate_step_response(truth, measurement), ""));
  const auto fit = fit_step_response(example);
  EXPECT_THAT(fit.verdict, IsEmpty());
  EXPECT_NEAR(fit.dg_us, truth.dg_us(), unit::alarm_sigma * fit.dg_error_us);
  EXPECT_NEAR(fit.capacitor.step_slope, 0.15, unit::alarm_sigma * fit.step_slope_error);
  EXPECT_NEAR(fit.capacitor.cycle_noise, 0.2, unit::alarm_sigma * fit.cycle_noise_error);
  EXPECT_LT(fit.rms_percent, 2);
}

TEST(StepResponseFit, SameBitsEveryTime) {
  SimulatedMeasurement measurement;
  measurement.devices = 3;
  const auto response = simulate_step_response({}, measurement);
  const auto a = fit_step_response(response);
  const auto b = fit_step_response(response);
  EXPECT_EQ(a.capacitor.step_slope, b.capacitor.step_slope);
  EXPECT_EQ(a.rms_us, b.rms_us);
  EXPECT_EQ(a.dg_us, b.dg_us);
}

}  // namespace
