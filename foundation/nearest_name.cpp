#include "foundation/nearest_name.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace kirchhoff::foundation {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int tolerance(std::string_view name) {
  return std::max(1, (static_cast<int>(name.size()) + 1) / 3);
}

}  // namespace

int edit_distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<int> before(width);
  std::vector<int> above(width);
  std::vector<int> row(width);
  for (std::size_t j = 0; j < width; ++j) {
    above[j] = static_cast<int>(j);
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j < width; ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(above);
    above.swap(row);
  }
  return above.back();
}

std::string_view nearest_name(std::string_view name, std::span<const std::string> candidates) {
  // Somebody may type anything of any length; what is far longer than every name is no misspelling.
  constexpr std::size_t longest = 200;
  if (name.empty() || name.size() > longest) {
    return {};
  }
  std::string_view best;
  int best_distance = std::numeric_limits<int>::max();
  const bool bare = name.find('.') == std::string_view::npos;
  for (const std::string_view candidate : candidates) {
    int distance = edit_distance(name, candidate);
    const std::size_t dot = candidate.rfind('.');
    if (bare && dot != std::string_view::npos) {
      distance = std::min(distance, edit_distance(name, candidate.substr(dot + 1)));
    }
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best_distance <= tolerance(name) ? best : std::string_view{};
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  const std::string_view nearest = nearest_name(name, candidates);
  return nearest.empty() ? std::string{} : "; did you mean '" + std::string(nearest) + "'?";
}

}  // namespace kirchhoff::foundation
