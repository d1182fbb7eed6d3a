#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "foundation/random.h"
#include "tiles/collector.h"

namespace {

using namespace kirchhoff;
using periphery::ActivationKind;
using tiles::Collector;

Collector::Shape shape_of(std::size_t columns, std::size_t partials, std::size_t back_slots) {
  return {.columns = columns,
          .partials = partials,
          .back_slots = back_slots,
          .ideal = false,
          .kind = ActivationKind::logistic,
          .forward_lsb = 6.0F / 256,
          .adc_high_code = 255,
          .backward_lsb = 1.0F / 256,
          .full_code = 255,
          .output_scale = 1};
}

void fill(std::span<float> to, foundation::RandomSequence& random) {
  for (float& value : to) {
    value = static_cast<float>(static_cast<std::int32_t>(random.below(512)) - 256);
  }
}

TEST(Collector, WideSumsAddAllSlots) {
  foundation::RandomSequence random{foundation::RandomStream{61, foundation::Purpose::data_set}, 0};
  for (const std::size_t partials : {1U, 2U, 5U, 16U}) {
    Collector collector{shape_of(50, partials, 1)};
    EXPECT_EQ(collector.partial_slots(), partials);
    std::vector<double> expected(50, 0.0);
    for (std::size_t slot = 0; slot < partials; ++slot) {
      fill(collector.partial(slot), random);
      for (std::size_t j = 0; j < 50; ++j) {
        expected[j] += static_cast<double>(collector.partial(slot)[j]);
      }
    }
    const auto sums = collector.wide_sums();
    ASSERT_EQ(sums.size(), 50U);
    for (std::size_t j = 0; j < 50; ++j) {
      EXPECT_EQ(static_cast<double>(sums[j]), expected[j]);
    }
  }
}

TEST(Collector, OrderOfArrivalDoesNotMatter) {
  // Floats whose sum depends on the order of addition: slots decide it, not arrival.
  auto shape = shape_of(3, 4, 2);
  shape.ideal = true;
  const std::vector<float> parts{1e8F, 1.0F, -1e8F, 0.5F};
  const auto sums_after = [&](const std::vector<std::size_t>& order) {
    Collector collector{shape};
    for (const std::size_t slot : order) {
      std::fill_n(collector.partial(slot).begin(), 3, parts[slot]);
    }
    const auto sums = collector.wide_sums();
    return std::vector<float>(sums.begin(), sums.end());
  };
  const auto reference = sums_after({0, 1, 2, 3});
  std::vector<std::size_t> order{0, 1, 2, 3};
  while (std::next_permutation(order.begin(), order.end())) {
    EXPECT_EQ(sums_after(order), reference);
  }
}

TEST(Collector, ActivationsAreCodesOfTheWideSum) {
  Collector collector{shape_of(50, 2, 1)};
  foundation::RandomSequence random{foundation::RandomStream{62, foundation::Purpose::data_set}, 0};
  fill(collector.partial(0), random);
  fill(collector.partial(1), random);
  collector.partial(0)[0] = collector.partial(1)[0] = -256;  // the ends of the table
  collector.partial(0)[1] = collector.partial(1)[1] = 255;
  const auto sums = collector.wide_sums();
  std::vector<double> z(50);
  for (std::size_t j = 0; j < 50; ++j) {
    z[j] = static_cast<double>(sums[j]) * 6 / 256;
  }
  const auto outputs = collector.activations();
  for (std::size_t j = 0; j < 50; ++j) {
    EXPECT_NEAR(static_cast<double>(outputs[j]), 255 / (1 + std::exp(-z[j])), 0.5 + 1e-6);
  }
}

TEST(Collector, DeltasAreSlopeTimesSumTimesScale) {
  constexpr std::size_t kColumns = 50;
  constexpr std::size_t kSlots = 3;
  Collector collector{shape_of(kColumns, 1, kSlots)};
  EXPECT_EQ(collector.back_slots(), kSlots);
  foundation::RandomSequence random{foundation::RandomStream{63, foundation::Purpose::data_set}, 0};
  fill(collector.partial(0), random);
  std::vector<double> slope(kColumns);
  for (std::size_t j = 0; j < kColumns; ++j) {
    const double f = 1 / (1 + std::exp(-static_cast<double>(collector.partial(0)[j]) * 6 / 256));
    slope[j] = f * (1 - f);
  }
  collector.activations();
  for (const std::int32_t exponent : {-6, 0, 2}) {
    std::vector<double> expected(kColumns, 0.0);
    for (std::size_t slot = 0; slot < kSlots; ++slot) {
      fill(collector.back_partial(slot), random);
      for (std::size_t j = 0; j < kColumns; ++j) {
        expected[j] += static_cast<double>(collector.back_partial(slot)[j]);
      }
    }
    double largest = 0;
    for (std::size_t j = 0; j < kColumns; ++j) {
      expected[j] *= slope[j] * std::ldexp(1.0 / 256, exponent);
      largest = std::max(largest, std::fabs(expected[j]));
    }
    const std::int32_t shared = collector.deltas(exponent);
    EXPECT_LE(largest, std::ldexp(1.0, shared) * (1 + 1e-6));
    EXPECT_GT(largest, std::ldexp(0.5, shared) * (1 - 1e-6));
    const auto codes = collector.scaled_deltas(shared);
    for (std::size_t j = 0; j < kColumns; ++j) {
      EXPECT_NEAR(static_cast<double>(codes[j]), std::ldexp(expected[j], -shared) * 255, 0.5 + 1e-3);
    }
    // A layer's exponent may be larger than this column group's own.
    const auto smaller = collector.scaled_deltas(shared + 3);
    for (std::size_t j = 0; j < kColumns; ++j) {
      EXPECT_NEAR(static_cast<double>(smaller[j]), std::ldexp(expected[j], -shared - 3) * 255, 0.5 + 1e-3);
    }
  }
}

TEST(Collector, IdealIsExact) {
  auto shape = shape_of(2, 2, 2);
  shape.ideal = true;
  Collector collector{shape};
  collector.partial(0)[0] = 0.3F;
  collector.partial(1)[0] = -1.0F;
  collector.partial(0)[1] = 40.0F;
  collector.partial(1)[1] = 2.0F;
  const auto outputs = collector.activations();
  const double f = 1 / (1 + std::exp(0.7));
  EXPECT_NEAR(static_cast<double>(outputs[0]), f, 1e-7);
  EXPECT_EQ(outputs[1], 1.0F);
  collector.back_partial(0)[0] = 0.125F;
  collector.back_partial(1)[0] = 0.25F;
  collector.back_partial(0)[1] = collector.back_partial(1)[1] = 0.0F;
  collector.deltas(-5);  // floats carry their own exponent
  EXPECT_NEAR(static_cast<double>(collector.scaled_deltas(0)[0]), 0.375 * f * (1 - f), 1e-7);
}

TEST(Collector, NoErrorNoDelta) {
  Collector collector{shape_of(4, 1, 1)};
  std::fill_n(collector.partial(0).begin(), 4, 10.0F);
  collector.activations();
  std::fill_n(collector.back_partial(0).begin(), 4, 0.0F);
  const std::int32_t exponent = collector.deltas(0);
  EXPECT_LT(exponent, -50);
  for (const float code : collector.scaled_deltas(exponent)) {
    EXPECT_EQ(code, 0.0F);
  }
}

}  // namespace
