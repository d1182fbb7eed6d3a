#include "foundation/nearest_point.h"

#include <algorithm>
#include <cmath>

namespace kirchhoff::foundation {

namespace {

/// slope . point >= level, with its multiplier in the projection.
struct Cut {
  Point slope;
  double level = 0;
  double multiplier = 0;
};

double dot(const Point& a, const Point& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// The point that the multipliers stand for.
Point point_of(const std::vector<Cut>& cuts, const Box& box) {
  Point point(box.low.size(), 0.0);
  for (const Cut& cut : cuts) {
    for (std::size_t i = 0; i < point.size(); ++i) point[i] += cut.multiplier * cut.slope[i];
  }
  for (std::size_t i = 0; i < point.size(); ++i) point[i] = std::clamp(point[i], box.low[i], box.high[i]);
  return point;
}

/// The multiplier >= 0 with which `cut` just holds, all others as they are; what it forces up is limited.
void satisfy(std::vector<Cut>& cuts, Cut& cut, const Box& box) {
  constexpr double largest = 1e12;
  const auto lacks = [&](double multiplier) {
    cut.multiplier = multiplier;
    return cut.level - dot(cut.slope, point_of(cuts, box)) > 0;
  };
  if (!lacks(0)) return;
  double below = 0;
  double above = 1;
  while (above < largest && lacks(above)) {
    below = above;
    above *= 2;
  }
  constexpr int halvings = 45;
  for (int i = 0; i < halvings; ++i) {
    const double middle = 0.5 * (below + above);
    (lacks(middle) ? below : above) = middle;
  }
  cut.multiplier = above;
}

/// Hildreth: one cut after the other until none moves the point any more.
Point project(std::vector<Cut>& cuts, const Box& box) {
  constexpr int sweeps = 100;
  constexpr double still = 1e-10;
  Point point = point_of(cuts, box);
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    for (Cut& cut : cuts) satisfy(cuts, cut, box);
    const Point next = point_of(cuts, box);
    double moved = 0;
    for (std::size_t i = 0; i < point.size(); ++i) moved = std::max(moved, std::abs(next[i] - point[i]));
    point = next;
    if (moved < still) break;
  }
  return point;
}

/// False where no point of the box holds it.
bool possible(const Cut& cut, const Box& box) {
  double most = 0;
  for (std::size_t i = 0; i < cut.slope.size(); ++i) {
    most += std::max(cut.slope[i] * box.low[i], cut.slope[i] * box.high[i]);
  }
  return most >= cut.level;
}

/// Tangents of all margins at `point`.
void add_cuts(const Point& point, const std::vector<double>& values, const Margins& margins,
              std::vector<Cut>& cuts) {
  constexpr double step = 1e-4;
  std::vector<Point> slopes(values.size(), Point(point.size(), 0.0));
  Point beside = point;
  for (std::size_t i = 0; i < point.size(); ++i) {
    beside[i] = point[i] + step;
    const std::vector<double> above = margins(beside);
    beside[i] = point[i] - step;
    const std::vector<double> below = margins(beside);
    beside[i] = point[i];
    for (std::size_t k = 0; k < values.size(); ++k) slopes[k][i] = (above[k] - below[k]) / (2 * step);
  }
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double level = dot(slopes[k], point) - values[k];
    cuts.push_back({std::move(slopes[k]), level, 0.0});
  }
}

}  // namespace

std::optional<Point> nearest_to_origin(const Box& box, const Margins& margins) {
  constexpr int rounds = 100;
  constexpr double enough = -1e-7;
  std::vector<Cut> cuts;
  Point point = point_of(cuts, box);
  for (int round = 0; round < rounds; ++round) {
    const std::vector<double> values = margins(point);
    if (std::all_of(values.begin(), values.end(), [](double value) { return value >= enough; })) {
      return point;
    }
    // Cuts that no longer hold the point back are made again when they are needed.
    cuts.erase(std::remove_if(cuts.begin(), cuts.end(), [](const Cut& cut) { return !(cut.multiplier > 0); }),
               cuts.end());
    add_cuts(point, values, margins, cuts);
    if (!std::all_of(cuts.begin(), cuts.end(), [&](const Cut& cut) { return possible(cut, box); })) break;
    point = project(cuts, box);
  }
  return std::nullopt;
}

}  // namespace kirchhoff::foundation
