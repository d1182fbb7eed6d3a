#pragma once

#include <string>

namespace kirchhoff::testbenches {

// What the build has cross-compiled, as files; without a cross compiler there are none.

/// Of testbenches/cosim/hart/programs, in assembler.
inline std::string hart_program(const std::string& name) {
  return std::string{KIRCHHOFF_PROGRAMS} + '/' + name + ".elf";
}
/// Of testbenches/cosim/firmware.
inline std::string firmware_program(const std::string& name) {
  return std::string{KIRCHHOFF_FIRMWARE} + '/' + name + ".elf";
}

inline constexpr const char* no_cross_compiler =
    "no RISC-V cross compiler when this was built (Debian packages gcc-riscv64-unknown-elf, "
    "picolibc-riscv64-unknown-elf)";

}  // namespace kirchhoff::testbenches
