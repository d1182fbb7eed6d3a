// gdb-multiarch, and malformed packets, against ./kirchhoff cosim --gdb with the real firmware.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "testbenches/system/cosim_programs.h"
#include "testbenches/system/gdb_debugger.h"
#include "testbenches/system/program_runner.h"
#include "testbenches/system/scratch_folder.h"
#include "testbenches/unit/gdb_caller.h"
#include "testbenches/unit/gdb_malformed_packets.h"

namespace kirchhoff::testbenches {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::milliseconds a_moment{10};

/// The firmware on the program, which waits for a debugger.
class DebuggedCosim {
 public:
  DebuggedCosim(const std::string& firmware, const fs::path& folder, std::vector<std::string> more)
      : folder_(folder) {
    fs::create_directories(folder);
    std::vector<std::string> arguments{firmware, "--gdb", "0", "--out", (folder / "run").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    program_ = std::make_unique<RunningProgram>(KIRCHHOFF_PROGRAM, arguments, folder);
    const std::regex port("127\\.0\\.0\\.1:([0-9]+)");
    std::smatch match;
    for (int i = 0; i < 6000 && port_ == 0 && !program_->ended(); ++i) {
      const std::string text = content(folder / "stderr");
      if (std::regex_search(text, match, port)) port_ = static_cast<std::uint16_t>(std::stoi(match[1]));
      std::this_thread::sleep_for(a_moment);
    }
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  RunningProgram& program() { return *program_; }
  json report() const { return json::parse(content(folder_ / "run" / "report.json")); }

 private:
  fs::path folder_;
  std::unique_ptr<RunningProgram> program_;
  std::uint16_t port_ = 0;
};

class CosimGdb : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(firmware_program("latency"))) {
      GTEST_SKIP() << no_cross_compiler;
    }
  }

  static std::string firmware(const std::string& name) {
    return (fs::path{KIRCHHOFF_FIRMWARE} / (name + ".elf")).string();
  }

  const ScratchFolder scratch_;
  const fs::path& folder_ = scratch_.path();
};

/// Where gdb-multiarch is needed.
class CosimGdbSession : public CosimGdb {
 protected:
  void SetUp() override {
    if (!has_gdb()) GTEST_SKIP() << "gdb-multiarch is not installed";
    CosimGdb::SetUp();
  }

  struct Recorded {
    std::string text;  ///< of the debugger
    ProgramOutcome outcome;
    json report;
  };
  Recorded session(const std::string& name, const std::vector<std::string>& commands,
                   std::vector<std::string> more = {"--dataset", "none"}) {
    DebuggedCosim cosim(firmware_program(name), folder_, std::move(more));
    EXPECT_NE(cosim.port(), 0) << content(folder_ / "stderr");
    Recorded recorded;
    recorded.text = Debugger(cosim.port(), commands, firmware_program(name)).output();
    recorded.outcome = cosim.program().wait();
    if (fs::exists(folder_ / "run" / "report.json")) recorded.report = cosim.report();
    return recorded;
  }
};

