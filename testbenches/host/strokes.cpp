#include "testbenches/host/strokes.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "foundation/math.h"
#include "foundation/random.h"
#include "testbenches/host/stroke_glyphs.h"

namespace kirchhoff::testbenches {

namespace {

using foundation::RandomSequence;

constexpr int side = 28;
constexpr double middle = (side - 1) / 2.0;
constexpr std::uint32_t digit_count = strokes_classes;

// How much hands differ; chosen so that a linear classifier clearly falls behind a small network.
// Lengths in digit heights unless they say pixels.
constexpr double point_jitter = 0.035;
constexpr double bend = 0.045;        ///< amplitude of a slow wave over the whole digit
constexpr double slant = 0.22;        ///< shear, standard deviation
constexpr double turn = 0.022;        ///< rotation, standard deviation in full turns (8 degrees)
constexpr double height_low = 14.5;   ///< pixels
constexpr double height_high = 20.0;  ///< pixels
constexpr double aspect_low = 0.55;   ///< width / height of the writing box
constexpr double aspect_high = 0.95;
constexpr double shift = 1.3;       ///< pixels, standard deviation
constexpr double pen_low = 1.3;     ///< pixels, full width
constexpr double pen_high = 3.3;    ///< pixels
constexpr double pen_swell = 0.25;  ///< largest relative change of the width along a stroke
constexpr double ink_low = 0.65;
constexpr double grain = 0.15;  ///< largest relative loss of ink in a pixel
constexpr double gap_probability = 0.10;
constexpr double gap_length = 0.10;  ///< of the stroke
constexpr double most_specks = 10;
constexpr double blur = 0.55;  ///< pixels over which the edge of the pen fades, to each side
constexpr int pieces = 6;      ///< straight pieces between two control points

struct Point {
  double x = 0;
  double y = 0;
};

Point operator+(Point a, Point b) {
  return {a.x + b.x, a.y + b.y};
}
Point operator-(Point a, Point b) {
  return {a.x - b.x, a.y - b.y};
}
Point operator*(Point a, double s) {
  return {a.x * s, a.y * s};
}

double between(RandomSequence& random, double low, double high) {
  return low + (high - low) * random.uniform();
}

/// What one writing does to the plane: bend, stretch, shear, turn, shift; from digit units to pixels.
class Hand {
 public:
  explicit Hand(RandomSequence& random)
      : bend_x_(bend * random.normal()),
        bend_y_(bend * random.normal()),
        phase_x_(random.uniform()),
        phase_y_(random.uniform()) {
    const double height = between(random, height_low, height_high);
    const double width = height * between(random, aspect_low, aspect_high);
    const double shear = slant * random.normal();
    const double turns = turn * random.normal();
    const double c = foundation::cos_two_pi(turns);
    const double s = foundation::sin_two_pi(turns);
    // turn x shear x stretch
    xx_ = c * width;
    xy_ = -c * shear * height - s * height;
    yx_ = s * width;
    yy_ = -s * shear * height + c * height;
    shift_ = {middle + shift * random.normal(), middle + shift * random.normal()};
  }

  [[nodiscard]] Point place(Point p) const {
    const double x = p.x - 0.5 + bend_x_ * foundation::sin_two_pi(0.8 * p.y + phase_x_);
    const double y = p.y - 0.5 + bend_y_ * foundation::sin_two_pi(0.8 * p.x + phase_y_);
    return Point{xx_ * x + xy_ * y, yx_ * x + yy_ * y} + shift_;
  }

