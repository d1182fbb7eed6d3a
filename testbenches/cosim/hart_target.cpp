#include "testbenches/cosim/hart_target.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace kirchhoff::testbenches {
namespace {

constexpr unsigned x_registers = 32;

/// By the numbers of the RISC-V Privileged Architecture, table 2.5.
std::optional<Emulator::Csr> csr_of(unsigned number) {
  using Csr = Emulator::Csr;
  switch (number) {
    case 0x300:
      return Csr::mstatus;
    case 0x301:
      return Csr::misa;
    case 0x304:
      return Csr::mie;
    case 0x305:
      return Csr::mtvec;
    case 0x340:
      return Csr::mscratch;
    case 0x341:
      return Csr::mepc;
    case 0x342:
      return Csr::mcause;
    case 0x343:
      return Csr::mtval;
    case 0xf14:
      return Csr::mhartid;
    default:
      return std::nullopt;
  }
}

constexpr unsigned mip_number = 0x344;

bool is_read_only(Emulator::Csr csr) {
  return csr == Emulator::Csr::misa || csr == Emulator::Csr::mhartid;
}

}  // namespace

std::optional<std::uint32_t> HartTarget::read_register(unsigned number) {
  const HartCore& core = platform_.hart().core();
  if (number < x_registers) {
    return core.registers().x(number);
  }
  if (number == gdb_register::pc) {
    return core.pc();
  }
  if (number < gdb_register::csr_base) {
    return std::nullopt;
  }
  if (number == gdb_register::csr_base + mip_number) {
    return core.lines();
  }
  const auto csr = csr_of(number - gdb_register::csr_base);
  return csr ? std::optional{core.registers().csr(*csr)} : std::nullopt;
}

bool HartTarget::write_register(unsigned number, std::uint32_t value) {
  HartCore& core = platform_.hart().core();
  if (number < x_registers) {
    core.registers().set_x(number, value);
    return true;
  }
  if (number == gdb_register::pc) {
    core.set_pc(value);
    return true;
  }
  const auto csr = number < gdb_register::csr_base ? std::nullopt : csr_of(number - gdb_register::csr_base);
  if (!csr || is_read_only(*csr)) {
    return false;
  }
  core.registers().set_csr(*csr, value);
  return true;
}

/// Memory at once; registers word by word, bytes of them where only these are wanted.
std::size_t HartTarget::read_memory(std::uint32_t address, std::span<std::uint8_t> bytes) {
  if (platform_.peek(address, std::as_writable_bytes(bytes)) == bytes.size()) {
    return bytes.size();
  }
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto at = static_cast<std::uint32_t>(address + done);
    std::array<std::byte, 4> word{};
    const std::uint32_t offset = at % word.size();
    std::size_t count = std::min<std::size_t>(word.size() - offset, bytes.size() - done);
    if (platform_.peek(at - offset, word) == word.size()) {
      std::memcpy(&bytes[done], &word[offset], count);
    } else if (platform_.peek(at, {word.data(), 1}) == 1) {  // registers of one byte
      std::memcpy(&bytes[done], word.data(), count = 1);
    } else {
      break;
    }
    done += count;
  }
  return done;
}

bool HartTarget::write_memory(std::uint32_t address, std::span<const std::uint8_t> bytes) {
  return platform_.poke(address, std::as_bytes(bytes));
}

bool HartTarget::set_breakpoint(std::uint32_t address) {
  platform_.hart().core().add_breakpoint(address);
  return true;
}

bool HartTarget::clear_breakpoint(std::uint32_t address) {
  platform_.hart().core().remove_breakpoint(address);
  return true;
}

bool HartTarget::set_watchpoint(WatchKind kind, std::uint32_t address, std::uint32_t bytes) {
  platform_.hart().core().add_watchpoint(kind, address, bytes);
  return true;
}

bool HartTarget::clear_watchpoint(WatchKind kind, std::uint32_t address, std::uint32_t bytes) {
  platform_.hart().core().remove_watchpoint(kind, address, bytes);
  return true;
}

}  // namespace kirchhoff::testbenches
