#include "testbenches/cosim/elf/elf_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "foundation/error.h"
#include "testbenches/unit/data_files.h"
#include "testbenches/unit/elf_bench.h"

namespace kirchhoff::testbenches {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using unit::ElfBench;
using unit::input_error;

constexpr LoadRange ram{ElfBench::ram, 0x10000};

ElfProgram parsed(const ElfBench& elf) {
  return parse_elf(elf.bytes(), "a.elf", ram);
}

std::string complaint(const std::string& bytes) {
  std::string line = input_error([&bytes] { static_cast<void>(parse_elf(bytes, "a.elf", ram)); });
  return line.starts_with("'a.elf'") ? line.substr(7) : line;
}
std::string complaint(const ElfBench& elf) {
  return complaint(elf.bytes());
}

TEST(ElfProgram, SegmentsGoToTheirPhysicalAddresses) {
  const ElfProgram program = parsed(ElfBench{});
  EXPECT_EQ(program.entry, 0x8000'0000U);
  ASSERT_EQ(program.segments.size(), 2U);
  EXPECT_EQ(program.segments[0].address, 0x8000'0000U);
  EXPECT_EQ(program.segments[0].memory_bytes, 0x40U);
  ASSERT_EQ(program.segments[0].bytes.size(), 0x40U);
  EXPECT_EQ(program.segments[0].bytes[0x3f], 0x3f);
  EXPECT_TRUE(program.segments[0].executable);
  EXPECT_EQ(program.segments[1].address, 0x8000'1000U) << "p_paddr, not p_vaddr";
  EXPECT_EQ(program.segments[1].memory_bytes, 0x100U);
  EXPECT_EQ(std::string(program.segments[1].bytes.begin(), program.segments[1].bytes.end()), "data");
  EXPECT_FALSE(program.segments[1].executable);
  EXPECT_TRUE(program.functions.functions().empty()) << "stripped";
}

TEST(ElfProgram, SegmentsComeByAddressAndEmptyOnesNot) {
  ElfBench elf;
  std::swap(elf.code, elf.data);
  EXPECT_EQ(parsed(elf).segments[0].address, 0x8000'0000U);
  elf.code.p_filesz = elf.code.p_memsz = 0;
  elf.code.p_paddr = 0;
  EXPECT_EQ(parsed(elf).segments.size(), 1U);
}

TEST(ElfProgram, OffsetOfZerosMeansNothing) {
  ElfBench elf;
  elf.data.p_filesz = 0;
  elf.data.p_offset = 0xffff'0000;
  EXPECT_TRUE(parsed(elf).segments[1].bytes.empty());
}

TEST(ElfProgram, FunctionsHaveOneNameAndNoOverlap) {
  ElfBench elf;
  constexpr std::uint32_t text = ElfBench::text_address;
  elf.add_symbol("main", text + 0x10, 0x10);
  elf.add_symbol("alias_of_main", text + 0x10, 0, STT_NOTYPE);
  elf.add_symbol("inside_main", text + 0x14, 0, STT_NOTYPE);
  elf.add_symbol("_start", text, 0, STT_NOTYPE);
  elf.add_symbol("$x", text + 0x4, 0, STT_NOTYPE, STB_LOCAL);
  elf.add_symbol("weak_handler", text + 0x20, 8, STT_FUNC, STB_WEAK);
  elf.add_symbol("handler", text + 0x20, 8);
  elf.add_symbol("trap", text + 0x30, 0, STT_NOTYPE);
  elf.add_symbol("too_long", text + 0x28, 0x1000);
  elf.add_symbol("table", ElfBench::data_address, 4, STT_OBJECT, STB_GLOBAL, 2);
  elf.add_symbol("label_in_data", ElfBench::data_address, 0, STT_NOTYPE, STB_GLOBAL, 2);
  elf.add_symbol("nowhere", 0x1234, 4);
  elf.add_symbol("absolute", text + 2, 4, STT_FUNC, STB_GLOBAL, SHN_ABS);
  std::string text_of_table;
  const ElfProgram program = parsed(elf);
  for (const FunctionSymbol& function : program.functions.functions()) {
    text_of_table += function.name + " " + std::to_string(function.address - text) + " " +
                     std::to_string(function.bytes) + "\n";
  }
  EXPECT_EQ(text_of_table, "_start 0 16\nmain 16 16\nhandler 32 8\ntoo_long 40 24\n");
}

TEST(ElfProgram, AddressesAreDescribedByTheirFunction) {
  const SymbolTable table({{0x8000'0010, 0x10, "main"}, {0x8000'0040, 0x10, "after"}});
  EXPECT_EQ(table.describe(0x8000'0010), "0x80000010 (main)");
  EXPECT_EQ(table.describe(0x8000'001f), "0x8000001f (main+0xf)");
  EXPECT_EQ(table.describe(0x8000'0020), "0x80000020");
  EXPECT_EQ(table.describe(4), "0x00000004");
  EXPECT_EQ(table.find(0x8000'004f)->name, "after");
  EXPECT_EQ(table.find(0x8000'0050), nullptr);
  EXPECT_EQ(SymbolTable{}.find(0), nullptr);
}

TEST(ElfProgram, OverlappingFunctionsAreCut) {
  const SymbolTable table({{0x20, 0x100, "b"}, {0x10, 0x100, "a"}, {0x20, 4, "late"}});
  ASSERT_EQ(table.functions().size(), 2U);
  EXPECT_EQ(table.functions()[0].bytes, 0x10U);
  EXPECT_EQ(table.find(0x20)->name, "b");
}

TEST(ElfProgram, SaysWhatIsNoRiscvExecutable) {
  EXPECT_EQ(
      complaint(""),
      " is no ELF file: it is empty; expected a RISC-V executable, as riscv64-unknown-elf-gcc links it");
  EXPECT_THAT(complaint("#!/bin/sh\n"), StartsWith(" is no ELF file: it does not begin with 7f 45 4c 46;"));
  ElfBench elf;
  elf.header.e_ident[EI_CLASS] = ELFCLASS64;
  EXPECT_EQ(complaint(elf),
            ": byte 0x4: class is 64 bits, expected 1 (32 bits): compile and link with -march=rv32imac "
            "-mabi=ilp32");
  elf = {};
  elf.header.e_ident[EI_DATA] = ELFDATA2MSB;
  EXPECT_EQ(complaint(elf), ": byte 0x5: byte order is 2, expected 1 (little-endian)");
  elf = {};
  elf.header.e_machine = EM_ARM;
  EXPECT_EQ(complaint(elf), ": byte 0x12: machine is 40 (Arm), expected 243 (RISC-V)");
  elf = {};
  elf.header.e_type = ET_REL;
  EXPECT_EQ(complaint(elf),
            ": byte 0x10: type is 1, an object file that is not linked, expected 2 (executable)");
  elf = {};
  elf.with_segments = false;
  EXPECT_EQ(complaint(elf), ": byte 0x2c: no program headers, so there is nothing to load");
  elf = {};
  elf.header.e_phentsize = 56;
  EXPECT_EQ(complaint(elf), ": byte 0x2a: program headers of 56 bytes, expected 32");
  elf = {};
  elf.code.p_type = elf.data.p_type = PT_NOTE;
  EXPECT_THAT(complaint(elf), StartsWith(" has no segment to load"));
}

TEST(ElfProgram, SaysWhichSegmentIsWrong) {
  ElfBench elf;
  elf.data.p_paddr = 0x9000'0000;
  EXPECT_EQ(
      complaint(elf),
      ": segment 1 goes to 0x90000000 to 0x900000ff, outside of RAM (0x80000000 to 0x8000ffff); see the "
      "addresses in the linker script");
  elf = {};
  elf.data.p_paddr = 0x8000'ff01;
  EXPECT_THAT(complaint(elf), HasSubstr("0x8000ff01 to 0x80010000, outside of RAM")) << "by one byte";
  elf.data.p_paddr = 0x8000'ff00;
  EXPECT_EQ(parsed(elf).segments.size(), 2U);
  elf = {};
  elf.data.p_memsz = 0xffff'ffff;
  EXPECT_THAT(complaint(elf), HasSubstr("0x80001000 to 0x180000ffe, outside of RAM")) << "no wrap at 32 bits";
  elf = {};
  elf.data.p_filesz = 0x101;
  EXPECT_EQ(complaint(elf), ": segment 1 has 257 bytes in the file, but only 256 in memory");
  elf = {};
  elf.data.p_memsz = 0;
  EXPECT_EQ(complaint(elf), ": segment 1 has 4 bytes in the file, but 0 in memory");
  elf = {};
  elf.data.p_offset = 0xffff'fff0;
  EXPECT_EQ(complaint(elf),
            " is truncated: bytes 4294967280 to 4294967283 should hold its segment 1, but it has only 185");
  elf = {};
  elf.data.p_paddr = ElfBench::text_address + 0x3f;
  EXPECT_EQ(complaint(elf),
            ": segments 0 and 1 overlap: the first ends at 0x8000003f, the second begins at 0x8000003f");
  elf = {};
  elf.header.e_entry = 0;
  EXPECT_EQ(complaint(elf),
            ": byte 0x18: entry point is 0x00000000, outside of the code that is loaded; expected the "
            "address of the "
            "first instruction (ENTRY of the linker script)");
  elf.header.e_entry = ElfBench::data_address;
  EXPECT_THAT(complaint(elf), HasSubstr("outside of the code")) << "data are no code";
  elf.header.e_entry = ElfBench::text_address + 1;
  EXPECT_THAT(complaint(elf), HasSubstr("an odd address"));
}

TEST(ElfProgram, EveryTruncationIsRefused) {
  ElfBench elf;
  elf.add_symbol("main", ElfBench::text_address, 4);
  const std::string whole = elf.bytes();
  ASSERT_NO_THROW(static_cast<void>(parse_elf(whole, "a.elf", ram)));
  for (std::size_t bytes = 4; bytes < whole.size(); ++bytes) {
    EXPECT_THAT(complaint(whole.substr(0, bytes)), StartsWith(" is truncated: ")) << bytes;
  }
}

TEST(ElfProgram, SaysWhatIsWrongWithSymbols) {
  ElfBench elf;
  elf.add_symbol("main", ElfBench::text_address, 4);
  elf.symbol_header.sh_entsize = 24;
  EXPECT_EQ(complaint(elf), ": symbols of 24 bytes in section 3, expected 16");
  elf.symbol_header.sh_entsize = 16;
  elf.symbol_header.sh_link = 99;
  EXPECT_EQ(complaint(elf), ": the names of the symbols should be in section 99, which is no string table");
  elf.symbol_header.sh_link = 4;
  elf.header.e_shentsize = 64;
  EXPECT_EQ(complaint(elf), ": byte 0x2e: section headers of 64 bytes, expected 40");
}

class ElfFile : public unit::FolderTest {};

TEST_F(ElfFile, IsReadFromDisk) {
  const auto path = write("good.elf", ElfBench{}.bytes());
  EXPECT_EQ(read_elf(path, ram).segments.size(), 2U);
  EXPECT_THAT(input_error([this] { static_cast<void>(read_elf(folder_ / "none.elf", ram)); }),
              StartsWith("cannot read " + quoted("none.elf") + ": No such file"));
  EXPECT_THAT(input_error([this] { static_cast<void>(read_elf(folder_, ram)); }),
              HasSubstr("it is a folder"));
}

// Whatever is in the file: a program that lies in RAM, or one line. Fixed seed.
TEST(ElfProgram, MutatedFilesNeverDoHarm) {
  ElfBench elf;
  elf.add_symbol("_start", ElfBench::text_address, 0, STT_NOTYPE);
  elf.add_symbol("main", ElfBench::text_address + 8, 0x20);
  elf.add_symbol("handler", ElfBench::text_address + 0x30, 0x10, STT_FUNC, STB_LOCAL);
  const std::string whole = elf.bytes();
  std::mt19937 random(20260101);
  const auto below = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  constexpr std::uint32_t edges[] = {0, 1, 0x7fff'ffff, 0x8000'0000, 0xffff'fffe, 0xffff'ffff, 0x28, 0x10};
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string bytes = whole;
    for (std::size_t n = 1 + below(4); n > 0; --n) {
      // Half of the changes hit the headers, which lie at both ends.
      const std::size_t at = below(2) == 0 ? below(116) : below(bytes.size());
      switch (below(4)) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
          break;
        case 2:
          bytes.replace(at, 4, unit::bytes_of(edges[below(std::size(edges))]));
          break;
        default:
          if (below(8) == 0) bytes.resize(below(bytes.size() + 1));
      }
      if (bytes.size() < 120) break;
    }
    try {
      const ElfProgram program = parse_elf(bytes, "a.elf", ram);
      ++accepted;
      for (const LoadSegment& segment : program.segments) {
        ASSERT_GE(segment.address, ram.base);
        ASSERT_LE(std::uint64_t{segment.address} + segment.memory_bytes, ram.base + ram.bytes);
        ASSERT_LE(segment.bytes.size(), segment.memory_bytes);
      }
    } catch (const foundation::InputError& error) {
      ++refused;
      const std::string_view line = error.what();
      ASSERT_TRUE(line.starts_with("'a.elf'")) << line;
      ASSERT_TRUE(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' '; })) << line;
    }
  }
  EXPECT_GT(accepted, 10'000);
  EXPECT_GT(refused, 10'000);
}

}  // namespace
}  // namespace kirchhoff::testbenches
