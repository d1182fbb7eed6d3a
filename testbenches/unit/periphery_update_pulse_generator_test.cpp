#include <gtest/gtest.h>

#include <bitset>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "foundation/random.h"
#include "periphery/update_pulse_generator.h"
#include "testbenches/unit/statistics.h"
#include "testbenches/unit/train_view.h"

// Statistics with fixed seeds; every limit is set for a false alarm in 1e-5 (statistics.h).
namespace {

using namespace kirchhoff;
using foundation::Purpose;
using foundation::RandomStream;
using periphery::PulseTrains;
using periphery::UpdatePulseGenerator;
using unit::alarm_sigma;
using unit::Sample;
using unit::Train;

constexpr std::int32_t kFullCode = 255;

/// Draws trains and reads them line by line.
class Bench {
 public:
  Bench(std::int64_t slots, double gain, Purpose purpose = Purpose::update_rows, std::uint64_t seed = 21)
      : generator_(slots, kFullCode), stream_(seed, purpose, 3), gain_(gain) {}

  const std::vector<Train>& draw(std::uint64_t operation, const std::vector<std::int16_t>& codes) {
    generator_.generate(stream_, operation, gain_, codes, trains_);
    lines_ = unit::view(trains_, codes.size());
    return lines_;
  }
  [[nodiscard]] const PulseTrains& trains() const { return trains_; }

