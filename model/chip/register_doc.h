#pragma once

#include <cstdint>
#include <string_view>

namespace kirchhoff::model {

enum class RegisterAccess : std::uint8_t { read_only, read_write, write_one_to_clear };

/// One line of a register map.
struct RegisterDoc {
  std::uint32_t offset;
  std::string_view name;
  RegisterAccess access;
  std::string_view meaning;
};

}  // namespace kirchhoff::model
