// Instructions, traps and interrupts of the hart, on a bus of the test's own.
#include "testbenches/cosim/hart/hart_core.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include "testbenches/system/assembled_program.h"

namespace {

using namespace kirchhoff::testbenches;
using testing::ElementsAre;

constexpr std::uint32_t ram_base = 0x8000'0000;
constexpr std::uint32_t results = 0x8001'0000;
constexpr std::uint32_t finisher = 0x0010'0000;

struct alignas(4096) Page {
  std::array<std::byte, 4096> bytes{};
};

/// A hart with a program, a megabyte of memory, and a bus whose devices take what is written at offset 0 and
/// refuse the rest.
class Machine : public HartBus {
 public:
  explicit Machine(const ElfProgram& program) : pages(256) {
    const std::span<std::byte> memory{pages.front().bytes.data(), pages.size() * sizeof(Page)};
    for (const LoadSegment& segment : program.segments) {
      std::memcpy(&memory[segment.address - ram_base], segment.bytes.data(), segment.bytes.size());
    }
    const std::array<HartCore::Devices, 3> devices{
        {{finisher, 0x1000}, {0x0200'0000, 0x1'0000}, {0x1000'0000, 0x1000}}};
    HartBus& bus = *this;
    core = std::make_unique<HartCore>(HartCore::Memory{ram_base, memory}, devices, bus, program.entry);
    core->set_limit(UINT64_MAX);
  }

  bool access(std::uint32_t address, unsigned bytes, bool write, std::uint32_t& value) override {
    if (address == finisher && write && bytes == 4) {
      core->request_stop();
    }
    if (write && on_write) {
      return on_write(address, value);
    }
    return address % 0x1000 == 0 && write;
  }

  bool limit_reached() override { return on_limit && on_limit(); }

  std::uint32_t word(std::uint32_t address) {
    std::uint32_t value = 0;
    std::memcpy(&value, &pages[(address - ram_base) / sizeof(Page)].bytes[address % sizeof(Page)],
                sizeof value);
    return value;
  }
  void set_word(std::uint32_t address, std::uint32_t value) {
    std::memcpy(&pages[(address - ram_base) / sizeof(Page)].bytes[address % sizeof(Page)], &value,
                sizeof value);
    core->memory_written(address, sizeof value);
  }

  std::vector<Page> pages;
  std::function<bool(std::uint32_t address, std::uint32_t value)> on_write;
  std::function<bool()> on_limit;
  std::unique_ptr<HartCore> core;
};

class HartCoreTest : public testing::Test {
 protected:
  /// Skips the test where programs could not be assembled.
  void load(const std::string& name) {
    program = assembled(name);
    if (!program) {
      GTEST_SKIP() << no_cross_compiler;
    }
    machine = std::make_unique<Machine>(*program);
  }
  std::uint32_t at(const std::string& label) { return address_of(*program, label); }
  HartCore& core() { return *machine->core; }

  std::optional<ElfProgram> program;
  std::unique_ptr<Machine> machine;
};

#define LOAD(name)   \
  load(name);        \
  if (IsSkipped()) { \
    return;          \
  }                  \
  static_assert(true)

TEST_F(HartCoreTest, TrapsArePrecise) {
  LOAD("faults");
  ASSERT_EQ(core().run(), HartCore::Pause::stop_request);
  struct Expected {
    const char* label;
    TrapCause cause;
    std::uint32_t value;
  };
  const std::vector<Expected> expected{{"load", TrapCause::load_fault, 0x5000'0008},
                                       {"store", TrapCause::store_fault, 0x5000'000c},
                                       {"device_load", TrapCause::load_fault, finisher + 0x10},
                                       {"device_store", TrapCause::store_fault, finisher + 0x14},
                                       {"device_byte", TrapCause::load_fault, finisher},
                                       {"call", TrapCause::machine_call, 0},
                                       {"break", TrapCause::breakpoint, 0},
                                       {"nothing", TrapCause::illegal_instruction, 0},
                                       {"reserved", TrapCause::illegal_instruction, 0xffff'ffff},
                                       {"no_csr", TrapCause::illegal_instruction, 0x7ff0'2573}};
  std::uint32_t record = results;
  for (const auto& [label, cause, value] : expected) {
    EXPECT_EQ(machine->word(record), static_cast<std::uint32_t>(cause)) << label;
    EXPECT_EQ(machine->word(record + 4), at(label)) << label;
    EXPECT_EQ(machine->word(record + 8), value) << label;
    EXPECT_EQ(machine->word(record + 12), 0x1234U) << label << ": the load has no result";
    record += 16;
  }
  EXPECT_EQ(machine->word(record), static_cast<std::uint32_t>(TrapCause::store_fault)) << "amoadd.w";
  EXPECT_EQ(machine->word(record + 8), 0x5000'0000U);
  record += 16;
  EXPECT_EQ(machine->word(record), static_cast<std::uint32_t>(TrapCause::breakpoint)) << "c.ebreak";
  EXPECT_EQ(machine->word(record + 4), at("short_break"));
  record += 16;
  EXPECT_EQ(machine->word(record), static_cast<std::uint32_t>(TrapCause::fetch_fault));
  EXPECT_EQ(machine->word(record + 4), 0x6000'0000U) << "mepc is where it wanted to go";
  EXPECT_EQ(machine->word(record + 8), 0x6000'0000U);
  EXPECT_EQ(machine->word(record + 16), 0U) << "no trap more";
}

TEST_F(HartCoreTest, CountsDoNotDependOnWhereTheRunIsInterrupted) {
  LOAD("compute");
  std::vector<std::uint64_t> counts;
  std::vector<std::uint32_t> sums;
  std::vector<std::vector<std::uint64_t>> accesses;
  for (const std::uint64_t slice : {UINT64_MAX, std::uint64_t{1000}, std::uint64_t{37}}) {
    machine = std::make_unique<Machine>(*program);
    std::vector<std::uint64_t> seen;
    machine->on_write = [&](std::uint32_t, std::uint32_t) {
      seen.push_back(core().executed());
      return true;
    };
    HartCore::Pause pause{};
    do {
      const std::uint64_t limit = slice == UINT64_MAX ? slice : core().executed() + slice;
      core().set_limit(limit);
      pause = core().run();
      if (pause == HartCore::Pause::limit) {
        ASSERT_EQ(core().executed(), limit) << "never an instruction more or less";
      }
    } while (pause == HartCore::Pause::limit);
    counts.push_back(core().executed());
    sums.push_back(machine->word(results));
    accesses.push_back(seen);
  }
  EXPECT_EQ(counts, std::vector<std::uint64_t>(3, counts[0]));
  EXPECT_EQ(sums, std::vector<std::uint32_t>(3, sums[0]));
  EXPECT_EQ(accesses[1], accesses[0]);
  EXPECT_EQ(accesses[2], accesses[0]);
  EXPECT_EQ(accesses[0].size(), 16U) << "fifteen dots and the end";
}

TEST_F(HartCoreTest, EndOfAQuantumWithinAnAccessRepeatsNothing) {
  LOAD("compute");
  std::uint64_t writes = 0;
  machine->on_write = [&](std::uint32_t, std::uint32_t) {
    ++writes;
    core().set_limit(core().executed());  // as when the access has used up the quantum
    return true;
  };
  while (core().run() == HartCore::Pause::limit) {
    core().set_limit(UINT64_MAX);
  }
  EXPECT_EQ(writes, 16U);
}

TEST_F(HartCoreTest, SleepsUntilAnEnabledLineIsHigh) {
  LOAD("masked");
  machine->on_write = [&](std::uint32_t address, std::uint32_t) {
    if (address == finisher) core().request_stop();
    return true;
  };
  ASSERT_EQ(core().run(), HartCore::Pause::wait_for_interrupt);
  EXPECT_EQ(core().pc(), at("behind"));
  core().set_lines(external_line);
  EXPECT_FALSE(core().wakes()) << "mie does not enable it";
  core().set_lines(external_line | timer_line);
  EXPECT_TRUE(core().wakes());
  EXPECT_EQ(core().run(), HartCore::Pause::stop_request);
  EXPECT_GT(core().executed(), 0U);
  EXPECT_NE(core().registers().csr(Emulator::Csr::mcause),
            static_cast<std::uint32_t>(TrapCause::timer_interrupt))
      << "mstatus.MIE is 0: nothing is taken";
}

TEST_F(HartCoreTest, TakesAnInterruptBehindTheInstructionThatAllowsIt) {
  LOAD("interrupts");
  std::uint32_t taken = 0;
  machine->on_write = [&](std::uint32_t address, std::uint32_t value) {
    if (address == 0x0200'0000) {
      core().set_lines(value != 0 ? software_line : 0U);
      taken += value == 0 ? 1 : 0;
    }
    return true;
  };
  ASSERT_EQ(core().run(), HartCore::Pause::wait_for_interrupt);  // the bus refuses reads of CLINT: noted, too
  const std::uint32_t record = results + 16;
  EXPECT_EQ(machine->word(record), static_cast<std::uint32_t>(TrapCause::software_interrupt));
  EXPECT_EQ(machine->word(record + 4), at("after_software"));
  constexpr std::uint32_t previous_mode_and_enable = 3U << 11 | 1U << 7;
  EXPECT_EQ(machine->word(record + 8) & (previous_mode_and_enable | 1U << 3), previous_mode_and_enable);
  EXPECT_EQ(taken, 1U) << "not twice";
}

TEST_F(HartCoreTest, ForgetsCodeThatOthersHaveWritten) {
  LOAD("patched");
  core().set_limit(1000);
  ASSERT_EQ(core().run(), HartCore::Pause::limit);
  EXPECT_EQ(machine->word(results + 4), 1U);
  constexpr std::uint32_t load_seven = 0x0070'0513;  // li a0, 7
  machine->set_word(at("function"), load_seven);
  core().set_limit(2000);
  ASSERT_EQ(core().run(), HartCore::Pause::limit);
  EXPECT_EQ(machine->word(results + 4), 7U);
}

TEST_F(HartCoreTest, GoesOnWhereItsLimitIsRaised) {
  LOAD("patched");
  int raised = 0;
  machine->on_limit = [&] {
    core().set_limit(core().executed() + 100);
    if (++raised == 5) {  // while it goes on, others write code, too
      constexpr std::uint32_t load_seven = 0x0070'0513;
      machine->set_word(at("function"), load_seven);
    }
    return raised < 10;
  };
  core().set_limit(100);
  ASSERT_EQ(core().run(), HartCore::Pause::limit);
  EXPECT_EQ(core().executed(), 1000U);
  EXPECT_EQ(raised, 10);
  EXPECT_EQ(machine->word(results + 4), 7U);
}

TEST_F(HartCoreTest, TakesAnInterruptThatComesAtItsLimit) {
  LOAD("interrupts");
  machine->on_write = [&](std::uint32_t address, std::uint32_t) {
    if (address == 0x0200'0000) core().set_lines(0);
    return true;
  };
  core().set_limit(1000);  // in the loop before interrupts are allowed
  machine->on_limit = [&] {
    core().set_limit(UINT64_MAX);
    core().set_lines(software_line);
    return true;
  };
  ASSERT_EQ(core().run(), HartCore::Pause::wait_for_interrupt);
  EXPECT_EQ(machine->word(results + 16), static_cast<std::uint32_t>(TrapCause::software_interrupt));
  EXPECT_EQ(machine->word(results + 20), at("after_software"));
}

TEST_F(HartCoreTest, StopsAtBreakpointsAndSteps) {
  LOAD("patched");
  core().add_breakpoint(at("function"));
  ASSERT_EQ(core().run(), HartCore::Pause::breakpoint);
  EXPECT_EQ(core().pc(), at("function"));
  ASSERT_EQ(core().run(), HartCore::Pause::breakpoint) << "it is before the instruction still";
  const std::uint64_t before = core().executed();
  core().set_stepping(true);
  core().set_limit(before + 1);
  ASSERT_EQ(core().run(), HartCore::Pause::limit);
  EXPECT_EQ(core().executed(), before + 1);
  EXPECT_EQ(core().pc(), at("function") + 4);
  core().set_stepping(false);
  core().set_limit(UINT64_MAX);
  ASSERT_EQ(core().run(), HartCore::Pause::breakpoint) << "the next call";
  core().remove_breakpoint(at("function"));
  core().set_limit(before + 100);
  EXPECT_EQ(core().run(), HartCore::Pause::limit);
}

TEST_F(HartCoreTest, StepsDoNotFallIntoHandlers) {
  LOAD("interrupts");
  core().add_breakpoint(at("after_software"));
  machine->on_write = [&](std::uint32_t, std::uint32_t) { return true; };
  ASSERT_EQ(core().run(), HartCore::Pause::breakpoint);
  core().set_lines(software_line);
  core().set_stepping(true);
  core().set_limit(core().executed() + 1);
  ASSERT_EQ(core().run(), HartCore::Pause::limit);
  EXPECT_EQ(core().pc(), at("after_software") + 4);
  core().set_stepping(false);
  core().set_limit(core().executed() + 1);
  ASSERT_EQ(core().run(), HartCore::Pause::limit);
  EXPECT_EQ(core().pc(), at("handler") + 4) << "taken as soon as it runs";
}

TEST_F(HartCoreTest, StopsBeforeAWatchedAccess) {
  LOAD("patched");
  core().add_watchpoint(WatchKind::write, results + 4, 4);
  ASSERT_EQ(core().run(), HartCore::Pause::watchpoint);
  EXPECT_EQ(core().watched().address, results + 4);
  EXPECT_EQ(machine->word(results + 4), 0U) << "not written yet";
}

TEST_F(HartCoreTest, TrapsThatNobodyHandlesAreDeadEnds) {
  LOAD("no_handler");
  ASSERT_EQ(core().run(), HartCore::Pause::dead_end);
  EXPECT_EQ(core().dead_end().cause, TrapCause::illegal_instruction);
  EXPECT_EQ(core().dead_end().pc, at("broken"));
  LOAD("overflow");
  ASSERT_EQ(core().run(), HartCore::Pause::dead_end);
  EXPECT_EQ(core().dead_end().pc, at("handler")) << "the handler itself";
}

}  // namespace