 private:
  UpdatePulseGenerator generator_;
  RandomStream stream_;
  double gain_;
  PulseTrains trains_;
  std::vector<Train> lines_;
};

class UpdatePulseGeneratorSlots : public testing::TestWithParam<std::int64_t> {};
INSTANTIATE_TEST_SUITE_P(Slots, UpdatePulseGeneratorSlots, testing::Values(1, 2, 31, 63, 64, 65, 128),
                         [](const auto& test) { return std::to_string(test.param); });

TEST_P(UpdatePulseGeneratorSlots, PulsesPerLineAreBinomial) {
  const auto slots = static_cast<std::size_t>(GetParam());
  for (const double p : {0.02, 0.3, 0.5, 0.7, 0.97}) {
    Bench bench{GetParam(), p};
    const std::vector<std::int16_t> codes(100, kFullCode);
    std::vector<double> seen(slots + 1);
    Sample pulses;
    constexpr std::uint64_t kOperations = 200;
    for (std::uint64_t operation = 0; operation < kOperations; ++operation) {
      for (const Train& train : bench.draw(operation, codes)) {
        ++seen[train.count()];
        pulses.add(static_cast<double>(train.count()));
      }
    }
    const auto n = static_cast<double>(slots);
    const auto samples = static_cast<double>(pulses.count());
    EXPECT_NEAR(pulses.mean(), n * p, alarm_sigma * std::sqrt(n * p * (1 - p) / samples)) << "p = " << p;
    // Var of the sample variance of a binomial: mu4 - sigma^4, with excess (1 - 6pq) / npq.
    const double variance = n * p * (1 - p);
    const double spread = variance * std::sqrt((2 + (1 - 6 * p * (1 - p)) / variance) / samples);
    EXPECT_NEAR(pulses.variance(), variance, alarm_sigma * spread + 1e-3 * variance) << "p = " << p;

    // Bins of at least 20 expected.
    std::vector<double> observed{0};
    std::vector<double> expected{0};
    for (std::size_t k = 0; k <= slots; ++k) {
      observed.back() += seen[k];
      expected.back() += samples * unit::binomial(slots, k, p);
      if (expected.back() >= 20 && k < slots) {
        observed.push_back(0);
        expected.push_back(0);
      }
    }
    if (expected.back() < 20 && expected.size() > 1) {
      observed[observed.size() - 2] += observed.back();
      expected[expected.size() - 2] += expected.back();
      observed.pop_back();
      expected.pop_back();
    }
    if (expected.size() > 1) {
      EXPECT_LT(unit::chi_square(observed, expected),
                unit::chi_square_limit(static_cast<double>(expected.size() - 1)))
          << "p = " << p;
    }
  }
}

TEST_P(UpdatePulseGeneratorSlots, EverySlotIsEquallyLikely) {
  const auto slots = static_cast<std::size_t>(GetParam());
  for (const double p : {0.05, 0.4, 0.9}) {  // few pulses, many, nearly all
    Bench bench{GetParam(), p};
    const std::vector<std::int16_t> codes(100, kFullCode);
    std::vector<double> seen(slots);
    double total = 0;
    for (std::uint64_t operation = 0; operation < 300; ++operation) {
      for (const Train& train : bench.draw(operation, codes)) {
        for (std::size_t slot = 0; slot < 128; ++slot) {
          if (train.test(slot)) {
            ASSERT_LT(slot, slots);
            ++seen[slot];
            ++total;
          }
        }
      }
    }
    if (slots == 1) {
      continue;
    }
    const std::vector<double> expected(slots, total / static_cast<double>(slots));
    // Slots of a train exclude one another: counts vary by 1 - p less than a multinomial's.
    EXPECT_LT(unit::chi_square(seen, expected) / (1 - p),
              unit::chi_square_limit(static_cast<double>(slots - 1)))
        << "p = " << p;
  }
}

TEST_P(UpdatePulseGeneratorSlots, FiringLinesAndPulsesAreThoseOfTheBits) {
  for (const double gain : {0.01, 0.1, 0.6, 3.0}) {
    Bench bench{GetParam(), gain};
    std::vector<std::int16_t> codes(131);
    std::iota(codes.begin(), codes.end(), std::int16_t{-65});
    for (std::uint64_t operation = 0; operation < 50; ++operation) {
      const auto& lines = bench.draw(operation, codes);
      std::vector<std::uint32_t> firing;
      std::vector<std::uint32_t> negative;
      std::size_t pulses = 0;
      for (std::size_t line = 0; line < lines.size(); ++line) {
        pulses += lines[line].count();
        if (lines[line].any()) {
          firing.push_back(static_cast<std::uint32_t>(line));
          negative.push_back(codes[line] < 0 ? 1 : 0);
        }
      }
      ASSERT_EQ(bench.trains().lines, firing);
      ASSERT_EQ(bench.trains().negative, negative);
      ASSERT_EQ(bench.trains().pulses, pulses);
    }
  }
}

TEST(UpdatePulseGenerator, SmallProbabilitiesKeepTheirExpectationAndVariance) {
  // Below the last of the twelve digits that a probability is compared in.
  for (const double p : {1e-5, 1e-4, 6e-4}) {
    Bench bench{63, p};
    const std::vector<std::int16_t> codes(400, kFullCode);
    Sample pulses;
    for (std::uint64_t operation = 0; operation < 2000; ++operation) {
      for (const Train& train : bench.draw(operation, codes)) {
        pulses.add(static_cast<double>(train.count()));
      }
    }
    const double mean = 63 * p;
    EXPECT_NEAR(pulses.mean(), mean, alarm_sigma * pulses.standard_error()) << "p = " << p;
    const double most = mean * (1 - p) + 63.0 * 63.0 / (1U << 26U);
    EXPECT_LT(pulses.variance(), most * (1 + alarm_sigma * std::sqrt(3 / (mean * 800000)))) << "p = " << p;
  }
}

TEST_P(UpdatePulseGeneratorSlots, SilentAndFullLines) {
  Bench bench{GetParam(), 1.0};
  const auto slots = static_cast<std::size_t>(GetParam());
  std::size_t silent = 0;
  std::size_t full = 0;
  for (std::uint64_t operation = 0; operation < 200; ++operation) {
    const auto& lines = bench.draw(operation, {0, kFullCode, -kFullCode, 0});
    silent += lines[0].count() + lines[3].count();
    full += lines[1].count() + lines[2].count();
  }
  EXPECT_EQ(silent, 0U);
  EXPECT_EQ(full, 400 * slots);
  EXPECT_EQ(bench.trains().clipped, 0U);
}

TEST(UpdatePulseGenerator, SlotsAreIndependent) {
  // All patterns of eight slots against the product of the probabilities.
  constexpr std::size_t kSlots = 8;
  for (const double p : {0.3, 0.6}) {
    Bench bench{kSlots, p};
    const std::vector<std::int16_t> codes(500, kFullCode);
    std::vector<double> seen(std::size_t{1} << kSlots);
    double total = 0;
    for (std::uint64_t operation = 0; operation < 400; ++operation) {
      for (const Train& train : bench.draw(operation, codes)) {
        ++seen[train.to_ulong()];
        ++total;
      }
    }
    std::vector<double> expected(seen.size());
    for (std::size_t pattern = 0; pattern < expected.size(); ++pattern) {
      const auto ones = static_cast<int>(std::bitset<64>(pattern).count());
      expected[pattern] = total * std::pow(p, ones) * std::pow(1 - p, static_cast<int>(kSlots) - ones);
    }
    EXPECT_LT(unit::chi_square(seen, expected), unit::chi_square_limit(static_cast<double>(seen.size() - 1)))
        << "p = " << p;
  }
}

TEST(UpdatePulseGenerator, LinesAreIndependent) {
  Bench bench{63, 0.4};
  const std::vector<std::int16_t> codes(2, kFullCode);
  Sample product;
  for (std::uint64_t operation = 0; operation < 40000; ++operation) {
    const auto& lines = bench.draw(operation, codes);
    const auto first = static_cast<double>(lines[0].count()) - 63 * 0.4;
    const auto second = static_cast<double>(lines[1].count()) - 63 * 0.4;
    product.add(first * second);
  }
  EXPECT_NEAR(product.mean(), 0, alarm_sigma * product.standard_error());
}

TEST(UpdatePulseGenerator, LinesDoNotShareTheirPlaces) {
  // Coincidences of all pairs of lines of one train set: n p^2, as if they had nothing in common.
  for (const double p : {0.03, 0.1, 0.8}) {
    Bench bench{63, p};
    const std::vector<std::int16_t> codes(8, kFullCode);
    Sample neighbours;
    for (std::uint64_t operation = 0; operation < 20000; ++operation) {
      const auto& lines = bench.draw(operation, codes);
      std::size_t sum = 0;
      for (std::size_t i = 0; i < lines.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
          sum += (lines[i] & lines[j]).count();
        }
      }
      neighbours.add(static_cast<double>(sum));
    }
    EXPECT_NEAR(neighbours.mean(), 28 * 63 * p * p, alarm_sigma * neighbours.standard_error()) << "p = " << p;
  }
}

