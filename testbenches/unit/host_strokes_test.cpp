#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "testbenches/host/stroke_glyphs.h"
#include "testbenches/host/strokes.h"
#include "testbenches/unit/statistics.h"

namespace kirchhoff::testbenches {
namespace {

struct Drawing {
  std::uint16_t digit = 0;
  StrokesImage image{};
  bool operator==(const Drawing&) const = default;
};

Drawing draw(std::uint64_t seed, StrokesPart part, std::uint32_t index) {
  Drawing drawing;
  drawing.image.fill(0xa5);  // what was there before must not show
  drawing.digit = draw_strokes(seed, part, index, drawing.image);
  return drawing;
}

double ink(const StrokesImage& image) {
  double sum = 0;
  for (const std::uint8_t pixel : image) sum += pixel;
  return sum / 255;
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo).
class CheckSum {
 public:
  void add(std::uint8_t byte) { sum_ = (sum_ ^ byte) * 0x100000001b3U; }
  [[nodiscard]] std::uint64_t value() const { return sum_; }

 private:
  std::uint64_t sum_ = 0xcbf29ce484222325U;
};

/// The same bits on every CPU and with every compiler.
TEST(Strokes, BitsAreAsTheyAlwaysWere) {
  CheckSum sum;
  for (const StrokesPart part : {StrokesPart::train, StrokesPart::test}) {
    for (std::uint32_t n = 0; n < 300; ++n) {
      const Drawing drawing = draw(strokes_seed, part, n);
      sum.add(static_cast<std::uint8_t>(drawing.digit));
      for (const std::uint8_t pixel : drawing.image) sum.add(pixel);
    }
  }
  EXPECT_EQ(sum.value(), 13988539113691260662U)
      << "the generated examples changed, and with them every result on strokes";
}

TEST(Strokes, AnExampleDependsOnSeedPartAndIndexOnly) {
  const Drawing first = draw(7, StrokesPart::train, 123);
  for (std::uint32_t n = 0; n < 20; ++n) draw(8, StrokesPart::test, n);
  EXPECT_EQ(draw(7, StrokesPart::train, 123), first);
  EXPECT_NE(draw(8, StrokesPart::train, 123).image, first.image);
  EXPECT_NE(draw(7 + (std::uint64_t{1} << 32), StrokesPart::train, 123).image, first.image);
  EXPECT_NE(draw(7, StrokesPart::test, 123).image, first.image);
}

TEST(Strokes, EveryTenInARowHoldEachDigitOnce) {
  for (const std::uint64_t seed : {strokes_seed, std::uint64_t{99}}) {
    for (const StrokesPart part : {StrokesPart::train, StrokesPart::test}) {
      for (std::uint32_t block = 0; block < 50; ++block) {
        std::set<std::uint16_t> digits;
        for (std::uint32_t k = 0; k < 10; ++k) digits.insert(draw(seed, part, 10 * block + k).digit);
        EXPECT_EQ(digits.size(), 10U);
        EXPECT_EQ(*digits.rbegin(), 9);
      }
    }
  }
}

/// Each digit is as likely at each of the ten places: chi-square over 100 cells, of which sums are fixed
/// along both directions, so 81 degrees of freedom.
TEST(Strokes, TheOrderWithinTenIsShuffledEvenly) {
  constexpr std::uint32_t blocks = 400;
  std::vector<double> seen(100);
  for (std::uint32_t n = 0; n < 10 * blocks; ++n)
    ++seen[10 * (n % 10) + draw(3, StrokesPart::train, n).digit];
  const std::vector<double> expected(100, blocks / 10.0);
  EXPECT_LT(unit::chi_square(seen, expected), unit::chi_square_limit(81));
}

TEST(Strokes, TrainAndTestDiffer) {
  std::set<StrokesImage> images;
  std::vector<std::uint16_t> train_digits;
  std::vector<std::uint16_t> test_digits;
  for (std::uint32_t n = 0; n < 500; ++n) {
    const Drawing train = draw(strokes_seed, StrokesPart::train, n);
    const Drawing test = draw(strokes_seed, StrokesPart::test, n);
    images.insert(train.image);
    images.insert(test.image);
    train_digits.push_back(train.digit);
    test_digits.push_back(test.digit);
  }
  EXPECT_EQ(images.size(), 1000U) << "no image comes twice";
  EXPECT_NE(train_digits, test_digits) << "not even the order of the digits is the same";
}

TEST(Strokes, ImagesShowADigit) {
  constexpr int side = 28;
  for (std::uint32_t n = 0; n < 500; ++n) {
    const Drawing drawing = draw(5, StrokesPart::train, n);
    const double amount = ink(drawing.image);
    EXPECT_GT(amount, 8) << n << ": hardly any ink";
    EXPECT_LT(amount, 784 * 0.4) << n << ": a blot";
    EXPECT_GT(*std::max_element(drawing.image.begin(), drawing.image.end()), 100) << n;
    double x = 0;
    double y = 0;
    for (int i = 0; i < side * side; ++i) {
      x += (i % side) * drawing.image.at(static_cast<std::size_t>(i)) / 255.0;
      y += (i / side) * drawing.image.at(static_cast<std::size_t>(i)) / 255.0;
    }
    EXPECT_NEAR(x / amount, 13.5, 7) << n;
    EXPECT_NEAR(y / amount, 13.5, 7) << n;
  }
}

/// Writings of one digit differ in most pixels that any of them touches.
TEST(Strokes, WritingsOfADigitVary) {
  std::array<std::array<unit::Sample, 784>, 10> pixels;
  for (std::uint32_t n = 0; n < 2000; ++n) {
    const Drawing drawing = draw(strokes_seed, StrokesPart::train, n);
    for (std::size_t i = 0; i < 784; ++i) pixels.at(drawing.digit).at(i).add(drawing.image.at(i) / 255.0);
  }
  for (std::size_t digit = 0; digit < 10; ++digit) {
    double variance = 0;
    double squares = 0;
    for (const unit::Sample& pixel : pixels.at(digit)) {
      variance += pixel.variance();
      squares += pixel.mean() * pixel.mean();
    }
    EXPECT_GT(variance, 0.5 * squares) << digit << ": one template with little change";
    EXPECT_GT(squares, 5) << digit << ": no common shape at all";
  }
}

/// What makes digits different outweighs what makes hands different far enough to be learnt: nearest class
/// mean is right much more often than by chance, and yet not nearly always.
TEST(Strokes, ClassMeansTellPartOfTheStory) {
  std::array<std::array<double, 784>, 10> mean{};
  constexpr std::uint32_t train_count = 2000;
  constexpr std::uint32_t test_count = 1000;
  for (std::uint32_t n = 0; n < train_count; ++n) {
    const Drawing drawing = draw(strokes_seed, StrokesPart::train, n);
    for (std::size_t i = 0; i < 784; ++i) {
      mean.at(drawing.digit).at(i) += drawing.image.at(i) * 10.0 / train_count;
    }
  }
  std::uint32_t right = 0;
  for (std::uint32_t n = 0; n < test_count; ++n) {
    const Drawing drawing = draw(strokes_seed, StrokesPart::test, n);
    std::array<double, 10> distance{};
    for (std::size_t digit = 0; digit < 10; ++digit) {
      for (std::size_t i = 0; i < 784; ++i) {
        const double difference = drawing.image.at(i) - mean.at(digit).at(i);
        distance.at(digit) += difference * difference;
      }
    }
    const auto nearest = std::min_element(distance.begin(), distance.end()) - distance.begin();
    right += nearest == drawing.digit ? 1 : 0;
  }
  EXPECT_GT(right, test_count * 4 / 10);
  EXPECT_LT(right, test_count * 9 / 10);
}

TEST(StrokeGlyphs, StayInTheirBoxAndHaveSomeVariants) {
  for (unsigned digit = 0; digit < 10; ++digit) {
    const auto variants = glyphs_of(digit);
    EXPECT_GE(variants.size(), 2U) << digit;
    for (const Glyph& glyph : variants) {
      double top = 1;
      double bottom = 0;
      ASSERT_FALSE(glyph.empty());
      for (const GlyphStroke& stroke : glyph) {
        EXPECT_GE(stroke.size(), 2U) << digit;
        for (const GlyphPoint& point : stroke) {
          EXPECT_TRUE(point.x >= 0 && point.x <= 1 && point.y >= 0 && point.y <= 1) << digit;
          top = std::min(top, point.y);
          bottom = std::max(bottom, point.y);
        }
      }
      EXPECT_LT(top, 0.1) << digit;
      EXPECT_GT(bottom, 0.9) << digit;
    }
  }
  EXPECT_THROW(static_cast<void>(glyphs_of(10)), std::out_of_range);
}

}  // namespace
}  // namespace kirchhoff::testbenches
