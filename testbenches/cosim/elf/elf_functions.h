#pragma once

#include <elf.h>

#include <vector>

#include "testbenches/cosim/elf/elf_bytes.h"
#include "testbenches/cosim/elf/symbol_table.h"

namespace kirchhoff::testbenches {

/// The functions that an ELF file's symbol table names, see ElfProgram::functions; none for a stripped file.
/// Throws InputError where the table contradicts itself.
std::vector<FunctionSymbol> read_functions(const ElfBytes& file, const Elf32_Ehdr& header);

}  // namespace kirchhoff::testbenches