TEST(UpdatePulseGenerator, ProbabilityIsProportionalToTheCode) {
  constexpr double kGain = 0.8;
  Bench bench{63, kGain};
  const std::vector<std::int16_t> codes{1, 2, 17, -64, 127, -200, 254, 255};
  std::vector<Sample> pulses(codes.size());
  for (std::uint64_t operation = 0; operation < 20000; ++operation) {
    const auto& lines = bench.draw(operation, codes);
    for (std::size_t i = 0; i < codes.size(); ++i) {
      pulses[i].add(static_cast<double>(lines[i].count()));
    }
  }
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const double expected = 63 * kGain * std::abs(static_cast<double>(codes[i])) / kFullCode;
    EXPECT_NEAR(pulses[i].mean(), expected, alarm_sigma * pulses[i].standard_error()) << "code " << codes[i];
  }
}

TEST_P(UpdatePulseGeneratorSlots, CoincidencesFollowTheProductOfProbabilities) {
  // A row and a column with their own streams: the coincidences are Binomial(slots, p_x p_d).
  const auto slots = static_cast<std::size_t>(GetParam());
  constexpr double kRow = 0.55;
  constexpr double kColumn = 0.35;
  Bench rows{GetParam(), kRow, Purpose::update_rows};
  Bench columns{GetParam(), kColumn, Purpose::update_columns};
  const std::vector<std::int16_t> code{kFullCode};
  Sample coincidences;
  std::vector<double> seen(slots + 1);
  constexpr std::uint64_t kOperations = 20000;
  for (std::uint64_t operation = 0; operation < kOperations; ++operation) {
    const Train row = rows.draw(operation, code)[0];
    const std::size_t count = (row & columns.draw(operation, code)[0]).count();
    coincidences.add(static_cast<double>(count));
    ++seen[count];
  }
  constexpr double kBoth = kRow * kColumn;
  const auto n = static_cast<double>(slots);
  const double variance = n * kBoth * (1 - kBoth);
  EXPECT_NEAR(coincidences.mean(), n * kBoth, alarm_sigma * std::sqrt(variance / kOperations));
  const double spread = variance * std::sqrt((2 + (1 - 6 * kBoth * (1 - kBoth)) / variance) / kOperations);
  EXPECT_NEAR(coincidences.variance(), variance, alarm_sigma * spread + 1e-3 * variance);
}

