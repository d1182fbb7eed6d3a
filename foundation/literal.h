#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace kirchhoff::foundation {

/// A value as somebody wrote it, before it is known what it is for.
struct Literal {
  using List = std::vector<Literal>;
  /// std::monostate: something no parameter can be (a date, a table within a list).
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List> value;
};

/// As it would stand in a TOML file; for messages.
std::string to_string(const Literal& literal);

}  // namespace kirchhoff::foundation
