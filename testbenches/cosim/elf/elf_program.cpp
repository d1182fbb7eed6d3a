#include "testbenches/cosim/elf/elf_program.h"

#include <elf.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <utility>

#include "foundation/csv_reader.h"
#include "testbenches/cosim/elf/elf_bytes.h"
#include "testbenches/cosim/elf/elf_functions.h"

namespace kirchhoff::testbenches {
namespace {

static_assert(std::endian::native == std::endian::little, "fields are taken as they lie in the file");

std::string hex(std::uint64_t value) {
  return hex_address(value);
}

/// "0x80000000 to 0x80000fff"
std::string range_text(std::uint64_t base, std::uint64_t bytes) {
  return hex(base) + " to " + hex(base + bytes - 1);
}

std::string machine_text(std::uint32_t machine) {
  switch (machine) {
    case EM_386:
      return " (x86)";
    case EM_X86_64:
      return " (x86-64)";
    case EM_ARM:
      return " (Arm)";
    case EM_AARCH64:
      return " (AArch64)";
    default:
      return "";
  }
}

std::string type_text(std::uint32_t type) {
  switch (type) {
    case ET_REL:
      return "1, an object file that is not linked";
    case ET_DYN:
      return "3, a shared object or a position-independent executable";
    case ET_CORE:
      return "4, a core dump";
    default:
      return std::to_string(type);
  }
}

/// One reading of one file.
class Reader {
 public:
  Reader(std::string_view file, const std::string& name, LoadRange range)
      : file_(file, name), range_(range) {}

  ElfProgram read() {
    read_header();
    ElfProgram program;
    program.entry = header_.e_entry;
    program.segments = read_segments();
    check_entry(program);
    program.functions = SymbolTable(read_functions(file_, header_));
    return program;
  }

 private:
  [[nodiscard]] unsigned ident(std::size_t index) const { return file_.at<unsigned char>(index); }

  void read_header() {
    if (file_.piece(0, SELFMAG) != ELFMAG) {
      file_.refuse(std::string(" is no ELF file: it ") +
                   (file_.size() == 0 ? "is empty" : "does not begin with 7f 45 4c 46") +
                   "; expected a RISC-V executable, as riscv64-unknown-elf-gcc links it");
    }
    if (file_.size() > EI_CLASS && ident(EI_CLASS) != ELFCLASS32) {
      file_.refuse_field(EI_CLASS,
                         std::string("class is ") +
                             (ident(EI_CLASS) == ELFCLASS64 ? "64 bits" : std::to_string(ident(EI_CLASS))) +
                             ", expected 1 (32 bits): compile and link with -march=rv32imac -mabi=ilp32");
    }
    if (file_.size() > EI_DATA && ident(EI_DATA) != ELFDATA2LSB) {
      file_.refuse_field(EI_DATA,
                         "byte order is " + std::to_string(ident(EI_DATA)) + ", expected 1 (little-endian)");
    }
    if (!file_.holds(0, sizeof header_)) {
      file_.refuse(" is truncated: it has " + std::to_string(file_.size()) + " bytes, its header alone " +
                   std::to_string(sizeof header_));
    }
    header_ = file_.at<Elf32_Ehdr>(0);
    if (header_.e_machine != EM_RISCV) {
      file_.refuse_field(offsetof(Elf32_Ehdr, e_machine), "machine is " + std::to_string(header_.e_machine) +
                                                              machine_text(header_.e_machine) +
                                                              ", expected 243 (RISC-V)");
    }
    if (header_.e_type != ET_EXEC) {
      file_.refuse_field(offsetof(Elf32_Ehdr, e_type),
                         "type is " + type_text(header_.e_type) + ", expected 2 (executable)");
    }
  }