 private:
  double bend_x_;
  double bend_y_;
  double phase_x_;
  double phase_y_;
  double xx_ = 0, xy_ = 0, yx_ = 0, yy_ = 0;
  Point shift_;
};

/// Hermite curve through the control points, tangents from their neighbours (Catmull-Rom), as a polyline.
void flatten(const GlyphStroke& stroke, std::span<const Point> points, std::vector<Point>& line) {
  line.assign(1, points.front());
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const Point from = points[i];
    const Point to = points[i + 1];
    const Point chord = to - from;
    const Point leave = i == 0 || stroke[i].corner ? chord : (to - points[i - 1]) * 0.5;
    const Point arrive =
        i + 2 == points.size() || stroke[i + 1].corner ? chord : (points[i + 2] - from) * 0.5;
    for (int k = 1; k <= pieces; ++k) {
      const double t = static_cast<double>(k) / pieces;
      const double t2 = t * t;
      const double t3 = t2 * t;
      line.push_back(from * (2 * t3 - 3 * t2 + 1) + leave * (t3 - 2 * t2 + t) + to * (3 * t2 - 2 * t3) +
                     arrive * (t3 - t2));
    }
  }
}

using Ink = std::array<double, std::size_t{side} * side>;  ///< 0 .. 1

/// One straight piece of a pen stroke: ink by distance from its middle line, the darkest pass counts.
void draw_piece(Point from, Point to, double pen, Ink& ink) {
  const double reach = 0.5 * pen + blur;
  const auto pixel = [](double v) { return static_cast<int>(std::clamp(v, 0.0, side - 1.0)); };
  const int left = pixel(std::ceil(std::min(from.x, to.x) - reach));
  const int right = pixel(std::floor(std::max(from.x, to.x) + reach));
  const int top = pixel(std::ceil(std::min(from.y, to.y) - reach));
  const int bottom = pixel(std::floor(std::max(from.y, to.y) + reach));
  const Point along = to - from;
  const double square = along.x * along.x + along.y * along.y;
  const double inverse = square > 0 ? 1.0 / square : 0.0;
  for (int row = top; row <= bottom; ++row) {
    for (int column = left; column <= right; ++column) {
      const Point p = Point{static_cast<double>(column), static_cast<double>(row)} - from;
      const double t = std::clamp((p.x * along.x + p.y * along.y) * inverse, 0.0, 1.0);
      const Point away = p - along * t;
      const double distance = std::sqrt(away.x * away.x + away.y * away.y);
      const double darkness = std::clamp((reach - distance) / (2 * blur), 0.0, 1.0);
      double& cell = ink[static_cast<std::size_t>(row) * side + static_cast<std::size_t>(column)];
      cell = std::max(cell, darkness);
    }
  }
}

void draw_stroke(std::span<const Point> line, double pen, RandomSequence& random, Ink& ink) {
  const double swell = between(random, 0, pen_swell);
  const double phase = random.uniform();
  const double waves = between(random, 0.3, 1.2);
  const auto count = static_cast<double>(line.size() - 1);
  const bool gap = random.uniform() < gap_probability;
  const double gap_begin = between(random, 0.1, 0.9 - gap_length);
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const double t = (static_cast<double>(i) + 0.5) / count;
    if (gap && t > gap_begin && t < gap_begin + gap_length) continue;
    draw_piece(line[i], line[i + 1], pen * (1 + swell * foundation::sin_two_pi(waves * t + phase)), ink);
  }
}

/// Paper and ink are not even: less ink here and there, and a few specks.
void develop(const Ink& ink, RandomSequence& random, StrokesImage& image) {
  const double strength = between(random, ink_low, 1.0);
  std::uint32_t word = 0;
  int bytes_left = 0;
  for (std::size_t i = 0; i < ink.size(); ++i) {
    if (ink[i] <= 0) {
      image[i] = 0;
      continue;
    }
    if (bytes_left == 0) {
      word = random.word();
      bytes_left = 4;
    }
    const double loss = grain * static_cast<double>(word & 0xffU) / 255.0;
    word >>= 8U;
    --bytes_left;
    image[i] = static_cast<std::uint8_t>(std::floor(255.0 * strength * ink[i] * (1 - loss) + 0.5));
  }
  const auto specks = static_cast<int>(random.uniform() * (most_specks + 1));
  for (int n = 0; n < specks; ++n) {
    std::uint8_t& cell = image.at(random.below(side * side));
    cell = std::max(cell, static_cast<std::uint8_t>(40 + random.below(120)));
  }
}

/// Each block of ten examples is a permutation of the digits.
unsigned digit_of(std::uint64_t seed, StrokesPart part, std::uint32_t index) {
  const auto owner = 2U + static_cast<std::uint32_t>(part);  // 0 and 1 draw the images
  RandomSequence random({seed, foundation::Purpose::data_set, owner}, index / digit_count);
  std::array<unsigned, digit_count> digits{};
  std::iota(digits.begin(), digits.end(), 0U);
  for (std::uint32_t left = digit_count; left > 1; --left) {
    std::swap(digits.at(left - 1), digits.at(random.below(left)));
  }
  return digits.at(index % digit_count);
}

}  // namespace

std::uint16_t draw_strokes(std::uint64_t seed, StrokesPart part, std::uint32_t index, StrokesImage& image) {
  const unsigned digit = digit_of(seed, part, index);
  RandomSequence random({seed, foundation::Purpose::data_set, static_cast<std::uint32_t>(part)}, index);
  const auto variants = glyphs_of(digit);
  const Glyph& glyph = variants[random.below(static_cast<std::uint32_t>(variants.size()))];
  const Hand hand(random);
  const double pen = between(random, pen_low, pen_high);

  Ink ink{};
  std::vector<Point> points;
  std::vector<Point> line;
  for (const GlyphStroke& stroke : glyph) {
    points.clear();
    for (const GlyphPoint& p : stroke) {
      const double dx = point_jitter * random.normal();
      const double dy = point_jitter * random.normal();
      points.push_back(hand.place({p.x + dx, p.y + dy}));
    }
    flatten(stroke, points, line);
    draw_stroke(line, pen, random, ink);
  }
  develop(ink, random, image);
  return static_cast<std::uint16_t>(digit);
}

}  // namespace kirchhoff::testbenches
