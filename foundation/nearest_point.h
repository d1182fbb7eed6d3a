#pragma once

#include <functional>
#include <optional>
#include <vector>

namespace kirchhoff::foundation {

using Point = std::vector<double>;

/// A closed box around the origin's neighbourhood; low <= high, component by component.
struct Box {
  Point low;
  Point high;
};

/// Several values at a point, each wanted to be at least 0.
using Margins = std::function<std::vector<double>(const Point&)>;

/// The point of the box nearest to the origin at which every margin is at least -1e-7; nothing where cutting
/// planes do not get there in 100 rounds. Exact for concave margins (Kelley, J. SIAM 8, 703, 1960: each round
/// adds the tangents at the last point, none of which cuts off a point that is allowed), with the projection
/// onto the cuts by Hildreth's method (Naval Research Logistics Quarterly 4, 79, 1957).
[[nodiscard]] std::optional<Point> nearest_to_origin(const Box& box, const Margins& margins);

}  // namespace kirchhoff::foundation
