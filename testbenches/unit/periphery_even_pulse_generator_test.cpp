#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "foundation/random.h"
#include "periphery/even_pulse_generator.h"
#include "periphery/pulse_bits.h"
#include "testbenches/unit/statistics.h"
#include "testbenches/unit/train_view.h"

// Deterministic trains: bounds instead of statistics.
namespace {

using namespace kirchhoff;
using periphery::EvenPulseGenerator;
using periphery::PulseTrains;
using unit::Train;
using Side = EvenPulseGenerator::Side;

constexpr std::int32_t kFullCode = 255;

std::vector<std::int16_t> all_codes() {
  std::vector<std::int16_t> codes(256);
  std::iota(codes.begin(), codes.end(), std::int16_t{0});
  return codes;
}

int coincidences(const Train& row, const Train& column) {
  return static_cast<int>((row & column).count());
}

/// Rows and columns with all codes from 0 to 255.
class Bench {
 public:
  explicit Bench(std::int64_t slots) : generator_(slots, kFullCode) {}

  void draw(std::uint64_t update, double row_gain, double column_gain, std::uint32_t generator = 0) {
    generator_.generate(Side::rows, generator, update, row_gain, all_codes(), rows);
    generator_.generate(Side::columns, generator, update, column_gain, all_codes(), columns);
    row_view = unit::view(rows, 256);
    column_view = unit::view(columns, 256);
  }

  PulseTrains rows;
  PulseTrains columns;
  std::vector<Train> row_view;
  std::vector<Train> column_view;

