#include <Random123/threefry.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>
#include <vector>

#include "foundation/random.h"

namespace {

using namespace kirchhoff;
using foundation::Purpose;
using foundation::RandomStream;

TEST(Random, BlockIsThreefry) {
  // Known-answer test of Threefry4x32-20 from Random123: counter and key all zero.
  const r123::Threefry4x32::ctr_type zero{{0, 0, 0, 0}};
  const auto expected = r123::Threefry4x32{}(zero, r123::Threefry4x32::key_type{{0, 0, 0, 0}});
  const RandomStream stream{0, Purpose::manufacture, 0};
  const auto block = stream.block(0, 0);
  EXPECT_EQ(block[0], expected[0]);
  EXPECT_EQ(block[3], expected[3]);
  EXPECT_EQ(block[0], 0x9c6ca96aU);
}

/// xoshiro128++ word by word, as its authors define it.
class Xoshiro {
 public:
  explicit Xoshiro(foundation::RandomBlock state) : s_(state) {}
  std::uint32_t next() {
    const std::uint32_t result = std::rotl(s_[0] + s_[3], 7) + s_[0];
    const std::uint32_t t = s_[1] << 9;
    s_[2] ^= s_[0];
    s_[3] ^= s_[1];
    s_[1] ^= s_[2];
    s_[0] ^= s_[3];
    s_[2] ^= t;
    s_[3] = std::rotl(s_[3], 11);
    return result;
  }

 private:
  foundation::RandomBlock s_;
};

TEST(Random, XoshiroKnownAnswer) {
  // The first outputs of the state 1, 2, 3, 4.
  Xoshiro generator{{1, 2, 3, 4}};
  EXPECT_EQ(generator.next(), 641U);
  EXPECT_EQ(generator.next(), 1573767U);
  EXPECT_EQ(generator.next(), 3222811527U);
}

TEST(Random, WordsAreGeneratorsSeededByBlocks) {
  for (const std::size_t count : {1U, 5U, 15U, 16U, 17U, 64U, 400U}) {
    const RandomStream stream{0x123456789abcdefULL, Purpose::pulse_noise, 77};
    std::vector<std::uint32_t> words(count);
    stream.words(0x987654321ULL, words);
    std::vector<Xoshiro> lanes;
    for (std::uint32_t lane = 0; lane < 16; ++lane) {
      lanes.emplace_back(stream.block(0x987654321ULL, lane));
    }
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(words[i], lanes[i % 16].next()) << i;
    }
  }
}

TEST(Random, StreamsDiffer) {
  std::set<std::uint32_t> seen;
  for (std::uint64_t seed : {1, 2}) {
    for (auto purpose : {Purpose::manufacture, Purpose::shuffle}) {
      for (std::uint32_t owner : {0U, 1U}) {
        for (std::uint64_t operation : {0ULL, 1ULL, 1ULL << 32}) {
          for (std::uint32_t index : {0U, 1U}) {
            seen.insert(RandomStream{seed, purpose, owner}.block(operation, index)[0]);
          }
        }
      }
    }
  }
  EXPECT_EQ(seen.size(), 48U);
}

TEST(Random, NormalPassesKolmogorovSmirnov) {
  constexpr std::size_t kCount = 200000;
  std::vector<std::uint32_t> words(kCount);
  RandomStream{3, Purpose::pulse_noise}.words(0, words);
  std::vector<double> values(kCount);
  std::transform(words.begin(), words.end(), values.begin(), foundation::normal_from);
  std::sort(values.begin(), values.end());
  double distance = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    const double p = 0.5 * std::erfc(-values[i] / std::sqrt(2.0));
    distance = std::max(distance, std::fabs(p - (static_cast<double>(i) + 0.5) / kCount));
  }
  EXPECT_LT(distance, 1.95 / std::sqrt(static_cast<double>(kCount)));  // 0.1 % level
}

TEST(Random, BelowIsUniform) {
  foundation::RandomSequence random{RandomStream{5, Purpose::shuffle}, 0};
  std::vector<int> counts(7);
  for (int i = 0; i < 70000; ++i) {
    ++counts[random.below(7)];
  }
  double chi2 = 0;
  for (const int count : counts) {
    chi2 += (count - 10000.0) * (count - 10000.0) / 10000.0;
  }
  EXPECT_LT(chi2, 22.46);  // 6 degrees of freedom, 0.1 % level
}

}  // namespace
