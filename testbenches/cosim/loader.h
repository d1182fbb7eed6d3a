#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "testbenches/cosim/elf/elf_program.h"

namespace kirchhoff::testbenches {

/// Puts a program and the network image behind it into RAM, which begins at platform_map::ram_base. Throws
/// InputError where the image lies over the program; the program itself must lie in RAM (read_elf()).
void load(std::span<std::byte> ram, const ElfProgram& program, std::span<const std::byte> image);

}  // namespace kirchhoff::testbenches
