#pragma once

#include <elf.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace kirchhoff::unit {

template <typename T>
std::string bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// Writes small RISC-V executables: two load segments, and symbols of a code section at `text_address`.
/// Every field may be changed before bytes() lays the file out.
struct ElfBench {
  static constexpr std::uint32_t ram = 0x8000'0000;
  static constexpr std::uint32_t text_address = ram;
  static constexpr std::uint32_t text_bytes = 0x40;
  static constexpr std::uint32_t data_address = ram + 0x1000;

  ElfBench() {
    std::copy_n(ELFMAG, SELFMAG, reinterpret_cast<char*>(header.e_ident));
    header.e_ident[EI_CLASS] = ELFCLASS32;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_RISCV;
    header.e_version = EV_CURRENT;
    header.e_entry = text_address;
    header.e_phoff = sizeof(Elf32_Ehdr);
    header.e_ehsize = sizeof(Elf32_Ehdr);
    header.e_phentsize = sizeof(Elf32_Phdr);
    header.e_shentsize = sizeof(Elf32_Shdr);

    const std::uint32_t contents = sizeof(Elf32_Ehdr) + 2 * sizeof(Elf32_Phdr);
    code.p_type = data.p_type = PT_LOAD;
    code.p_offset = contents;
    code.p_vaddr = code.p_paddr = text_address;
    code.p_filesz = code.p_memsz = text_bytes;
    code.p_flags = PF_R | PF_X;
    data.p_offset = contents + text_bytes;
    data.p_vaddr = 0x9000'0000;  // used there, loaded elsewhere
    data.p_paddr = data_address;
    data.p_filesz = 4;
    data.p_memsz = 0x100;
    data.p_flags = PF_R | PF_W;
  }

  void add_symbol(const std::string& name, std::uint32_t address, std::uint32_t size,
                  unsigned type = STT_FUNC, unsigned bind = STB_GLOBAL, std::uint16_t section = 1) {
    Elf32_Sym symbol{};
    symbol.st_name = static_cast<Elf32_Word>(names.size());
    symbol.st_value = address;
    symbol.st_size = size;
    symbol.st_info = static_cast<unsigned char>(ELF32_ST_INFO(bind, type));
    symbol.st_shndx = section;
    symbols.push_back(symbol);
    names += name + '\0';
  }

  [[nodiscard]] std::string bytes() const {
    Elf32_Ehdr head = header;
    head.e_phnum = with_segments ? 2 : 0;
    std::string contents;
    for (std::uint32_t i = 0; i < text_bytes; ++i) contents += static_cast<char>(i);
    contents += "data";
    const auto start = static_cast<std::uint32_t>(sizeof head + 2 * sizeof(Elf32_Phdr));

    std::string table;
    for (const Elf32_Sym& symbol : symbols) table += bytes_of(symbol);
    const auto table_offset = start + static_cast<std::uint32_t>(contents.size());
    contents += table + names;
    std::string sections;
    if (!symbols.empty()) {
      Elf32_Shdr none{};
      Elf32_Shdr text{};
      text.sh_type = SHT_PROGBITS;
      text.sh_flags = SHF_ALLOC | SHF_EXECINSTR;
      text.sh_addr = text_address;
      text.sh_offset = start;
      text.sh_size = text_bytes;
      Elf32_Shdr rodata = text;
      rodata.sh_flags = SHF_ALLOC;
      rodata.sh_addr = data_address;
      rodata.sh_size = 4;
      Elf32_Shdr symbol_table = symbol_header;
      symbol_table.sh_type = SHT_SYMTAB;
      symbol_table.sh_offset = table_offset;
      symbol_table.sh_size = static_cast<Elf32_Word>(table.size());
      Elf32_Shdr strings{};
      strings.sh_type = SHT_STRTAB;
      strings.sh_offset = table_offset + static_cast<Elf32_Word>(table.size());
      strings.sh_size = static_cast<Elf32_Word>(names.size());
      sections =
          bytes_of(none) + bytes_of(text) + bytes_of(rodata) + bytes_of(symbol_table) + bytes_of(strings);
      head.e_shoff = start + static_cast<Elf32_Off>(contents.size());
      head.e_shnum = 5;
    }
    return bytes_of(head) + bytes_of(code) + bytes_of(data) + contents + sections;
  }

  Elf32_Ehdr header{};
  Elf32_Phdr code{};
  Elf32_Phdr data{};
  bool with_segments = true;
  Elf32_Shdr symbol_header = [] {
    Elf32_Shdr section{};
    section.sh_entsize = sizeof(Elf32_Sym);
    section.sh_link = 4;
    return section;
  }();
  std::vector<Elf32_Sym> symbols;
  std::string names = std::string(1, '\0');
};

}  // namespace kirchhoff::unit