  std::vector<LoadSegment> read_segments() const {
    if (header_.e_phnum == 0) {
      file_.refuse_field(offsetof(Elf32_Ehdr, e_phnum), "no program headers, so there is nothing to load");
    }
    if (header_.e_phentsize != sizeof(Elf32_Phdr)) {
      file_.refuse_field(offsetof(Elf32_Ehdr, e_phentsize),
                         "program headers of " + std::to_string(header_.e_phentsize) + " bytes, expected 32");
    }
    file_.require(header_.e_phoff, std::uint64_t{header_.e_phnum} * sizeof(Elf32_Phdr), "program headers");
    std::vector<std::pair<LoadSegment, std::uint32_t>> found;  // with their numbers
    for (std::uint32_t i = 0; i < header_.e_phnum; ++i) {
      const auto segment = file_.at<Elf32_Phdr>(header_.e_phoff + std::uint64_t{i} * sizeof(Elf32_Phdr));
      if (segment.p_type == PT_LOAD && segment.p_memsz > 0) {
        found.emplace_back(read_segment(segment, "segment " + std::to_string(i)), i);
      } else if (segment.p_type == PT_LOAD && segment.p_filesz > 0) {
        file_.refuse(": segment " + std::to_string(i) + " has " + std::to_string(segment.p_filesz) +
                     " bytes in the file, but 0 in memory");
      }
    }
    if (found.empty()) {
      file_.refuse(" has no segment to load: none of its " + std::to_string(header_.e_phnum) +
                   " program headers is of type 1 and not empty");
    }
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.first.address < b.first.address; });
    std::vector<LoadSegment> segments;
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (i > 0) {
        const LoadSegment& before = segments.back();
        const LoadSegment& here = found[i].first;
        if (here.address - before.address < before.memory_bytes) {
          file_.refuse(": segments " + std::to_string(found[i - 1].second) + " and " +
                       std::to_string(found[i].second) + " overlap: the first ends at " +
                       hex(std::uint64_t{before.address} + before.memory_bytes - 1) +
                       ", the second begins at " + hex(here.address));
        }
      }
      segments.push_back(std::move(found[i].first));
    }
    return segments;
  }

  LoadSegment read_segment(const Elf32_Phdr& segment, const std::string& what) const {
    if (segment.p_filesz > segment.p_memsz) {
      file_.refuse(": " + what + " has " + std::to_string(segment.p_filesz) +
                   " bytes in the file, but only " + std::to_string(segment.p_memsz) + " in memory");
    }
    if (segment.p_filesz > 0) {  // the offset of one that is all zeros means nothing
      file_.require(segment.p_offset, segment.p_filesz, what);
    }
    const std::uint64_t end = std::uint64_t{segment.p_paddr} + segment.p_memsz;
    if (segment.p_paddr < range_.base || end > range_.base + range_.bytes) {
      file_.refuse(": " + what + " goes to " + range_text(segment.p_paddr, segment.p_memsz) +
                   ", outside of RAM (" + range_text(range_.base, range_.bytes) +
                   "); see the addresses in the linker script");
    }
    LoadSegment result;
    result.address = segment.p_paddr;
    if (segment.p_filesz > 0) {
      const std::string_view bytes = file_.piece(segment.p_offset, segment.p_filesz);
      result.bytes.assign(bytes.begin(), bytes.end());
    }
    result.memory_bytes = segment.p_memsz;
    result.executable = (segment.p_flags & PF_X) != 0;
    return result;
  }

  void check_entry(const ElfProgram& program) const {
    for (const LoadSegment& segment : program.segments) {
      if (segment.executable && program.entry >= segment.address &&
          program.entry - segment.address < segment.bytes.size() && program.entry % 2 == 0) {
        return;
      }
    }
    file_.refuse_field(
        offsetof(Elf32_Ehdr, e_entry),
        "entry point is " + hex(program.entry) + ", " +
            (program.entry % 2 == 0 ? "outside of the code that is loaded" : "an odd address") +
            "; expected the address of the first instruction (ENTRY of the linker script)");
  }

  ElfBytes file_;
  LoadRange range_;
  Elf32_Ehdr header_{};
};

}  // namespace

ElfProgram parse_elf(std::string_view file, const std::string& name, LoadRange range) {
  return Reader(file, name, range).read();
}

ElfProgram read_elf(const std::filesystem::path& path, LoadRange range) {
  return parse_elf(foundation::read_text_file(path.string()), path.string(), range);
}

}  // namespace kirchhoff::testbenches
