// Hart, devices and chip on one bus, a protocol monitor on every socket pair.
#include "testbenches/cosim/cosim_platform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>

#include "testbenches/cosim/hart_target.h"
#include "testbenches/cosim/loader.h"
#include "testbenches/system/assembled_program.h"
#include "testbenches/system/chip_bench.h"

namespace {

using namespace kirchhoff;
using namespace kirchhoff::testbenches;

constexpr std::uint32_t results = 0x8001'0000;

class CosimPlatformTest : public testing::Test {
 protected:
  /// Runs a program to its end, or skips the test where it could not be assembled.
  void run(const std::string& name, PlatformParameters parameters = {}) {
    const auto program = assembled(name);
    if (!program) {
      GTEST_SKIP() << no_cross_compiler;
    }
    program_ = *program;
    parameters.ram_bytes = 1U << 20;
    parameters.reset_pc = program->entry;
    platform = std::make_unique<CosimPlatform>(
        bench.description, parameters, bench.services, [this](char character) { uart += character; },
        bench.binder);
    load(platform->ram(), *program, {});
    end = platform->run();
    bench.require_compliance();
  }
  std::uint32_t at(const std::string& label) { return address_of(program_, label); }
  std::uint32_t word(std::uint32_t address) {
    std::uint32_t value = 0;
    EXPECT_EQ(platform->peek(address, std::as_writable_bytes(std::span{&value, 1})), sizeof value);
    return value;
  }
  [[nodiscard]] double simulated_us() const { return sc_core::sc_time_stamp().to_seconds() * 1e6; }

  ChipBench bench{{}, tiles::Detail::ideal};
  std::unique_ptr<CosimPlatform> platform;
  ElfProgram program_;
  std::string uart;
  RunEnd end;
};

TEST_F(CosimPlatformTest, ProgramPrintsAndPasses) {
  run("compute");
  if (IsSkipped()) return;
  EXPECT_EQ(end.reason, RunEnd::Reason::pass);
  EXPECT_EQ(uart, std::string(15, '.'));
  // Ten nanoseconds an instruction, fifty more for each of 16 accesses.
  const double expected_us = static_cast<double>(platform->hart().core().executed()) * 0.01 + 16 * 0.05;
  EXPECT_NEAR(simulated_us(), expected_us, 1e-6);
}

TEST_F(CosimPlatformTest, TheEndComesAtItsTime) {
  PlatformParameters parameters;
  parameters.quantum =
      foundation::Duration{3'333'333'000};  // the hart's end lies beyond every look of the kernel's
  run("compute", parameters);
  if (IsSkipped()) return;
  const double expected_us = static_cast<double>(platform->hart().core().executed()) * 0.01 + 16 * 0.05;
  EXPECT_NEAR(simulated_us(), expected_us, 1e-6);
}

/// The accelerator's interrupt is a level: it comes once for each cause, at any quantum.
class InterruptTest : public CosimPlatformTest, public testing::WithParamInterface<int> {};

TEST_P(InterruptTest, EachComesOnce) {
  PlatformParameters parameters;
  parameters.quantum = foundation::Duration{GetParam() * 1'000'000L};
  run("interrupts", parameters);
  if (IsSkipped()) return;
  ASSERT_EQ(end.reason, RunEnd::Reason::pass) << "code " << end.code;
  const auto cause = [&](int trap) {
    return static_cast<TrapCause>(word(results + 16 * static_cast<unsigned>(trap)));
  };
  const auto pc = [&](int trap) { return word(results + 16 * static_cast<unsigned>(trap) + 4); };
  EXPECT_EQ(cause(0), TrapCause::software_interrupt);
  EXPECT_EQ(pc(0), at("after_software"));
  EXPECT_EQ(cause(1), TrapCause::timer_interrupt);
  EXPECT_EQ(pc(1), at("after_timer"));
  EXPECT_EQ(cause(2), TrapCause::store_fault);
  EXPECT_EQ(pc(2), at("store_read_only"));
  EXPECT_EQ(cause(3), TrapCause::external_interrupt);
}
INSTANTIATE_TEST_SUITE_P(Quanta, InterruptTest, testing::Values(1, 10, 100));

TEST_F(CosimPlatformTest, TimerEndsSleepAtItsTime) {
  run("masked");
  if (IsSkipped()) return;
  EXPECT_EQ(end.reason, RunEnd::Reason::pass) << "code " << end.code;
  EXPECT_NEAR(simulated_us(), 5, 0.5) << "50 ticks of 100 ns";
  EXPECT_GT(foundation::to_seconds(platform->hart().slept()), 4e-6);
}

TEST_F(CosimPlatformTest, DmaOutsideOfRamIsAnErrorOfTheChip) {
  run("dma_outside");
  if (IsSkipped()) return;
  EXPECT_EQ(end.reason, RunEnd::Reason::pass) << "code " << end.code;
  EXPECT_EQ(word(results), 2U) << "ERROR_STATUS";
}

TEST_F(CosimPlatformTest, SleepWithoutAnythingToComeIsADeadlock) {
  run("asleep");
  if (IsSkipped()) return;
  EXPECT_EQ(end.reason, RunEnd::Reason::deadlock);
  EXPECT_TRUE(end.waits);
  EXPECT_EQ(end.exit_code(), 4);
}

TEST_F(CosimPlatformTest, LimitsAreExact) {
  PlatformParameters parameters;
  parameters.most_instructions = 12'345;
  run("endless", parameters);
  if (IsSkipped()) return;
  EXPECT_EQ(end.reason, RunEnd::Reason::instruction_limit);
  EXPECT_EQ(platform->hart().core().executed(), 12'345U);
}

TEST_F(CosimPlatformTest, TimeLimitIsExact) {
  PlatformParameters parameters;
  parameters.most_time = foundation::Duration{123'450'000};
  run("endless", parameters);
  if (IsSkipped()) return;
  EXPECT_EQ(end.reason, RunEnd::Reason::time_limit);
  EXPECT_EQ(platform->hart().core().executed(), 12'345U);
}

TEST_F(CosimPlatformTest, DebuggerReadsMemoryAndDevicesWithoutTime) {
  run("compute");
  if (IsSkipped()) return;
  HartTarget target{*platform};
  std::uint32_t identification = 0;
  const std::span<std::uint8_t> bytes{reinterpret_cast<std::uint8_t*>(&identification), 4};
  EXPECT_EQ(target.read_memory(platform_map::accelerator_base, bytes), 4U);
  EXPECT_EQ(identification, model::identification_value);
  EXPECT_EQ(target.read_memory(platform_map::accelerator_base + 1, bytes.first(2)), 2U);
  EXPECT_EQ(bytes[0], static_cast<std::uint8_t>(model::identification_value >> 8U));
  EXPECT_EQ(target.read_memory(platform_map::uart_base + 5, bytes.first(1)), 1U);
  EXPECT_EQ(bytes[0], 0x60) << "line status: ready to send";
  EXPECT_EQ(target.read_memory(0x2000'0000, bytes), 0U);
  EXPECT_TRUE(target.write_memory(results, bytes));
  EXPECT_FALSE(target.write_memory(platform_map::accelerator_base, bytes));
  EXPECT_EQ(target.read_register(gdb_register::pc), platform->hart().core().pc());
  EXPECT_TRUE(target.write_register(10, 99));
  EXPECT_EQ(target.read_register(10), 99U);
  EXPECT_EQ(target.read_register(gdb_register::csr_base + 0x7ff), std::nullopt);
}

}  // namespace
