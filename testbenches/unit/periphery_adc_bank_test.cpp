#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "foundation/math.h"
#include "foundation/random.h"
#include "periphery/adc_bank.h"
#include "testbenches/unit/statistics.h"

namespace {

using namespace kirchhoff;
using foundation::Purpose;
using foundation::RandomStream;
using periphery::Adc;
using periphery::AdcBank;
using periphery::AdcSpread;

AdcSpread spread_of(double gain_error, double offset_lsb, double inl_lsb) {
  AdcSpread spread;
  spread.gain_error = gain_error;
  spread.offset_lsb = offset_lsb;
  spread.inl_lsb = inl_lsb;
  return spread;
}

/// The header's formulas in double.
class Reference {
 public:
  Reference(const Adc& adc, const AdcBank::Errors& errors)
      : errors_(errors), half_((adc.high_code - adc.low_code - 1) / 2.0) {}

  [[nodiscard]] double line(double v_lsb) const {
    return static_cast<double>(errors_.gain) * v_lsb + static_cast<double>(errors_.offset_lsb);
  }
  [[nodiscard]] double bow(double u) const {
    const double t = std::clamp((u + 0.5) / half_, -1.0, 1.0);
    return (static_cast<double>(errors_.second_lsb) + static_cast<double>(errors_.third_lsb) * t) *
           (1 - t * t);
  }
  [[nodiscard]] double largest_bow() const {
    double largest = 0;
    for (int i = -1000; i <= 1000; ++i) {
      largest = std::max(largest, std::fabs(bow(half_ * i / 1000 - 0.5)));
    }
    return largest;
  }