TEST_F(CosimGdbSession, BreaksInTheInterruptHandlerAndLooksAround) {
  const Recorded recorded = session("latency", {"break accelerator_interrupt",
                                                "continue",
                                                "backtrace",
                                                "print/x $mcause",
                                                "frame function main",
                                                "info locals",
                                                "frame 0",
                                                "print riscv_interrupts",
                                                "watch riscv_interrupts",
                                                "continue",
                                                "print riscv_interrupts",
                                                "delete",
                                                "next",
                                                "x/1xw 0x40000000",
                                                "monitor time",
                                                "monitor registers STATUS",
                                                "monitor time",
                                                "finish",
                                                "break *trap_entry",
                                                "continue",
                                                "backtrace",
                                                "stepi",
                                                "backtrace",
                                                "delete",
                                                "tbreak machine_finish",
                                                "continue",
                                                "backtrace",
                                                "continue",
                                                "print $_exitcode"});
  const std::string& text = recorded.text;
  EXPECT_THAT(text, ContainsRegex("Breakpoint 1, accelerator_interrupt \\(\\) at "
                                  ".*testbenches/cosim/firmware/platform/riscv_hal.c:"));
  // Out of the handler, through the trap, into what it interrupted.
  const std::string backtrace = text.substr(0, text.find("$1 = "));
  EXPECT_TRUE(
      std::regex_search(backtrace, std::regex("#0  accelerator_interrupt [^]*<signal handler called>[^]*"
                                              " kirchhoff_wait [^]* main \\(\\) at ")))
      << text;
  EXPECT_THAT(text, HasSubstr("$1 = 0x8000000b")) << "machine external interrupt";
  EXPECT_THAT(text, ContainsRegex("tag = 1\n")) << "a local variable of main, five frames out";
  EXPECT_THAT(text, HasSubstr("$2 = 0\n"));
  EXPECT_THAT(text, HasSubstr("Hardware watchpoint 2: riscv_interrupts\n\nOld value = 0\nNew value = 1\n"));
  EXPECT_THAT(text, HasSubstr("$3 = 1\n"));
  EXPECT_THAT(text, HasSubstr("0x40000000:\t0x4843524b")) << "KRCH";
  EXPECT_THAT(text, HasSubstr("0x4000001c  STATUS              0x"));
  std::smatch first;
  ASSERT_TRUE(std::regex_search(text, first, std::regex("([0-9.]+ us, [0-9,]+ instructions)\n")));
  const std::string rest = first.suffix();
  EXPECT_THAT(rest, HasSubstr(first[1].str())) << "simulated time stands still";
  // From the first instruction of the trap on, where nothing is saved yet.
  EXPECT_TRUE(std::regex_search(text, std::regex("#0  <signal handler called>\n#1 [^]* main \\(\\) at [^]*"
                                                 "#0  <signal handler called>\n#1 [^]* main \\(\\) at ")))
      << text;
  EXPECT_THAT(text, HasSubstr("Temporary breakpoint 4, machine_finish (code=code@entry=0)"));
  EXPECT_THAT(text, HasSubstr("exited normally]"));
  EXPECT_THAT(text, HasSubstr("$4 = 0\n"));
  EXPECT_EQ(recorded.outcome.code, 0) << recorded.outcome.err;
  EXPECT_THAT(recorded.outcome.out, HasSubstr("PASS: "));
}

TEST_F(CosimGdbSession, ARunWithBreakpointsIsTheRunWithoutThem) {
  const Recorded debugged =
      session("latency", {"break accelerator_interrupt", "continue", "backtrace", "ignore 1 100", "continue",
                          "info registers", "monitor registers", "delete", "continue"});
  EXPECT_EQ(debugged.outcome.code, 0);
  const ProgramOutcome alone = run_program(
      KIRCHHOFF_PROGRAM,
      {firmware_program("latency"), "--dataset", "none", "--out", (folder_ / "alone").string()}, folder_);
  EXPECT_EQ(alone.code, 0);
  const json report = json::parse(content(folder_ / "alone" / "report.json"));
  EXPECT_EQ(debugged.report["hart"]["instructions"], report["hart"]["instructions"]);
  EXPECT_EQ(debugged.report["run"]["simulated_s"], report["run"]["simulated_s"]);
  EXPECT_EQ(debugged.report["uart"], report["uart"]);
}

TEST_F(CosimGdbSession, CtrlCStopsAFirmwareThatSleeps) {
  const Recorded recorded = session("train",
                                    {"break wait_irq", "continue", "delete", Debugger::control_c, "continue",
                                     "backtrace", "monitor registers STATUS", "kill"},
                                    {"--train", "12000", "--test", "100"});
  EXPECT_THAT(recorded.text, HasSubstr("Program received signal SIGINT"));
  EXPECT_THAT(recorded.text, ContainsRegex("wait_irq .*")) << "asleep, where the driver waits";
  EXPECT_THAT(recorded.text, HasSubstr(" in main "));
  EXPECT_THAT(recorded.text, HasSubstr("BUSY"));
  EXPECT_EQ(recorded.report["end"]["reason"], "killed");
}