TEST(UpdatePulseGenerator, WhatExceedsOnePulsePerSlotIsClippedAndCounted) {
  // Code 255 at gain 1.5 asks for 94.5 pulses of 63 slots.
  Bench bench{63, 1.5};
  const auto& lines = bench.draw(1, {255, -255, 170, 85, 0});
  EXPECT_EQ(lines[0].count(), 63U);
  EXPECT_EQ(lines[1].count(), 63U);
  EXPECT_EQ(lines[2].count(), 63U);  // exactly one
  EXPECT_LT(lines[3].count(), 63U);
  EXPECT_EQ(bench.trains().clipped, 63U);  // 2 x 31.5
}

TEST(UpdatePulseGenerator, ClippedPulsesAreExcessExpectation) {
  for (const double gain : {1.01, 2.0, 10.0}) {
    Bench bench{63, gain};
    std::vector<std::int16_t> codes(256);
    std::iota(codes.begin(), codes.end(), std::int16_t{0});
    bench.draw(7, codes);
    double expected = 0;
    for (const auto code : codes) {
      expected += 63 * std::max(gain * code / kFullCode - 1, 0.0);
    }
    EXPECT_NEAR(static_cast<double>(bench.trains().clipped), expected, 0.5 + 1e-4 * expected);
  }
}

TEST(UpdatePulseGenerator, SameOperationSameTrains) {
  const std::vector<std::int16_t> codes(131, 100);
  Bench first{63, 0.7};
  Bench second{63, 0.7};
  for (const std::uint64_t operation : {0U, 1U, 77U}) {
    second.draw(operation + 1000, codes);  // what was drawn before does not matter
    first.draw(operation, codes);
    second.draw(operation, codes);
    ASSERT_EQ(first.trains().bits, second.trains().bits);
  }
}

TEST(UpdatePulseGenerator, OperationsSeedsAndPurposesDiffer) {
  const std::vector<std::int16_t> codes(64, 128);
  const auto pattern = [&](Bench bench, std::uint64_t operation) {
    std::vector<std::string> masks;
    for (const Train& train : bench.draw(operation, codes)) {
      masks.push_back(train.to_string());
    }
    return masks;
  };
  const std::set<std::vector<std::string>> patterns{pattern(Bench{63, 0.7}, 0), pattern(Bench{63, 0.7}, 1),
                                                    pattern(Bench{63, 0.7, Purpose::update_columns}, 0),
                                                    pattern(Bench{63, 0.7, Purpose::update_rows, 22}, 0)};
  EXPECT_EQ(patterns.size(), 4U);
}

TEST(UpdatePulseGenerator, NoLinesNoPulses) {
  Bench bench{63, 0.5};
  EXPECT_TRUE(bench.draw(0, {}).empty());
  EXPECT_EQ(bench.trains().pulses, 0U);
  EXPECT_TRUE(bench.trains().lines.empty());
}

}  // namespace
