// The debugger at a hart whose program goes wrong.
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

#include "testbenches/system/cosim_programs.h"
#include "testbenches/system/gdb_debugger.h"
#include "testbenches/system/program_runner.h"
#include "testbenches/system/scratch_folder.h"

namespace {

namespace fs = std::filesystem;
using namespace kirchhoff::testbenches;
using nlohmann::json;
using testing::HasSubstr;

class CosimDebug : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_gdb()) {
      GTEST_SKIP() << "gdb-multiarch is not installed";
    }
    if (!fs::exists(hart_program("endless"))) {
      GTEST_SKIP() << no_cross_compiler;
    }
  }

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

  const ScratchFolder scratch_;
  const fs::path& folder_ = scratch_.path();
  std::unique_ptr<RunningProgram> simulation_;
  std::unique_ptr<Debugger> debugger_;
};

TEST_F(CosimDebug, CtrlCStopsARunningProgram) {
  start(hart_program("endless"), {"--dataset", "none"},
        {Debugger::control_c, "continue", "print/x $pc", "kill"});
  const std::string text = debugger_->output();
  EXPECT_THAT(text, HasSubstr("SIGINT")) << text;
  EXPECT_THAT(text, HasSubstr("0x80000000"));
  EXPECT_EQ(simulation_->wait().code, 0);
  EXPECT_EQ(report()["end"]["reason"], "killed");
}

TEST_F(CosimDebug, StopsWhereNothingCanHappen) {
  start(hart_program("asleep"), {"--dataset", "none"}, {"continue", "print/x $pc", "continue"});
  const std::string text = debugger_->output();
  EXPECT_THAT(text, HasSubstr("0x80000004")) << text;
  EXPECT_EQ(simulation_->wait().code, 4);
}

TEST_F(CosimDebug, StopsAtATrapThatNobodyHandles) {
  start(hart_program("no_handler"), {"--dataset", "none"}, {"continue", "print/x $pc", "continue"});
  const std::string text = debugger_->output();
  EXPECT_THAT(text, HasSubstr("SIGILL")) << text;
  EXPECT_EQ(simulation_->wait().code, 5);
}

}  // namespace
