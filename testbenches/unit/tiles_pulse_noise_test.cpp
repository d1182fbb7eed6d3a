#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "foundation/math.h"
#include "foundation/random.h"
#include "testbenches/unit/statistics.h"
#include "tiles/pulse_noise.h"

namespace {

using namespace kirchhoff;
using tiles::normals_from_words;

std::vector<float> draw(std::size_t count, std::uint64_t operation) {
  std::vector<std::uint32_t> words(count);
  foundation::RandomStream{51, foundation::Purpose::pulse_noise, 9}.words(operation, words);
  std::vector<float> normals(count);
  normals_from_words(words, normals);
  return normals;
}

TEST(PulseNoise, IsStandardNormal) {
  const auto normals = draw(400000, 0);
  std::vector<double> sorted(normals.begin(), normals.end());
  std::sort(sorted.begin(), sorted.end());
  EXPECT_LT(unit::normal_distance(sorted), unit::kolmogorov_limit);
}

TEST(PulseNoise, MomentsAndTails) {
  unit::Sample value;
  unit::Sample fourth;
  double beyond_three = 0;
  const auto normals = draw(400000, 1);
  for (const float normal : normals) {
    const auto x = static_cast<double>(normal);
    value.add(x);
    fourth.add(x * x * x * x);
    beyond_three += std::fabs(x) > 3 ? 1 : 0;
  }
  EXPECT_NEAR(value.mean(), 0, unit::alarm_sigma * value.standard_error());
  EXPECT_NEAR(value.deviation(), 1, unit::alarm_sigma * value.deviation_error());
  EXPECT_NEAR(fourth.mean(), 3, unit::alarm_sigma * fourth.standard_error());
  const double expected = 0.0026997960632602 * 400000;
  EXPECT_NEAR(beyond_three, expected, unit::alarm_sigma * std::sqrt(expected));
}

TEST(PulseNoise, ExtremeWordsStayFinite) {
  const std::array<std::uint32_t, 8> words{0, 1, 2, 3, 0x7fffffffU, 0x80000000U, 0xfffffffeU, 0xffffffffU};
  std::array<float, 8> normals{};
  normals_from_words(words, normals);
  for (const float normal : normals) {
    EXPECT_TRUE(std::isfinite(normal));
    EXPECT_LT(std::fabs(normal), 6.5F);
  }
  EXPECT_GT(*std::max_element(normals.begin(), normals.end()), 6.0F);
  EXPECT_LT(*std::min_element(normals.begin(), normals.end()), -6.0F);
}

TEST(PulseNoise, IsTheQuantileOfItsWord) {
  // Words all over, and those round the seams of pieces and of the tail.
  std::vector<std::uint32_t> words;
  for (std::uint64_t word = 1; word < 0x100000000U; word += 0x0001d4a1U) {
    words.push_back(static_cast<std::uint32_t>(word));
  }
  for (std::uint32_t seam = 0x80000000U; seam >= 0x20000U; seam /= 2) {
    for (std::uint32_t quarter = 4; quarter < 8; ++quarter) {
      for (std::uint32_t near = 0; near < 2048; near += 128) {
        words.push_back(~(seam / 8 * quarter + near - 1024));
      }
    }
  }
  std::vector<float> normals(words.size());
  normals_from_words(words, normals);
  double worst = 0;
  for (std::size_t k = 0; k < words.size(); ++k) {
    const bool tail = words[k] >= 0xff000000U;
    const double distance = tail ? ((~words[k] >> 1) + 0.5) * 0x1p-31 : ((~words[k] >> 8) | 1U) * 0x1p-24;
    const double expected = -foundation::normal_quantile(distance / 2);
    const double got =
        (words[k] & 1U) != 0 ? -static_cast<double>(normals[k]) : static_cast<double>(normals[k]);
    worst = std::max(worst, std::fabs(got - expected));
  }
  RecordProperty("largest_error", std::to_string(worst));
  EXPECT_LT(worst, 3e-6);
}

TEST(PulseNoise, LowestBitIsTheSign) {
  for (std::uint32_t word = 100; word < 0xff000000U; word += 0x00ab1234U) {
    const std::array<std::uint32_t, 2> pair{word & ~1U, word | 1U};
    std::array<float, 2> normals{};
    normals_from_words(pair, normals);
    ASSERT_EQ(normals[0], -normals[1]);
  }
}

TEST(PulseNoise, SameWordsSameNumbersWhateverTheirNumber) {
  const auto many = draw(1000, 2);
  for (const std::size_t count : {1U, 3U, 15U, 17U, 64U, 511U, 513U}) {
    const auto few = draw(count, 2);
    EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
  }
}

/// A word of the tail, among others, in every place of every length up to a block and a half.
TEST(PulseNoise, TailIsFoundWhereverItLies) {
  const std::array<std::uint32_t, 1> tail{0xfffff000U};
  const std::array<std::uint32_t, 1> other{0x12345678U};
  std::array<float, 1> tail_normal{};
  std::array<float, 1> other_normal{};
  normals_from_words(tail, tail_normal);
  normals_from_words(other, other_normal);
  EXPECT_NEAR(static_cast<double>(tail_normal[0]), 4.9, 0.1);
  for (const std::size_t count : {1U, 15U, 16U, 17U, 31U, 511U, 512U, 513U, 530U, 768U}) {
    for (std::size_t place = 0; place < count; ++place) {
      std::vector<std::uint32_t> words(count, other[0]);
      words[place] = tail[0];
      std::vector<float> normals(count);
      normals_from_words(words, normals);
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(normals[i], i == place ? tail_normal[0] : other_normal[0]) << i << " of " << count;
      }
    }
    std::vector<float> normals(count);
    normals_from_words(std::vector<std::uint32_t>(count, tail[0]), normals);
    ASSERT_EQ(std::count(normals.begin(), normals.end(), tail_normal[0]), static_cast<std::ptrdiff_t>(count));
  }
}

}  // namespace
