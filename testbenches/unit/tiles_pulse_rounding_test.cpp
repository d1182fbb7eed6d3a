#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "foundation/random.h"
#include "testbenches/unit/statistics.h"
#include "testbenches/unit/synapse_bench.h"
#include "tiles/pulse_rounding.h"

// Statistics with fixed seeds; every limit is set for a false alarm in 1e-5 (statistics.h).
namespace {

using namespace kirchhoff;
using tiles::PulsedCell;
using tiles::PulseRounder;
using tiles::RoundedUpdate;
using tiles::UpdateCount;

constexpr std::size_t kStride = 208;

/// Pulses of each cell and source, from the list.
struct Listed {
  UpdateCount count;
  std::vector<std::uint32_t> pulses;  ///< [2 x cell + source]

  [[nodiscard]] std::uint32_t at(std::size_t row, std::size_t column, bool down) const {
    return pulses[2 * (row * kStride + column) + (down ? 1 : 0)];
  }
};

Listed list_of(PulseRounder& rounder, const RoundedUpdate& update, std::uint64_t operation, std::size_t slots,
               bool turned = false) {
  Listed listed;
  tiles::PulseList list;
  listed.count.clipped = rounder.list(update, operation, slots, turned, kStride, list);
  listed.count.pulses = list.pulses;
  EXPECT_GE(list.cells.size(), list.size + tiles::PulseList::margin);
  listed.pulses.assign(2 * kStride * update.row_codes.size(), 0);
  for (std::size_t k = 0; k < list.size; ++k) {
    auto& pulses = listed.pulses.at(list.cells[k]);
    EXPECT_EQ(pulses, 0U) << "a cell is listed twice";
    EXPECT_GT(list.counts[k], 0U);
    pulses = list.counts[k];
  }
  return listed;
}

std::vector<std::int16_t> some_codes(std::size_t count, double share, foundation::RandomSequence& random,
                                     bool with_sign) {
  std::vector<std::int16_t> codes(count);
  for (auto& code : codes) {
    if (random.uniform() < share) {
      const auto magnitude = static_cast<std::int16_t>(random.below(256));
      code = with_sign && random.below(2) == 0 ? static_cast<std::int16_t>(-magnitude) : magnitude;
    }
  }
  return codes;
}

TEST(PulseRounding, CountsAreTheMeanRoundedUpOrDown) {
  foundation::RandomSequence random{foundation::RandomStream{41, foundation::Purpose::data_set}, 0};
  for (int round = 0; round < 150; ++round) {
    const std::size_t slots = 1 + random.below(128);
    const auto rows = some_codes(1 + random.below(140), random.uniform(), random, false);
    const auto columns = some_codes(1 + random.below(200), random.uniform(), random, true);
    const bool turned = random.below(2) == 0;
    const double largest = 1.5 * static_cast<double>(slots) * random.uniform();
    const RoundedUpdate update{largest / (255 * 255), rows, columns};
    PulseRounder rounder{5, 2};
    const Listed listed = list_of(rounder, update, static_cast<std::uint64_t>(round), slots, turned);
    std::uint64_t total = 0;
    double clipped_least = 0;
    double clipped_most = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t j = 0; j < columns.size(); ++j) {
        const double mean = update.mean * std::abs(rows[i]) * std::abs(columns[j]);
        const bool down = (columns[j] > 0) != turned;
        const auto count = static_cast<double>(listed.at(i, j, down));
        ASSERT_EQ(listed.at(i, j, !down), 0U);
        const auto most = static_cast<double>(slots);
        ASSERT_GE(count, std::min(std::floor(mean * (1 - 1e-6)), most));
        ASSERT_LE(count, std::min(mean > 0 ? std::floor(mean * (1 + 1e-6)) + 1 : 0.0, most));
        clipped_least += std::max(std::floor(mean * (1 - 1e-6)) - most, 0.0);
        clipped_most += std::max(std::floor(mean * (1 + 1e-6)) + 1 - most, 0.0);
        total += listed.at(i, j, down);
      }
    }
    ASSERT_EQ(listed.count.pulses, total);
    ASSERT_GE(static_cast<double>(listed.count.clipped), clipped_least);
    ASSERT_LE(static_cast<double>(listed.count.clipped), clipped_most);
  }
}

TEST(PulseRounding, MeanAndVarianceAreThoseOfARounding) {
  // One cell with mean m: m and f (1 - f), f its fraction. Means far below a pulse included.
  for (const double mean : {3e-5, 0.01, 0.3, 0.5, 0.97, 1.0, 7.25, 62.9}) {
    const std::vector<std::int16_t> rows(100, 255);
    const std::vector<std::int16_t> columns(50, -255);
    PulseRounder rounder{6, 1};
    unit::Sample counts;
    for (std::uint64_t operation = 0; operation < 200; ++operation) {
      const auto listed = list_of(rounder, {mean / (255 * 255), rows, columns}, operation, 63);
      for (std::size_t i = 0; i < 100; ++i) {
        for (std::size_t j = 0; j < 50; ++j) {
          counts.add(listed.at(i, j, false));
        }
      }
    }
    const double fraction = mean - std::floor(mean);
    const double variance = fraction * (1 - fraction);
    const auto samples = static_cast<double>(counts.count());
    EXPECT_NEAR(counts.mean(), mean, unit::alarm_sigma * std::sqrt(variance / samples) + 1e-5) << mean;
    // Var of the sample variance of a coin: v ((1 - 2f)^2) / n, and v^2 terms.
    const double spread =
        std::sqrt(variance * (1 - 4 * variance) / samples + 2 * variance * variance / samples);
    EXPECT_NEAR(counts.variance(), variance, unit::alarm_sigma * spread + 1e-5) << mean;
  }
}

