#pragma once

#include <cstdint>

namespace kirchhoff::model {

/// One register write of the host.
struct RegisterWrite {
  std::uint64_t address = 0;
  std::uint32_t value = 0;

  bool operator==(const RegisterWrite&) const = default;
};

}  // namespace kirchhoff::model
