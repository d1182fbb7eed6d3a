#include "testbenches/cosim/gdb/target_description.h"

#include <array>
#include <string_view>

namespace kirchhoff::testbenches {
namespace {

constexpr std::array<std::string_view, 32> integer_registers{
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "fp", "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
    "a6",   "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

struct Csr {
  unsigned number;
  std::string_view name;
};
/// RISC-V privileged architecture 1.12, table 2.5. No counters: they count what the emulator counts, and
/// firmware that reads them is not portable; time is the CLINT's.
constexpr std::array<Csr, 13> machine_csrs{{{0x300, "mstatus"},
                                            {0x301, "misa"},
                                            {0x304, "mie"},
                                            {0x305, "mtvec"},
                                            {0x340, "mscratch"},
                                            {0x341, "mepc"},
                                            {0x342, "mcause"},
                                            {0x343, "mtval"},
                                            {0x344, "mip"},
                                            {0xf11, "mvendorid"},
                                            {0xf12, "marchid"},
                                            {0xf13, "mimpid"},
                                            {0xf14, "mhartid"}}};

std::string reg(std::string_view name, unsigned number, std::string_view type, std::string_view more = "") {
  std::string text = "<reg name=\"";
  text.append(name).append("\" bitsize=\"32\" type=\"").append(type);
  text.append("\" regnum=\"").append(std::to_string(number)).append("\"").append(more).append("/>");
  return text;
}

}  // namespace

std::string gdb_target_description(GdbTarget& target) {
  std::string xml =
      "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target version=\"1.0\">"
      "<architecture>riscv:rv32</architecture>"
      // Or gdb-multiarch takes bare metal for Linux, and steps by breakpoints.
      "<osabi>none</osabi><feature name=\"org.gnu.gdb.riscv.cpu\">";
  for (unsigned i = 0; i < integer_registers.size(); ++i) {
    const std::string_view name = integer_registers[i];
    const bool points = name == "sp" || name == "gp" || name == "tp" || name == "fp";
    xml += reg(name, i, name == "ra" ? "code_ptr" : points ? "data_ptr" : "int");
  }
  xml += reg("pc", gdb_register::pc, "code_ptr") + "</feature><feature name=\"org.gnu.gdb.riscv.csr\">";
  for (const Csr& csr : machine_csrs) {
    const unsigned number = gdb_register::csr_base + csr.number;
    if (target.read_register(number)) {
      const bool points = csr.name == "mepc" || csr.name == "mtvec";
      xml += reg(csr.name, number, points ? "code_ptr" : "int", " group=\"csr\"");
    }
  }
  return xml + "</feature></target>";
}

}  // namespace kirchhoff::testbenches
