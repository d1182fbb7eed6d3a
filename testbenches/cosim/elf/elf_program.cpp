#include "testbenches/cosim/elf/elf_program.h"

#include <elf.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "foundation/csv_reader.h"
#include "foundation/error.h"
#include "foundation/problems.h"

namespace kirchhoff::testbenches {
namespace {

static_assert(std::endian::native == std::endian::little, "fields are taken as they lie in the file");

constexpr std::uint64_t address_space = std::uint64_t{1} << 32U;

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
      : file_(file), name_("'" + name + "'"), range_(range) {}

  ElfProgram read() {
    read_header();
    ElfProgram program;
    program.entry = header_.e_entry;
    program.segments = read_segments();
    check_entry(program);
    program.functions = SymbolTable(read_functions());
    return program;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw foundation::InputError(foundation::printable(name_ + what));
  }

  [[noreturn]] void refuse_field(std::size_t offset, const std::string& what) const {
    refuse(": byte 0x" +
           [offset] {
             char text[16];
             std::snprintf(text, sizeof text, "%zx", offset);
             return std::string(text);
           }() +
           ": " + what);
  }

  [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t bytes) const {
    return offset <= file_.size() && bytes <= file_.size() - offset;
  }

  /// A structure of the file. The caller has checked that it is there.
  template <typename T>
  [[nodiscard]] T at(std::uint64_t offset) const {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, file_.data() + offset, sizeof value);
    return value;
  }

  void read_header() {
    if (file_.size() < SELFMAG || std::memcmp(file_.data(), ELFMAG, SELFMAG) != 0) {
      refuse(std::string(" is no ELF file: it ") +
             (file_.empty() ? "is empty" : "does not begin with 7f 45 4c 46") +
             "; expected a RISC-V executable, as riscv64-unknown-elf-gcc links it");
    }
    if (file_.size() > EI_CLASS && file_[EI_CLASS] != ELFCLASS32) {
      refuse_field(EI_CLASS, std::string("class is ") +
                                 (file_[EI_CLASS] == ELFCLASS64
                                      ? "64 bits"
                                      : std::to_string(static_cast<unsigned char>(file_[EI_CLASS]))) +
                                 ", expected 1 (32 bits): compile and link with -march=rv32imac -mabi=ilp32");
    }
    if (file_.size() > EI_DATA && file_[EI_DATA] != ELFDATA2LSB) {
      refuse_field(EI_DATA, "byte order is " + std::to_string(static_cast<unsigned char>(file_[EI_DATA])) +
                                ", expected 1 (little-endian)");
    }
    if (!holds(0, sizeof header_)) {
      refuse(" is truncated: it has " + std::to_string(file_.size()) + " bytes, its header alone " +
             std::to_string(sizeof header_));
    }
    header_ = at<Elf32_Ehdr>(0);
    if (header_.e_machine != EM_RISCV) {
      refuse_field(offsetof(Elf32_Ehdr, e_machine), "machine is " + std::to_string(header_.e_machine) +
                                                        machine_text(header_.e_machine) +
                                                        ", expected 243 (RISC-V)");
    }
    if (header_.e_type != ET_EXEC) {
      refuse_field(offsetof(Elf32_Ehdr, e_type),
                   "type is " + type_text(header_.e_type) + ", expected 2 (executable)");
    }
  }

