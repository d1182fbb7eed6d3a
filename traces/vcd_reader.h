#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/duration.h"

namespace kirchhoff::traces {

/// A value change dump read back, for tests and golden traces.
struct Vcd {
  struct Change {
    foundation::Duration time{0};
    std::string value;  ///< as written, without its leading letter
  };
  struct Signal {
    std::string type;  ///< wire, real, string
    unsigned width = 1;
    std::vector<Change> changes;  ///< ascending; the first is the initial value
  };
  /// By full path: "chip.tile_0_0.state".
  std::map<std::string, Signal> signals;
  foundation::Duration end{0};

  /// Value of a signal at a time; empty before its first change. Throws ModelError for an unknown signal.
  [[nodiscard]] std::string_view value_at(const std::string& path, foundation::Duration time) const;
};

/// Strict: unknown identifiers, time running backwards, open scopes and other damage throw InputError with
/// file and line.
Vcd read_vcd(const std::filesystem::path& path);

}  // namespace kirchhoff::traces
