#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "testbenches/cosim/elf/elf_program.h"
#include "testbenches/system/cosim_programs.h"

namespace kirchhoff::testbenches {

/// See hart_program(); nothing where there was no cross compiler.
inline std::optional<ElfProgram> assembled(const std::string& name) {
  const std::filesystem::path path = hart_program(name);
  if (!std::filesystem::exists(path)) {
    return std::nullopt;
  }
  constexpr std::uint32_t ram_base = 0x8000'0000;
  constexpr std::uint64_t ram_bytes = 1U << 20;
  return read_elf(path, {ram_base, ram_bytes});
}

/// Where a label of it is. Throws where there is none.
inline std::uint32_t address_of(const ElfProgram& program, const std::string& label) {
  for (const auto& function : program.functions.functions()) {
    if (function.name == label) {
      return function.address;
    }
  }
  throw std::runtime_error("no label " + label);
}

}  // namespace kirchhoff::testbenches
