#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kirchhoff::foundation {

/// How well a number is known: read in a publication, computed from one, an engineering assumption,
/// or put there by the user of this run.
enum class Mark : std::uint8_t { source, derived, assumed, user };

std::string_view to_string(Mark mark);
std::optional<Mark> mark_from(std::string_view text);
std::vector<std::string> mark_names();

}  // namespace kirchhoff::foundation
