// The debugger at firmware on the hart, as an engineer uses it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "testbenches/system/gdb_debugger.h"
#include "testbenches/system/program_runner.h"

namespace {

namespace fs = std::filesystem;
using namespace kirchhoff::testbenches;
using nlohmann::json;
using testing::ContainsRegex;
using testing::HasSubstr;

class CosimDebug : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_gdb()) {
      GTEST_SKIP() << "gdb-multiarch is not installed";
    }
    if (!fs::exists(fs::path{KIRCHHOFF_FIRMWARE} / "train.elf")) {
      GTEST_SKIP() << "no firmware: there was no cross compiler when this was built (Debian packages "
                      "gcc-riscv64-unknown-elf, picolibc-riscv64-unknown-elf)";
    }
    std::string pattern = (fs::temp_directory_path() / "kirchhoff-debug-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    if (!folder_.empty()) fs::remove_all(folder_);
  }

  static std::string training() { return (fs::path{KIRCHHOFF_FIRMWARE} / "train.elf").string(); }
  static std::string program(const std::string& name) {
    return (fs::path{KIRCHHOFF_PROGRAMS} / (name + ".elf")).string();
  }
  std::vector<std::string> arguments(const std::string& firmware, std::vector<std::string> more) {
    more.insert(more.begin(), {firmware, "--out", (folder_ / "run").string()});
    return more;
  }
  /// Starts it under a debugger that runs these commands.
  void start(const std::string& firmware, std::vector<std::string> more,
             const std::vector<std::string>& commands) {
    more.insert(more.end(), {"--gdb", "0"});
    simulation_ = std::make_unique<RunningProgram>(KIRCHHOFF_PROGRAM, arguments(firmware, more), folder_);
    std::smatch match;
    std::string said;
    for (int look = 0; look < 1000 && !std::regex_search(said, match, std::regex{"127.0.0.1:([0-9]+)"});
         ++look) {
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
      said = content(folder_ / "stderr");
    }
    ASSERT_FALSE(match.empty()) << said;
    debugger_ =
        std::make_unique<Debugger>(static_cast<std::uint16_t>(std::stoi(match[1].str())), commands, firmware);
  }
  json report() { return json::parse(content(folder_ / "run" / "report.json")); }

  fs::path folder_;
  std::unique_ptr<RunningProgram> simulation_;
  std::unique_ptr<Debugger> debugger_;
};

const std::vector<std::string> small{"--train",  "60", "--test", "20",
                                     "--epochs", "2",  "--set",  "network.image_hidden=[20]"};

TEST_F(CosimDebug, BreaksInTheInterruptHandlerAndChangesNothing) {
  start(training(), small,
        {"break accelerator_interrupt", "continue", "backtrace", "print/x $mcause",
         "monitor registers INTERRUPT_STATUS", "monitor time", "x/1xw 0x40000000", "stepi", "next", "finish",
         "delete", "watch riscv_interrupts", "continue", "delete", "continue"});
  const std::string text = debugger_->output();
  EXPECT_THAT(text, ContainsRegex("Breakpoint 1, accelerator_interrupt")) << text;
  EXPECT_THAT(text, HasSubstr("trap_entry")) << "the backtrace goes on beyond the handler";
  EXPECT_THAT(text, HasSubstr("0x8000000b"));
  EXPECT_THAT(text, HasSubstr("INTERRUPT_STATUS"));
  EXPECT_THAT(text, HasSubstr(" us, "));
  EXPECT_THAT(text, HasSubstr("0x4843524b"));
  EXPECT_THAT(text, HasSubstr("atchpoint"));
  const auto debugged = simulation_->wait();
  json with = report();

  const auto alone = run_program(KIRCHHOFF_PROGRAM, arguments(training(), small), folder_);
  EXPECT_EQ(debugged.code, alone.code);
  json without = report();
  for (json* run : {&with, &without}) {
    (*run)["run"].erase("wall_s");
    (*run)["hart"].erase("mips");
  }
  EXPECT_EQ(with, without) << "simulated time stood still";
}

TEST_F(CosimDebug, CtrlCStopsARunningProgram) {
  start(program("endless"), {"--data", "none"}, {"continue", "print/x $pc", "kill"});
  std::this_thread::sleep_for(std::chrono::seconds{1});
  debugger_->interrupt();
  const std::string text = debugger_->output();
  EXPECT_THAT(text, HasSubstr("SIGINT")) << text;
  EXPECT_THAT(text, HasSubstr("0x80000000"));
  EXPECT_EQ(simulation_->wait().code, 0);
  EXPECT_EQ(report()["end"]["reason"], "killed");
}

TEST_F(CosimDebug, StopsWhereNothingCanHappen) {
  start(program("asleep"), {"--data", "none"}, {"continue", "print/x $pc", "continue"});
  const std::string text = debugger_->output();
  EXPECT_THAT(text, HasSubstr("0x80000004")) << text;
  EXPECT_EQ(simulation_->wait().code, 4);
}

TEST_F(CosimDebug, StopsAtATrapThatNobodyHandles) {
  start(program("no_handler"), {"--data", "none"}, {"continue", "print/x $pc", "continue"});
  const std::string text = debugger_->output();
  EXPECT_THAT(text, HasSubstr("SIGILL")) << text;
  EXPECT_EQ(simulation_->wait().code, 5);
}

}  // namespace
