#include "foundation/mark.h"

#include <array>
#include <cstddef>

namespace kirchhoff::foundation {
namespace {

constexpr std::array<std::string_view, 4> names{"source", "derived", "assumed", "user"};

}  // namespace

std::string_view to_string(Mark mark) {
  return names.at(static_cast<std::size_t>(mark));
}

std::optional<Mark> mark_from(std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) {
      return static_cast<Mark>(i);
    }
  }
  return std::nullopt;
}

std::vector<std::string> mark_names() {
  return {names.begin(), names.end()};
}

}  // namespace kirchhoff::foundation