 private:
  EvenPulseGenerator generator_;
};

class EvenPulses : public testing::TestWithParam<std::int64_t> {};
INSTANTIATE_TEST_SUITE_P(Slots, EvenPulses, testing::Values(1, 2, 3, 31, 32, 33, 63, 64, 65, 100, 127, 128),
                         [](const auto& test) { return std::to_string(test.param); });

TEST_P(EvenPulses, ALineFiresSlotsTimesItsProbability) {
  // Places are a whole number of equal steps round the circle: never off by one or more.
  const auto slots = static_cast<double>(GetParam());
  Bench bench{GetParam()};
  for (std::uint64_t update = 0; update < 40; ++update) {
    for (const double gain : {0.01, 0.4, 1.0, 1.7}) {
      bench.draw(update, gain, gain);
      for (const PulseTrains* trains : {&bench.rows, &bench.columns}) {
        const auto lines = unit::view(*trains, 256);
        std::vector<std::uint32_t> firing;
        std::uint64_t total = 0;
        for (std::size_t code = 0; code < 256; ++code) {
          const auto pulses = static_cast<int>(lines[code].count());
          const double p = std::min(gain * static_cast<double>(code) / kFullCode, 1.0);
          ASSERT_LT(std::fabs(pulses - slots * p), 1.0) << "p = " << p;
          total += static_cast<std::uint64_t>(pulses);
          if (pulses > 0) {
            firing.push_back(static_cast<std::uint32_t>(code));
          }
        }
        ASSERT_EQ(trains->pulses, total);
        ASSERT_EQ(trains->lines, firing);
      }
    }
  }
}

TEST_P(EvenPulses, CoincidencesFollowTheProductForAllPairsOfCodes) {
  const auto slots = static_cast<double>(GetParam());
  Bench bench{GetParam()};
  double largest = 0;
  double squares = 0;
  double pairs = 0;
  for (std::uint64_t update = 0; update < 40; ++update) {
    bench.draw(update, 1.0, 1.0);
    for (std::size_t row = 0; row < 256; ++row) {
      for (std::size_t column = 0; column < 256; ++column) {
        const double expected =
            slots * static_cast<double>(row) * static_cast<double>(column) / (kFullCode * kFullCode);
        const double error = coincidences(bench.row_view[row], bench.column_view[column]) - expected;
        largest = std::max(largest, std::fabs(error));
        squares += error * error;
        ++pairs;
      }
    }
  }
  RecordProperty("largest_deviation", std::to_string(largest));
  RecordProperty("rms_deviation", std::to_string(std::sqrt(squares / pairs)));
  EXPECT_LT(largest, 4.0);
  // Binomial trains deviate by sqrt(slots (1/4 - 1/9)), rms over all pairs.
  EXPECT_LT(std::sqrt(squares / pairs), std::max(0.8, 0.2 * std::sqrt(slots * (1.0 / 4 - 1.0 / 9))));
}

TEST_P(EvenPulses, LongRunMeanIsTheProduct) {
  // Products far below one pulse included. Binomial trains would be off by 4 sqrt(4000) pulses.
  const auto slots = static_cast<double>(GetParam());
  Bench bench{GetParam()};
  constexpr std::uint64_t kUpdates = 4000;
  const std::vector<std::size_t> some{1, 5, 40, 128, 200, 255};
  for (const double gain : {0.05, 0.9}) {
    std::vector<double> sums(some.size() * some.size());
    for (std::uint64_t update = 0; update < kUpdates; ++update) {
      bench.draw(update, gain, 0.8);
      for (std::size_t k = 0; k < sums.size(); ++k) {
        sums[k] +=
            coincidences(bench.row_view[some[k / some.size()]], bench.column_view[some[k % some.size()]]);
      }
    }
    for (std::size_t k = 0; k < sums.size(); ++k) {
      const double p = gain * 0.8 * static_cast<double>(some[k / some.size()] * some[k % some.size()]) /
                       (kFullCode * kFullCode);
      ASSERT_NEAR(sums[k], static_cast<double>(kUpdates) * slots * p, 35)
          << some[k / some.size()] << " x " << some[k % some.size()];
    }
  }
}

TEST(EvenPulses, LinesAndGeneratorsDoNotActInStep) {
  // Cells with the same small mean must not all take their pulse in the same update.
  EvenPulseGenerator generator{63, kFullCode};
  const std::vector<std::int16_t> codes(100, 10);
  PulseTrains rows;
  PulseTrains columns;
  unit::Sample totals;
  constexpr double kMean = 63 * (10.0 / 255) * (10.0 / 255) * 1e4;  // of all cells
  for (std::uint64_t update = 0; update < 300; ++update) {
    generator.generate(Side::rows, 3, update, 1.0, codes, rows);
    generator.generate(Side::columns, 3, update, 1.0, codes, columns);
    int total = 0;
    const auto column_view = unit::view(columns, 100);
    for (const Train& row : unit::view(rows, 100)) {
      for (const Train& column : column_view) {
        total += coincidences(row, column);
      }
    }
    totals.add(total);
  }
  EXPECT_NEAR(totals.mean(), kMean, 0.02 * kMean);
  EXPECT_LT(totals.deviation(), 0.15 * kMean);

  PulseTrains other;
  generator.generate(Side::rows, 4, 299, 1.0, codes, other);
  EXPECT_NE(other.bits, rows.bits);
}

TEST(EvenPulses, SlotsThatFireAreThoseWhosePlacesDo) {
  // The kernel against its definition, slot by slot, with phases and widths at the seams of places, too.
  foundation::RandomSequence random{foundation::RandomStream{33, foundation::Purpose::data_set}, 0};
  for (int round = 0; round < 300; ++round) {
    const std::uint64_t slots = 1 + random.below(128);
    const std::size_t halves = (slots + 31) / 32;
    std::vector<std::uint64_t> slot_of(slots);
    std::iota(slot_of.begin(), slot_of.end(), 0U);
    for (std::size_t k = slots; k > 1; --k) {
      std::swap(slot_of[k - 1], slot_of[random.below(static_cast<std::uint32_t>(k))]);
    }
    std::vector<std::uint32_t> ranks(halves * (2 * slots + 1), 0);
    for (std::size_t half = 0; half < halves; ++half) {
      for (std::uint64_t k = 1; k <= 2 * slots; ++k) {
        const std::uint64_t slot = slot_of[(k - 1) % slots];
        std::uint32_t* const row = ranks.data() + half * (2 * slots + 1);
        row[k] = row[k - 1] ^ (slot / 32 == half ? 1U << (slot % 32) : 0U);
      }
    }
    constexpr std::size_t kLines = periphery::train_lanes;
    std::vector<std::uint32_t> lines(kLines);
    std::vector<float> magnitudes(kLines);
    for (std::size_t l = 0; l < kLines; ++l) {
      lines[l] = random.below(1000);
      magnitudes[l] = static_cast<float>(random.below(256));
    }
    const auto seam = static_cast<std::uint32_t>(
        (std::uint64_t{random.below(static_cast<std::uint32_t>(slots))} << 32) / slots);
    const std::uint32_t start = random.below(2) == 0 ? random.word() : 1 - seam - random.below(3);
    const std::uint32_t step = random.below(2) == 0 ? random.word() : 0;
    const double unit = random.below(2) == 0 ? 0x1p32 / 255 * random.uniform() * 1.2
                                             : 0x1p32 / static_cast<double>(slots) / (1 + random.below(9));
    std::vector<std::uint32_t> got(halves * kLines);
    periphery::compare_trains({.first_ranks = ranks.data(),
                               .slots = static_cast<std::uint32_t>(slots),
                               .halves = halves,
                               .start = start,
                               .step = step,
                               .unit = unit,
                               .lines = lines.data(),
                               .magnitudes = magnitudes.data(),
                               .groups = 1},
                              got.data());
    for (std::size_t l = 0; l < kLines; ++l) {
      const double wanted =
          std::min(std::max(std::ceil(unit * static_cast<double>(magnitudes[l])), 1.0), 0x1p32);
      for (std::uint64_t rank = 0; rank < slots; ++rank) {
        const auto place = static_cast<std::uint32_t>((rank << 32) / slots);
        const std::uint32_t moved = place + start + step * lines[l];
        const std::uint64_t slot = slot_of[rank];
        ASSERT_EQ((got[slot / 32 * kLines + l] >> (slot % 32) & 1U) != 0, static_cast<double>(moved) < wanted)
            << "slot " << slot << " of " << slots << ", line " << l;
      }
    }
  }
}

TEST(EvenPulses, SameUpdateSameTrains) {
  foundation::RandomSequence random{foundation::RandomStream{31, foundation::Purpose::data_set}, 0};
  for (int round = 0; round < 200; ++round) {
    const std::int64_t slots = 1 + random.below(128);
    std::vector<std::int16_t> codes(random.below(140));
    for (auto& code : codes) {
      code = static_cast<std::int16_t>(static_cast<std::int32_t>(random.below(511)) - 255);
    }
    EvenPulseGenerator first{slots, kFullCode};
    EvenPulseGenerator second{slots, kFullCode};
    PulseTrains wanted;
    PulseTrains got;
    const std::uint64_t update = random.word();
    const double gain = 1.5 * random.uniform();
    second.generate(Side::rows, 1, update + 1, gain, all_codes(),
                    got);  // what was drawn before does not matter
    first.generate(Side::rows, 1, update, gain, codes, wanted);
    second.generate(Side::rows, 1, update, gain, codes, got);
    ASSERT_EQ(wanted.bits, got.bits);
    ASSERT_EQ(wanted.lines, got.lines);
    ASSERT_EQ(wanted.clipped, got.clipped);
    const auto lines = unit::view(wanted, codes.size());
    for (std::size_t line = 0; line < codes.size(); ++line) {
      // No slot beyond the last; a sign changes nothing; no code no pulse.
      ASSERT_TRUE((lines[line] >> static_cast<std::size_t>(slots)).none());
      ASSERT_TRUE(codes[line] != 0 || lines[line].none());
    }
    for (auto& code : codes) {
      code = static_cast<std::int16_t>(-code);
    }
    second.generate(Side::rows, 1, update, gain, codes, got);
    ASSERT_EQ(wanted.bits, got.bits);
  }
}

TEST(EvenPulses, SilentFullAndClippedLines) {
  EvenPulseGenerator generator{63, kFullCode};
  PulseTrains trains;
  for (std::uint64_t update = 0; update < 100; ++update) {
    generator.generate(Side::columns, 0, update, 1.5, std::vector<std::int16_t>{255, -255, 170, 85, 0},
                       trains);
    const auto lines = unit::view(trains, 5);
    ASSERT_EQ(lines[0].count(), 63U);
    ASSERT_EQ(lines[1].count(), 63U);
    ASSERT_EQ(lines[2].count(), 63U);
    ASSERT_NEAR(static_cast<double>(lines[3].count()), 31.5, 1);
    ASSERT_EQ(lines[4].count(), 0U);
    ASSERT_EQ(trains.clipped, 63U);  // 2 x 31.5
    generator.generate(Side::rows, 0, update, 0.0, std::vector<std::int16_t>{255, -255}, trains);
    ASSERT_EQ(trains.pulses, 0U);
    generator.generate(Side::rows, 0, update, 1.0, {}, trains);
    ASSERT_EQ(trains.pulses, 0U);
  }
}

}  // namespace