  std::vector<LoadSegment> read_segments() const {
    if (header_.e_phnum == 0) {
      refuse_field(offsetof(Elf32_Ehdr, e_phnum), "no program headers, so there is nothing to load");
    }
    if (header_.e_phentsize != sizeof(Elf32_Phdr)) {
      refuse_field(offsetof(Elf32_Ehdr, e_phentsize),
                   "program headers of " + std::to_string(header_.e_phentsize) + " bytes, expected 32");
    }
    require(header_.e_phoff, std::uint64_t{header_.e_phnum} * sizeof(Elf32_Phdr), "program headers");
    std::vector<std::pair<LoadSegment, std::uint32_t>> found;  // with their numbers
    for (std::uint32_t i = 0; i < header_.e_phnum; ++i) {
      const auto segment = at<Elf32_Phdr>(header_.e_phoff + std::uint64_t{i} * sizeof(Elf32_Phdr));
      if (segment.p_type == PT_LOAD && segment.p_memsz > 0) {
        found.emplace_back(read_segment(segment, "segment " + std::to_string(i)), i);
      } else if (segment.p_type == PT_LOAD && segment.p_filesz > 0) {
        refuse(": segment " + std::to_string(i) + " has " + std::to_string(segment.p_filesz) +
               " bytes in the file, but 0 in memory");
      }
    }
    if (found.empty()) {
      refuse(" has no segment to load: none of its " + std::to_string(header_.e_phnum) +
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
          refuse(": segments " + std::to_string(found[i - 1].second) + " and " +
                 std::to_string(found[i].second) + " overlap: the first ends at " +
                 hex(std::uint64_t{before.address} + before.memory_bytes - 1) + ", the second begins at " +
                 hex(here.address));
        }
      }
      segments.push_back(std::move(found[i].first));
    }
    return segments;
  }

  LoadSegment read_segment(const Elf32_Phdr& segment, const std::string& what) const {
    if (segment.p_filesz > segment.p_memsz) {
      refuse(": " + what + " has " + std::to_string(segment.p_filesz) + " bytes in the file, but only " +
             std::to_string(segment.p_memsz) + " in memory");
    }
    if (segment.p_filesz > 0) {  // the offset of one that is all zeros means nothing
      require(segment.p_offset, segment.p_filesz, what);
    }
    const std::uint64_t end = std::uint64_t{segment.p_paddr} + segment.p_memsz;
    if (segment.p_paddr < range_.base || end > range_.base + range_.bytes) {
      refuse(": " + what + " goes to " + range_text(segment.p_paddr, segment.p_memsz) + ", outside of RAM (" +
             range_text(range_.base, range_.bytes) + "); see the addresses in the linker script");
    }
    LoadSegment result;
    result.address = segment.p_paddr;
    if (segment.p_filesz > 0) {
      const std::string_view bytes = file_.substr(segment.p_offset, segment.p_filesz);
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
    refuse_field(offsetof(Elf32_Ehdr, e_entry),
                 "entry point is " + hex(program.entry) + ", " +
                     (program.entry % 2 == 0 ? "outside of the code that is loaded" : "an odd address") +
                     "; expected the address of the first instruction (ENTRY of the linker script)");
  }

  /// That the file has these bytes.
  void require(std::uint64_t offset, std::uint64_t bytes, const std::string& what) const {
    if (!holds(offset, bytes)) {
      refuse(" is truncated: bytes " + std::to_string(offset) + " to " +
             std::to_string(offset + bytes - (bytes > 0 ? 1 : 0)) + " should hold its " + what +
             ", but it has only " + std::to_string(file_.size()));
    }
  }

  std::vector<FunctionSymbol> read_functions() const {
    if (header_.e_shoff == 0 || header_.e_shnum == 0) {
      return {};
    }
    if (header_.e_shentsize != sizeof(Elf32_Shdr)) {
      refuse_field(offsetof(Elf32_Ehdr, e_shentsize),
                   "section headers of " + std::to_string(header_.e_shentsize) + " bytes, expected 40");
    }
    require(header_.e_shoff, std::uint64_t{header_.e_shnum} * sizeof(Elf32_Shdr), "section headers");
    for (std::uint32_t i = 0; i < header_.e_shnum; ++i) {
      if (section(i).sh_type == SHT_SYMTAB) {
        return functions_of(section(i), i);
      }
    }
    return {};
  }

  [[nodiscard]] Elf32_Shdr section(std::uint32_t index) const {
    return at<Elf32_Shdr>(header_.e_shoff + std::uint64_t{index} * sizeof(Elf32_Shdr));
  }

  /// A symbol that may be a function, and how good a name of its address it is.
  struct Candidate {
    FunctionSymbol symbol;
    bool is_function = false;
    bool is_global = false;
    std::uint64_t section_end = 0;
  };

  std::vector<FunctionSymbol> functions_of(const Elf32_Shdr& table, std::uint32_t number) const {
    const std::string what = "symbols (section " + std::to_string(number) + ")";
    require(table.sh_offset, table.sh_size, what);
    if (table.sh_entsize != sizeof(Elf32_Sym)) {
      refuse(": symbols of " + std::to_string(table.sh_entsize) + " bytes in section " +
             std::to_string(number) + ", expected 16");
    }
    if (table.sh_link >= header_.e_shnum || section(table.sh_link).sh_type != SHT_STRTAB) {
      refuse(": the names of the symbols should be in section " + std::to_string(table.sh_link) +
             ", which is no string table");
    }
    const Elf32_Shdr strings = section(table.sh_link);
    require(strings.sh_offset, strings.sh_size, "names of symbols");
    const std::string_view names = file_.substr(strings.sh_offset, strings.sh_size);

    std::vector<Candidate> candidates;
    for (std::uint64_t at_symbol = 0; at_symbol + sizeof(Elf32_Sym) <= table.sh_size;
         at_symbol += sizeof(Elf32_Sym)) {
      if (auto candidate = candidate_of(at<Elf32_Sym>(table.sh_offset + at_symbol), names)) {
        candidates.push_back(*std::move(candidate));
      }
    }
    return chosen(std::move(candidates));
  }

  [[nodiscard]] std::optional<Candidate> candidate_of(const Elf32_Sym& symbol, std::string_view names) const {
    const unsigned type = ELF32_ST_TYPE(symbol.st_info);
    if ((type != STT_FUNC && type != STT_NOTYPE) || symbol.st_shndx >= header_.e_shnum ||
        symbol.st_shndx == SHN_UNDEF || symbol.st_name >= names.size()) {
      return std::nullopt;
    }
    const Elf32_Shdr code = section(symbol.st_shndx);
    const std::uint64_t end = std::min(address_space, std::uint64_t{code.sh_addr} + code.sh_size);
    if ((code.sh_flags & SHF_EXECINSTR) == 0 || symbol.st_value < code.sh_addr || symbol.st_value >= end) {
      return std::nullopt;
    }
    const std::string_view rest = names.substr(symbol.st_name);
    const std::string name(rest.substr(0, rest.find('\0')));
    if (name.empty() || name.front() == '$' || name.starts_with(".L")) {
      return std::nullopt;  // mapping symbols ($x, $d) and the compiler's own labels
    }
    Candidate candidate;
    candidate.symbol = {
        symbol.st_value,
        static_cast<std::uint32_t>(std::min<std::uint64_t>(symbol.st_size, end - symbol.st_value)),
        foundation::printable(name)};
    candidate.is_function = type == STT_FUNC;
    candidate.is_global = ELF32_ST_BIND(symbol.st_info) == STB_GLOBAL;
    candidate.section_end = end;
    return candidate;
  }

  /// One name for each address: functions before labels, global ones before others, then the larger, then by
  /// name. Labels inside a function's code are none.
  static std::vector<FunctionSymbol> chosen(std::vector<Candidate> candidates) {
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
      const auto key = [](const Candidate& c) {
        return std::make_tuple(c.symbol.address, !c.is_function, !c.is_global, ~c.symbol.bytes,
                               c.symbol.name);
      };
      return key(a) < key(b);
    });
    std::vector<Candidate> kept;
    std::uint64_t function_end = 0;
    for (Candidate& candidate : candidates) {
      const bool taken = !kept.empty() && kept.back().symbol.address == candidate.symbol.address;
      if (taken || (!candidate.is_function && candidate.symbol.address < function_end)) {
        continue;
      }
      if (candidate.is_function) {
        function_end =
            std::max(function_end, std::uint64_t{candidate.symbol.address} + candidate.symbol.bytes);
      }
      kept.push_back(std::move(candidate));
    }
    std::vector<FunctionSymbol> functions;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      FunctionSymbol& symbol = kept[i].symbol;
      if (symbol.bytes == 0) {
        const std::uint64_t next = i + 1 < kept.size() ? kept[i + 1].symbol.address : address_space;
        symbol.bytes = static_cast<std::uint32_t>(std::min(next, kept[i].section_end) - symbol.address);
      }
      functions.push_back(std::move(symbol));
    }
    return functions;
  }

  std::string_view file_;
  std::string name_;
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
