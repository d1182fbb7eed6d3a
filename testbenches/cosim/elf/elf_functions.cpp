#include "testbenches/cosim/elf/elf_functions.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "foundation/problems.h"

namespace kirchhoff::testbenches {
namespace {

constexpr std::uint64_t address_space = std::uint64_t{1} << 32U;

class Reader {
 public:
  Reader(const ElfBytes& file, const Elf32_Ehdr& header) : file_(file), header_(header) {}

  std::vector<FunctionSymbol> read() const {
    if (header_.e_shoff == 0 || header_.e_shnum == 0) {
      return {};
    }
    if (header_.e_shentsize != sizeof(Elf32_Shdr)) {
      file_.refuse_field(offsetof(Elf32_Ehdr, e_shentsize),
                         "section headers of " + std::to_string(header_.e_shentsize) + " bytes, expected 40");
    }
    file_.require(header_.e_shoff, std::uint64_t{header_.e_shnum} * sizeof(Elf32_Shdr), "section headers");
    for (std::uint32_t i = 0; i < header_.e_shnum; ++i) {
      if (section(i).sh_type == SHT_SYMTAB) {
        return functions_of(section(i), i);
      }
    }
    return {};
  }

 private:
  /// A symbol that may be a function, and how good a name of its address it is.
  struct Candidate {
    FunctionSymbol symbol;
    bool is_function = false;
    bool is_global = false;
    std::uint64_t section_end = 0;
  };

  [[nodiscard]] Elf32_Shdr section(std::uint32_t index) const {
    return file_.at<Elf32_Shdr>(header_.e_shoff + std::uint64_t{index} * sizeof(Elf32_Shdr));
  }

  std::vector<FunctionSymbol> functions_of(const Elf32_Shdr& table, std::uint32_t number) const {
    const std::string what = "symbols (section " + std::to_string(number) + ")";
    file_.require(table.sh_offset, table.sh_size, what);
    if (table.sh_entsize != sizeof(Elf32_Sym)) {
      file_.refuse(": symbols of " + std::to_string(table.sh_entsize) + " bytes in section " +
                   std::to_string(number) + ", expected 16");
    }
    if (table.sh_link >= header_.e_shnum || section(table.sh_link).sh_type != SHT_STRTAB) {
      file_.refuse(": the names of the symbols should be in section " + std::to_string(table.sh_link) +
                   ", which is no string table");
    }
    const Elf32_Shdr strings = section(table.sh_link);
    file_.require(strings.sh_offset, strings.sh_size, "names of symbols");
    const std::string_view names = file_.piece(strings.sh_offset, strings.sh_size);

    std::vector<Candidate> candidates;
    for (std::uint64_t at_symbol = 0; at_symbol + sizeof(Elf32_Sym) <= table.sh_size;
         at_symbol += sizeof(Elf32_Sym)) {
      if (auto candidate = candidate_of(file_.at<Elf32_Sym>(table.sh_offset + at_symbol), names)) {
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

  const ElfBytes& file_;
  const Elf32_Ehdr& header_;
};

}  // namespace

std::vector<FunctionSymbol> read_functions(const ElfBytes& file, const Elf32_Ehdr& header) {
  return Reader(file, header).read();
}

}  // namespace kirchhoff::testbenches