 private:
  AdcBank::Errors errors_;
  double half_;
};

/// One value for all converters of a bank; lsb is 1 in these tests.
std::vector<std::int16_t> codes_of(const AdcBank& bank, float value, std::size_t* overloads = nullptr) {
  const std::vector<float> values(bank.count(), value);
  std::vector<std::int16_t> codes(bank.count());
  const std::size_t clipped = bank.convert(values, 1.0F, codes);
  if (overloads != nullptr) {
    *overloads += clipped;
  }
  return codes;
}

TEST(AdcBank, WithoutErrorsTheBitsOfAnAdc) {
  foundation::RandomSequence random{RandomStream{21, Purpose::data_set}, 0};
  for (const std::int64_t bits : {3, 9, 15}) {
    const Adc adc{bits, 0.5 + 10 * random.uniform()};
    const RandomStream stream{1, Purpose::column_adcs, 3};
    const AdcBank ideal{adc, 131, {}, stream};
    // Too small to matter, but through the kernel with errors.
    const AdcBank nearly{adc, 131, spread_of(0, 0, 1e-30), stream};
    EXPECT_TRUE(ideal.ideal());
    EXPECT_FALSE(nearly.ideal());
    for (int round = 0; round < 200; ++round) {
      const std::size_t count = 1 + random.below(131);
      std::vector<float> values(count);
      for (float& value : values) {
        const double code = 1.3 * (2 * random.uniform() - 1) * adc.high_code;
        // Every other one half-way between two codes.
        const double wanted = random.below(2) == 0 ? code : std::floor(code) + 0.5;
        value = static_cast<float>(wanted) * adc.lsb;
      }
      std::vector<std::int16_t> expected(count);
      std::vector<std::int16_t> codes(count);
      const std::size_t overloads = adc.convert(values, 1.0F, expected);
      for (const AdcBank* bank : {&ideal, &nearly}) {
        std::fill(codes.begin(), codes.end(), std::int16_t{0});
        ASSERT_EQ(bank->convert(values, 1.0F, codes), overloads);
        ASSERT_EQ(codes, expected);
      }
    }
  }
}

TEST(AdcBank, CodesFollowTheFormula) {
  foundation::RandomSequence random{RandomStream{22, Purpose::data_set}, 0};
  for (const std::int64_t bits : {5, 9, 12}) {
    const Adc adc{bits, 6};
    const AdcBank bank{adc, 50, spread_of(0.05, 1.5, 2), RandomStream{2, Purpose::row_adcs, 7}};
    std::vector<float> values(bank.count());
    std::vector<std::int16_t> codes(bank.count());
    for (int round = 0; round < 500; ++round) {
      for (float& value : values) {
        value = static_cast<float>(255 * 6 * 1.2 * (2 * random.uniform() - 1));
      }
      bank.convert(values, 1.0F / 255.0F, codes);
      for (std::size_t j = 0; j < bank.count(); ++j) {
        const Reference reference{adc, bank.errors(j)};
        const double u = reference.line(static_cast<double>(values[j]) / 255 / static_cast<double>(adc.lsb));
        const double exact = std::clamp(u + reference.bow(u), static_cast<double>(adc.low_code),
                                        static_cast<double>(adc.high_code));
        ASSERT_LE(std::fabs(codes[j] - exact), 0.5 + 1e-6 * adc.high_code) << bits << " bits";
      }
    }
  }
}

/// A ramp's histogram gives the transition levels (IEEE Std 1241), and these gain, offset and INL as drawn.
TEST(AdcBank, RampRecoversGainOffsetAndInl) {
  const Adc adc{9, 256};
  const AdcBank bank{adc, 24, spread_of(0.03, 2, 3), RandomStream{3, Purpose::column_adcs, 1}};
  constexpr double kStep = 1.0 / 64;
  constexpr double kStart = -340;
  const auto codes = static_cast<std::size_t>(adc.high_code - adc.low_code + 1);
  std::vector<std::vector<double>> seen(bank.count(), std::vector<double>(codes));
  for (int i = 0; i < 680 * 64; ++i) {
    const auto now = codes_of(bank, static_cast<float>(kStart + kStep * i));
    for (std::size_t j = 0; j < bank.count(); ++j) {
      ++seen[j][static_cast<std::size_t>(now[j] - adc.low_code)];
    }
  }
  for (std::size_t j = 0; j < bank.count(); ++j) {
    std::vector<double> levels;  // of the transitions to low + 1, low + 2, ...
    double below = 0;
    for (std::size_t code = 0; code + 1 < codes; ++code) {
      below += seen[j][code];
      levels.push_back(kStart + kStep * (below - 0.5));
    }
    const double first = adc.low_code + 0.5;
    const double gain = static_cast<double>(codes - 2) / (levels.back() - levels.front());
    const double offset = first - gain * levels.front();
    const auto errors = bank.errors(j);
    // A level is known to half a step.
    EXPECT_NEAR(gain, static_cast<double>(errors.gain), 1.1 * kStep / 510);
    EXPECT_NEAR(offset, static_cast<double>(errors.offset_lsb), kStep);
    const Reference reference{adc, errors};
    double largest = 0;
    for (std::size_t k = 0; k < levels.size(); ++k) {
      const double ideal = first + static_cast<double>(k);
      const double inl = ideal - (gain * levels[k] + offset);
      largest = std::max(largest, std::fabs(inl));
      ASSERT_NEAR(inl, reference.bow(reference.line(levels[k])), 1.5 * kStep) << "transition " << k;
    }
    EXPECT_NEAR(largest, reference.largest_bow(), 1.5 * kStep);
    EXPECT_LE(largest, 3 + 1.5 * kStep);
  }
}

/// Shape, mean and spread, 20,000 converters, false alarms below 1e-5 each (statistics.h).
TEST(AdcBank, DrawsAreDistributedAsStated) {
  const Adc adc{9, 256};
  const AdcBank bank{adc, 20000, spread_of(0.02, 1.5, 2), RandomStream{4, Purpose::column_adcs, 5}};
  std::vector<double> gains;
  std::vector<double> offsets;
  std::vector<double> peaks;
  std::vector<double> angles;
  unit::Sample product;
  for (std::size_t j = 0; j < bank.count(); ++j) {
    const auto errors = bank.errors(j);
    gains.push_back(static_cast<double>(errors.gain));
    offsets.push_back(static_cast<double>(errors.offset_lsb));
    product.add((gains.back() - 1) / 0.02 * offsets.back() / 1.5);
    const double peak = Reference{adc, errors}.largest_bow();
    ASSERT_LE(peak, 2 * (1 + 1e-6));
    peaks.push_back(foundation::normal_quantile(std::clamp(peak / 2, 1e-9, 1 - 1e-9)));
    const double angle = std::atan2(static_cast<double>(errors.third_lsb) * 2 / std::sqrt(27.0),
                                    static_cast<double>(errors.second_lsb));
    angles.push_back(foundation::normal_quantile(0.5 + angle / (2 * 3.14159265358979 * (1 + 1e-9))));
  }
  EXPECT_TRUE(unit::is_normal(gains, 1, 0.02));
  EXPECT_TRUE(unit::is_normal(offsets, 0, 1.5));
  EXPECT_TRUE(unit::is_normal(peaks, 0, 1)) << "largest INL is not uniform";
  EXPECT_TRUE(unit::is_normal(angles, 0, 1)) << "share of second and third order";
  EXPECT_NEAR(product.mean(), 0, unit::alarm_sigma * product.standard_error());
}

TEST(AdcBank, SameHardwareWhateverItIsSetTo) {
  const AdcSpread spread = spread_of(0.02, 1, 1);
  const AdcBank all{Adc{9, 6}, 131, spread, RandomStream{5, Purpose::column_adcs, 2}};
  const AdcBank some{Adc{9, 10}, 50, spread, RandomStream{5, Purpose::column_adcs, 2}};
  const std::array<RandomStream, 3> others{RandomStream{5, Purpose::column_adcs, 3},
                                           RandomStream{5, Purpose::row_adcs, 2},
                                           RandomStream{6, Purpose::column_adcs, 2}};
  for (std::size_t j = 0; j < some.count(); ++j) {
    EXPECT_EQ(all.errors(j), some.errors(j));
    for (const auto& other : others) {
      EXPECT_FALSE((AdcBank{Adc{9, 6}, 50, spread, other}.errors(j) == all.errors(j)));
    }
  }
}

TEST(AdcBank, GainStaysPositive) {
  const AdcBank bank{Adc{9, 6}, 20000, spread_of(1, 0, 0), RandomStream{6, Purpose::column_adcs}};
  std::size_t floored = 0;
  for (std::size_t j = 0; j < bank.count(); ++j) {
    ASSERT_GE(bank.errors(j).gain, 0.1F);
    floored += bank.errors(j).gain == 0.1F ? 1U : 0U;
  }
  const double p = unit::normal_distribution(-0.9);
  EXPECT_NEAR(static_cast<double>(floored), 20000 * p, unit::alarm_sigma * std::sqrt(20000 * p * (1 - p)));
}

/// Times a code went down on a ramp over the whole range.
std::size_t steps_back(std::int64_t bits, double inl_lsb) {
  const double full = std::ldexp(1.0, static_cast<int>(bits) - 1);
  const AdcBank bank{Adc{bits, full}, 200, spread_of(0.01, 0.5, inl_lsb), RandomStream{7, Purpose::row_adcs}};
  std::size_t back = 0;
  auto last = codes_of(bank, static_cast<float>(-2 * full));
  for (double value = -2 * full; value < 2 * full; value += 1.0 / 16) {
    auto now = codes_of(bank, static_cast<float>(value));
    for (std::size_t j = 0; j < now.size(); ++j) {
      back += now[j] < last[j] ? 1U : 0U;
    }
    last.swap(now);
  }
  return back;
}

TEST(AdcBank, MonotonicUpToTheStatedInl) {
  EXPECT_NEAR(periphery::largest_monotonic_inl_lsb(9), 255 / std::sqrt(27.0), 1e-9);
  for (const std::int64_t bits : {4, 6, 9}) {
    EXPECT_EQ(steps_back(bits, periphery::largest_monotonic_inl_lsb(bits)), 0U) << bits << " bits";
  }
  EXPECT_GT(steps_back(9, 2.5 * periphery::largest_monotonic_inl_lsb(9)), 0U);
}

TEST(AdcBank, OverloadsAreCountedWithTheErrors) {
  const Adc adc{9, 256};
  const AdcBank bank{adc, 1000, spread_of(0, 2, 4), RandomStream{8, Purpose::column_adcs}};
  std::size_t beyond_high = 0;
  std::size_t beyond_low = 0;
  for (std::size_t j = 0; j < bank.count(); ++j) {
    // Near the ends the bow is zero, so offset alone decides.
    beyond_high += bank.errors(j).offset_lsb >= 0.5F ? 1U : 0U;
    beyond_low += bank.errors(j).offset_lsb < -0.5F ? 1U : 0U;
  }
  std::size_t overloads = 0;
  codes_of(bank, 255.0F, &overloads);
  EXPECT_EQ(overloads, beyond_high);
  overloads = 0;
  codes_of(bank, -256.0F, &overloads);
  EXPECT_EQ(overloads, beyond_low);
  EXPECT_GT(beyond_high, 300U);
  EXPECT_GT(beyond_low, 300U);

  // However far: no bow brings an overload back into the range.
  for (const float value : {300.0F, 1e4F, 1e9F}) {
    overloads = 0;
    const auto high = codes_of(bank, value, &overloads);
    const auto low = codes_of(bank, -value, &overloads);
    EXPECT_EQ(overloads, 2000U);
    EXPECT_EQ(std::count(high.begin(), high.end(), 255), 1000);
    EXPECT_EQ(std::count(low.begin(), low.end(), -256), 1000);
  }
}

TEST(AdcBank, SpreadComesFromTheParameters) {
  periphery::PeripheryParameters parameters;
  EXPECT_TRUE(AdcSpread{parameters}.none());
  parameters.adc_gain_error = 0.01;
  parameters.adc_offset_lsb = 2;
  parameters.adc_inl_lsb = 3;
  const AdcSpread spread{parameters};
  EXPECT_FALSE(spread.none());
  EXPECT_EQ(spread.gain_error, 0.01);
  EXPECT_EQ(spread.offset_lsb, 2);
  EXPECT_EQ(spread.inl_lsb, 3);
}

std::vector<float> draw_normals(std::size_t count, std::uint64_t operation) {
  foundation::RandomSequence random{RandomStream{9, Purpose::forward_noise, 4}, operation};
  std::vector<float> normals(count);
  for (float& normal : normals) {
    normal = static_cast<float>(random.normal());
  }
  return normals;
}

TEST(InputNoise, FollowsTheFormula) {
  for (const std::size_t count : {1U, 7U, 16U, 50U, 131U}) {
    const auto normals = draw_normals(count, count);
    std::vector<float> variances(count);
    std::iota(variances.begin(), variances.end(), 0.0F);
    std::vector<float> values(count, 100.0F);
    std::vector<float> constant(count, 100.0F);
    periphery::add_input_noise(variances, 0.5F, 0.25F, normals, values);
    periphery::add_input_noise({}, 0.5F, 0.25F, normals, constant);
    for (std::size_t j = 0; j < count; ++j) {
      const auto normal = static_cast<double>(normals[j]);
      EXPECT_NEAR(static_cast<double>(values[j]), 100 + std::sqrt(static_cast<double>(j) + 0.25) * 4 * normal,
                  3e-5);
      EXPECT_NEAR(static_cast<double>(constant[j]), 100 + 2 * normal, 2e-5);
    }
  }
}

/// 40,000 reads of each of three columns, false alarms below 1e-5.
TEST(InputNoise, MeanAndVarianceByColumn) {
  constexpr std::size_t kReads = 40000;
  const std::array<float, 3> variances{0.0F, 0.02F, 0.3F};
  const auto normals = draw_normals(3 * kReads, 0);
  std::array<std::vector<double>, 3> noise;
  for (std::size_t read = 0; read < kReads; ++read) {
    std::array<float, 3> values{-5.0F, 0.0F, 40.0F};
    periphery::add_input_noise(variances, 0.1F, 1.0F / 255.0F, std::span{normals}.subspan(3 * read, 3),
                               values);
    noise[0].push_back(static_cast<double>(values[0]) + 5);
    noise[1].push_back(static_cast<double>(values[1]));
    noise[2].push_back(static_cast<double>(values[2]) - 40);
  }
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_TRUE(unit::is_normal(noise[j], 0, 255 * std::sqrt(static_cast<double>(variances[j]) + 0.01)))
        << "column " << j;
  }
}

TEST(InputNoise, NoneLeavesTheBits) {
  const auto normals = draw_normals(50, 1);
  const auto before = draw_normals(50, 2);
  auto values = before;
  periphery::add_input_noise({}, 0.0F, 0.01F, normals, values);
  EXPECT_EQ(values, before);
  periphery::add_input_noise(std::vector<float>(50, 0.0F), 0.0F, 0.01F, normals, values);
  EXPECT_EQ(values, before);
}

}  // namespace
