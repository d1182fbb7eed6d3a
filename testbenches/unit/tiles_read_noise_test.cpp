#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "foundation/random.h"
#include "testbenches/unit/statistics.h"
#include "tiles/pulse_noise.h"
#include "tiles/read_noise.h"

namespace {

using namespace kirchhoff;
using foundation::Purpose;
using foundation::RandomStream;
using tiles::ReadNoise;

const RandomStream kStream{11, Purpose::forward_noise, 5};

std::vector<float> read(ReadNoise& noise, std::size_t lines, float scale,
                        const std::vector<float>& variances = {}) {
  std::vector<float> sums(lines, 0.0F);
  noise.add(variances, scale, sums);
  return sums;
}

TEST(ReadNoise, NoneDrawsNothing) {
  ReadNoise noise{kStream, 50, 0};
  EXPECT_EQ(read(noise, 50, 1), std::vector<float>(50, 0.0F));
  EXPECT_EQ(noise.reads(), 0U);
}

TEST(ReadNoise, SomeReadsOfAllLinesShareABlock) {
  constexpr std::size_t kLines = 50;
  constexpr std::size_t kPart = 13;
  constexpr std::size_t kReads = ReadNoise::reads_per_block;
  ReadNoise noise{kStream, kLines, 1};
  std::vector<std::uint32_t> words(kReads * kLines);
  std::vector<float> normals(kReads * kLines);
  for (std::uint64_t block = 0; block < 3; ++block) {
    kStream.words(block, words);
    tiles::normals_from_words(words, normals);
    for (std::size_t place = 0; place < kReads; ++place) {
      const std::size_t lines = place % 2 == 0 ? kLines : kPart;  // a line's number does not depend on it
      const auto sums = read(noise, lines, 1);
      for (std::size_t j = 0; j < lines; ++j) {
        ASSERT_EQ(sums[j], normals[place * kLines + j]);
      }
    }
  }
  EXPECT_EQ(noise.reads(), 3 * kReads);
}

/// 20,000 reads; false alarms below 1e-5 for each figure.
TEST(ReadNoise, CellsAndIntegratorAddInVariance) {
  constexpr float kScale = 1.0F / 255;
  constexpr double kIntegrator = 0.06;  // of z
  const std::vector<float> variances{0.0F, 100.0F, 2500.0F};
  ReadNoise noise{kStream, 3, kIntegrator};
  std::vector<std::vector<double>> seen(3);
  unit::Sample lines;
  unit::Sample reads;
  double last = 0;
  for (int i = 0; i < 20000; ++i) {
    const auto sums = read(noise, 3, kScale, variances);
    for (std::size_t j = 0; j < 3; ++j) {
      seen[j].push_back(static_cast<double>(sums[j]));
    }
    lines.add(static_cast<double>(sums[0]) * static_cast<double>(sums[1]));
    reads.add(static_cast<double>(sums[2]) * last);
    last = static_cast<double>(sums[2]);
  }
  for (std::size_t j = 0; j < 3; ++j) {
    const double variance = static_cast<double>(variances[j]) + 255 * kIntegrator * 255 * kIntegrator;
    EXPECT_TRUE(unit::is_normal(seen[j], 0, std::sqrt(variance))) << "line " << j;
  }
  EXPECT_NEAR(lines.mean(), 0, unit::alarm_sigma * lines.standard_error());
  EXPECT_NEAR(reads.mean(), 0, unit::alarm_sigma * reads.standard_error());
}

}  // namespace
