#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "testbenches/cosim/elf/symbol_table.h"

namespace kirchhoff::testbenches {

/// The memory that a program may be loaded into: [base, base + bytes).
struct LoadRange {
  std::uint32_t base = 0;
  std::uint64_t bytes = 0;
};

/// A piece of memory as the program wants it before its first instruction.
struct LoadSegment {
  std::uint32_t address = 0;        ///< physical: where the bytes go
  std::vector<std::uint8_t> bytes;  ///< from the file
  std::uint32_t memory_bytes = 0;   ///< in all; those after `bytes` are zero
  bool executable = false;
};

/// A RISC-V executable: what of an ELF file a machine without operating system needs.
///
/// ELF32, little-endian, EM_RISCV, ET_EXEC (System V gABI 4.1 and the RISC-V psABI). Load segments go to
/// their physical addresses (p_paddr: initial values of data that the start-up code copies lie there, not at
/// p_vaddr). Not read: relocations, dynamic linking, thread-local segments, debug information (the debugger
/// reads it from the file itself).
struct ElfProgram {
  std::uint32_t entry = 0;
  std::vector<LoadSegment> segments;  ///< by address; none is empty, none overlaps another
  /// Functions (STT_FUNC), and labels in executable sections that lie outside of them (hand-written
  /// start-up code); those without a size reach to the next one or to the end of their section. Empty for a
  /// stripped file.
  SymbolTable functions;
};

/// Reads the file's bytes; `name` is for messages. Throws InputError, one line, for what is no such file,
/// ends too early, contradicts itself, or does not lie in `range` with every load segment.
ElfProgram parse_elf(std::string_view file, const std::string& name, LoadRange range);

/// The same from a file; InputError too where it cannot be read.
ElfProgram read_elf(const std::filesystem::path& path, LoadRange range);

}  // namespace kirchhoff::testbenches