TEST(PulseRounding, CellsAndUpdatesAreIndependent) {
  const std::vector<std::int16_t> rows(64, 255);
  const std::vector<std::int16_t> columns(64, 255);
  constexpr double kMean = 0.4;
  PulseRounder rounder{7, 1};
  unit::Sample beside;
  unit::Sample below;
  unit::Sample next;
  Listed before;
  for (std::uint64_t operation = 0; operation < 60; ++operation) {
    const auto listed = list_of(rounder, {kMean / (255 * 255), rows, columns}, operation, 63);
    const auto excess = [](const Listed& of, std::size_t i, std::size_t j) {
      return of.at(i, j, true) - kMean;
    };
    for (std::size_t i = 0; i + 1 < 64; ++i) {
      for (std::size_t j = 0; j + 1 < 64; ++j) {
        beside.add(excess(listed, i, j) * excess(listed, i, j + 1));
        below.add(excess(listed, i, j) * excess(listed, i + 1, j));
        if (operation > 0) {
          next.add(excess(listed, i, j) * excess(before, i, j));
        }
      }
    }
    before = listed;
  }
  for (const auto* product : {&beside, &below, &next}) {
    EXPECT_NEAR(product->mean(), 0, unit::alarm_sigma * product->standard_error());
  }
}

TEST(PulseRounding, SameOperationSamePulses) {
  foundation::RandomSequence random{foundation::RandomStream{42, foundation::Purpose::data_set}, 0};
  const auto rows = some_codes(131, 0.3, random, false);
  const auto columns = some_codes(50, 0.9, random, true);
  const RoundedUpdate update{20.0 / (255 * 255), rows, columns};
  PulseRounder first{5, 2};
  PulseRounder second{5, 2};
  PulseRounder other_tile{5, 3};
  for (const std::uint64_t operation : {1U, 2U, 900U}) {
    list_of(second, update, operation + 1000, 63);
    const auto wanted = list_of(first, update, operation, 63).pulses;
    EXPECT_EQ(list_of(second, update, operation, 63).pulses, wanted);
    EXPECT_NE(list_of(first, update, operation + 1, 63).pulses, wanted);
    EXPECT_NE(list_of(other_tile, update, operation, 63).pulses, wanted);
  }
}

TEST(PulseRounding, ClippedPulsesAreCountedExactly) {
  // Whole means: 100 pulses at codes 10 x 10, 50 at 10 x 5, 20 at 2 x 10, 10 at 2 x 5.
  const std::vector<std::int16_t> rows{10, 0, 2};
  const std::vector<std::int16_t> columns{10, -5};
  PulseRounder rounder{8, 0};
  const auto listed = list_of(rounder, {1.0, rows, columns}, 1, 31);
  EXPECT_EQ(listed.at(0, 0, true), 31U);
  EXPECT_EQ(listed.at(0, 1, false), 31U);
  EXPECT_EQ(listed.at(2, 0, true), 20U);
  EXPECT_EQ(listed.at(2, 1, false), 10U);
  EXPECT_EQ(listed.count.pulses, 92U);
  EXPECT_EQ(listed.count.clipped, 69U + 19U);
  // However much is asked for, one pulse a slot.
  const auto full = list_of(rounder, {1e30, rows, columns}, 2, 128);
  EXPECT_EQ(full.count.pulses, 4U * 128);
  EXPECT_GT(full.count.clipped, 4U * 1000000);
}

TEST(PulseRounding, NothingAskedNothingListed) {
  const std::vector<std::int16_t> silent(20, 0);
  const std::vector<std::int16_t> full(20, 255);
  PulseRounder rounder{8, 0};
  for (const auto& update : {RoundedUpdate{1.0, silent, full}, RoundedUpdate{1.0, full, silent},
                             RoundedUpdate{0.0, full, full}, RoundedUpdate{1.0, {}, {}}}) {
    const auto listed = list_of(rounder, update, 1, 63);
    EXPECT_EQ(listed.count.pulses, 0U);
    EXPECT_EQ(listed.count.clipped, 0U);
  }
}

TEST(PulseRounding, ArrayMovesByTheListedPulsesInBothPolarities) {
  foundation::RandomSequence random{foundation::RandomStream{43, foundation::Purpose::data_set}, 0};
  auto parameters = unit::perfect_devices();
  for (const bool turned : {false, true}) {
    tiles::HybridArray array{30, 20, parameters, 9, 4};
    if (turned) {
      for (std::size_t row = 0; row < 30; ++row) {
        array.transfer_row(1, row);
      }
      array.finish_transfer();
    }
    ASSERT_EQ(array.polarity(), turned ? -1 : 1);
    const auto rows = some_codes(30, 0.6, random, false);
    const auto columns = some_codes(20, 0.8, random, true);
    const RoundedUpdate update{40.0 / (255 * 255), rows, columns};
    tiles::UpdateOrder order;
    order.operation = 17;
    order.slots = 63;
    order.rounded = &update;
    const auto count = array.update(order);
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < 30; ++i) {
      for (std::size_t j = 0; j < 20; ++j) {
        // Pulses move the weight against delta, whatever the polarity.
        const double pulses = static_cast<double>(array.cell(i, j).weight) * 20 / 0.032;
        const double mean = update.mean * rows[i] * columns[j];
        ASSERT_NEAR(pulses, std::floor(pulses + 0.5), 1e-3);
        ASSERT_LT(std::fabs(pulses + mean), 1.001) << "cell " << i << ", " << j;
        total += static_cast<std::uint64_t>(std::fabs(pulses) + 0.5);
      }
    }
    EXPECT_EQ(count.pulses, total);
    EXPECT_EQ(count.clipped, 0U);
  }
}

}  // namespace