TEST_F(CosimGdbSession, ASleepThatWasLookedAtGoesOn) {
  const std::vector<std::string> training{"--train", "8000", "--test", "100", "--epochs", "1"};
  const Recorded debugged = session(
      "train",
      {"break wait_irq", "continue", "delete", Debugger::control_c, "continue", "backtrace", "continue"},
      training);
  EXPECT_THAT(debugged.text, HasSubstr("Program received signal SIGINT"));
  std::vector<std::string> arguments{firmware_program("train"), "--out", (folder_ / "alone").string()};
  arguments.insert(arguments.end(), training.begin(), training.end());
  EXPECT_EQ(debugged.outcome.code, run_program(KIRCHHOFF_PROGRAM, arguments, folder_).code);
  const json report = json::parse(content(folder_ / "alone" / "report.json"));
  EXPECT_EQ(debugged.report["hart"]["instructions"], report["hart"]["instructions"]);
  EXPECT_EQ(debugged.report["run"]["simulated_s"], report["run"]["simulated_s"]);
}

TEST_F(CosimGdbSession, DetachingLetsTheFirmwareRunToItsEnd) {
  const Recorded recorded = session("latency", {"break accelerator_interrupt", "continue", "detach"});
  EXPECT_EQ(recorded.outcome.code, 0);
  EXPECT_THAT(recorded.outcome.out, HasSubstr("PASS: 200 interrupts"));
}

TEST_F(CosimGdb, CtrlCAtTheTerminalEndsAHaltedRun) {
  DebuggedCosim cosim(firmware_program("latency"), folder_, {"--dataset", "none"});
  ASSERT_NE(cosim.port(), 0) << content(folder_ / "stderr");
  unit::Caller caller(cosim.port());
  ASSERT_TRUE(caller.connected);
  caller.send(gdb_packet("QStartNoAckMode"));
  EXPECT_EQ(caller.receive(7), "+$OK#9a") << "it listens, so it is halted";
  cosim.program().send(SIGINT);
  EXPECT_EQ(caller.receive(7), gdb_packet("W82"));
  caller.hang_up();
  const ProgramOutcome outcome = cosim.program().wait();
  EXPECT_EQ(outcome.code, 130) << outcome.err;
}

// 100,000 malformed packets over the line. They may well crash the firmware - they write its memory and its
// registers - and then it is started again; they may not crash the program. Fixed seed.
TEST_F(CosimGdb, LivesThroughMalformedPackets) {
  unit::MalformedPackets packets(20260103, unit::MalformedPackets::Ending::none);
  constexpr int most = 100'000;
  constexpr int at_once = 50;
  int sent = 0;
  int runs = 0;
  std::size_t heard = 0;
  bool answers = false;
  while (sent < most || !answers) {
    ASSERT_LT(runs, 2000);
    const fs::path folder = folder_ / std::to_string(runs++);
    DebuggedCosim cosim(firmware_program("latency"), folder, {"--dataset", "none", "--max-time", "1s"});
    ASSERT_NE(cosim.port(), 0) << content(folder / "stderr");
    unit::Caller caller(cosim.port());
    ASSERT_TRUE(caller.connected);
    bool alive = true;
    const auto listen = [&](const std::string& until, int moments) {
      std::string text;
      for (int i = 0; i < moments && alive && text.find(until) == std::string::npos; ++i) {
        const auto bytes = caller.arrived();
        alive = bytes.has_value();
        text += bytes.value_or("");
        if (bytes && bytes->empty()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      heard += text.size();
      return text.find(until) != std::string::npos;
    };
    while (alive && (sent < most || !answers)) {
      std::string bytes;
      for (int i = 0; i < at_once; ++i, ++sent) bytes += packets.next();
      // Stopped if it ran, out of what may be an unfinished packet, and asked for something it always knows.
      caller.send(bytes + "\x03#00" + "\x03");
      caller.send(gdb_packet("qC"));
      answers = listen("$QC1#", 3000);
      if (!answers && alive) FAIL() << "no answer after " << sent << " packets";
    }
    caller.hang_up();
    cosim.program().send(SIGTERM);
    const int code = cosim.program().wait().code;
    EXPECT_TRUE(code >= 0 || code == -SIGTERM) << "signal " << -code << " after " << sent << " packets";
    EXPECT_NE(code, 3) << content(folder / "stderr");
    fs::remove_all(folder);
  }
  EXPECT_GT(heard, std::size_t{most});
  std::cout << runs << " runs of the firmware\n";
}

}  // namespace
}  // namespace kirchhoff::testbenches
