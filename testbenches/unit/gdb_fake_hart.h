#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "testbenches/cosim/gdb/breakpoint_set.h"
#include "testbenches/cosim/gdb/gdb_server.h"
#include "testbenches/cosim/gdb/gdb_target.h"
#include "testbenches/cosim/gdb/memory_access.h"
#include "testbenches/cosim/gdb/watchpoint_set.h"

namespace kirchhoff::unit {

/// A machine of an array and as few instructions of RV32I as a loop needs, to be debugged.
class FakeHart : public testbenches::GdbTarget {
 public:
  static constexpr std::uint32_t base = 0x8000'0000;
  static constexpr std::size_t bytes = 0x1000;
  static constexpr std::uint32_t total = base + 0x100;   ///< where the program stores its result
  static constexpr std::uint32_t loop = base + 8;        ///< first instruction of its loop
  static constexpr std::uint32_t the_end = base + 0x20;  ///< jumps to itself
  static constexpr std::uint32_t mepc = testbenches::gdb_register::csr_base + 0x341;

  FakeHart() {
    constexpr std::array<std::uint32_t, 9> program{
        0x0000'0513,  // li a0, 0
        0x00a0'0593,  // li a1, 10
        0x00b5'0533,  // loop: add a0, a0, a1
        0xfff5'8593,  //       addi a1, a1, -1
        0xfe05'9ce3,  //       bnez a1, loop
        0x8000'0637,  // lui a2, 0x80000
        0x10a6'2023,  // sw a0, 0x100(a2)
        0x1006'2683,  // lw a3, 0x100(a2)
        0x0000'006f   // j .
    };
    std::memcpy(memory.data(), program.data(), sizeof program);
    registers[testbenches::gdb_register::pc] = base;
  }

  std::optional<std::uint32_t> read_register(unsigned number) override {
    if (number < registers.size()) return registers[number];
    return number == mepc ? std::optional(csr) : std::nullopt;
  }
  bool write_register(unsigned number, std::uint32_t value) override {
    if (number == mepc) csr = value;
    if (number > 0 && number < registers.size()) registers[number] = value;
    return number < registers.size() || number == mepc;
  }
  std::size_t read_memory(std::uint32_t address, std::span<std::uint8_t> result) override {
    if (address < base || address - base >= bytes) return 0;
    const std::size_t count = std::min(result.size(), bytes - (address - base));
    std::copy_n(memory.begin() + (address - base), count, result.begin());
    return count;
  }
  bool write_memory(std::uint32_t address, std::span<const std::uint8_t> data) override {
    if (address < base || address - base > bytes || data.size() > bytes - (address - base)) return false;
    std::copy(data.begin(), data.end(), memory.begin() + (address - base));
    return true;
  }
  bool set_breakpoint(std::uint32_t address) override {
    breakpoints.add(address);
    return true;
  }
  bool clear_breakpoint(std::uint32_t address) override {
    breakpoints.remove(address);
    return true;
  }
  bool set_watchpoint(testbenches::WatchKind kind, std::uint32_t address, std::uint32_t size) override {
    if (can_watch) watchpoints.add(kind, address, size);
    return can_watch;
  }
  bool clear_watchpoint(testbenches::WatchKind kind, std::uint32_t address, std::uint32_t size) override {
    watchpoints.remove(kind, address, size);
    return true;
  }

  /// Runs under the debugger until it ends the simulation, or for so many instructions in all.
  void serve(testbenches::GdbServer& server, long most_instructions) {
    using testbenches::GdbResume;
    using testbenches::GdbStop;
    GdbResume next = server.stopped({});
    while (next != GdbResume::kill && executed < most_instructions) {
      GdbStop stop{GdbStop::Why::step, {}, 0, {}};
      if (next == GdbResume::step) {
        execute(stop);
        if (executed == due) event();
      } else if (!run(server, stop, most_instructions)) {
        return;
      }
      next = server.stopped(stop);
    }
  }

  std::uint32_t& pc() { return registers[testbenches::gdb_register::pc]; }
  std::uint32_t word(std::uint32_t address) const {
    std::uint32_t value = 0;
    if (address >= base && address - base <= bytes - 4) std::memcpy(&value, &memory[address - base], 4);
    return value;
  }

  std::array<std::uint32_t, 33> registers{};
  std::uint32_t csr = 0x1234'5678;
  std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(bytes);
  testbenches::BreakpointSet breakpoints;
  testbenches::WatchpointSet watchpoints;
  bool can_watch = true;
  long executed = 0;
  long due = -1;  ///< after so many instructions, `event` comes
  std::function<void()> event;

 private:
  /// False where the instructions were used up.
  bool run(testbenches::GdbServer& server, testbenches::GdbStop& stop, long most_instructions) {
    while (executed < most_instructions) {
      if (breakpoints.contains(pc())) {
        stop.why = testbenches::GdbStop::Why::breakpoint;
        return true;
      }
      if (const auto access =
              testbenches::memory_access(word(pc()), [this](unsigned n) { return registers[n]; })) {
        if (const auto hit = watchpoints.stop_of(*access)) {
          stop = *hit;
          return true;
        }
      }
      if (!execute(stop)) return true;
      if (executed == due) event();
      if (server.poll()) {
        stop.why = testbenches::GdbStop::Why::interrupted;
        return true;
      }
    }
    return false;
  }

  /// False for an instruction that there is not.
  bool execute(testbenches::GdbStop& stop) {
    ++executed;
    const std::uint32_t code = word(pc());
    auto& x = registers;
    const unsigned rd = code >> 7U & 31U;
    const unsigned rs1 = code >> 15U & 31U;
    const unsigned rs2 = code >> 20U & 31U;
    const std::uint32_t immediate = static_cast<std::uint32_t>(static_cast<std::int32_t>(code) >> 20);
    const std::uint32_t store_offset = (immediate & ~31U) | rd;
    std::uint32_t next = pc() + 4;
    switch (code & 0x7fU) {
      case 0x13:
        x[rd] = x[rs1] + immediate;
        break;
      case 0x33:
        x[rd] = x[rs1] + x[rs2];
        break;
      case 0x37:
        x[rd] = code & 0xffff'f000U;
        break;
      case 0x03:
        x[rd] = word(x[rs1] + immediate);
        break;
      case 0x23: {
        const std::uint32_t value = x[rs2];
        std::array<std::uint8_t, 4> data{};
        std::memcpy(data.data(), &value, 4);
        write_memory(x[rs1] + store_offset, data);
        break;
      }
      case 0x63:  // only bnez back to the loop
        next = x[rs1] != x[rs2] ? pc() - 8 : next;
        break;
      case 0x6f:
        next = pc();
        break;
      default:
        stop.why = testbenches::GdbStop::Why::illegal;
        return false;
    }
    x[0] = 0;
    pc() = next;
    return true;
  }
};

}  // namespace kirchhoff::unit
