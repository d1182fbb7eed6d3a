// The program behind ./kirchhoff cosim, run as a user runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "testbenches/system/cosim_programs.h"
#include "testbenches/system/program_runner.h"
#include "testbenches/system/scratch_folder.h"

namespace {

namespace fs = std::filesystem;
using kirchhoff::testbenches::content;
using kirchhoff::testbenches::firmware_program;
using kirchhoff::testbenches::hart_program;
using kirchhoff::testbenches::no_cross_compiler;
using kirchhoff::testbenches::ProgramOutcome;
using kirchhoff::testbenches::run_program;
using kirchhoff::testbenches::ScratchFolder;
using nlohmann::json;
using testing::HasSubstr;

/// Physical addresses of what is loaded become 0x10......: there is no RAM.
void move_load_segments(std::string& elf) {
  constexpr std::size_t file_header_bytes = 52;
  constexpr std::size_t program_header_bytes = 32;
  for (std::size_t header = file_header_bytes; header < file_header_bytes + 3 * program_header_bytes;
       header += program_header_bytes) {
    if (elf[header] == 1) {  // PT_LOAD
      elf[header + 15] = 0x10;
    }
  }
}

class CosimCommandLine : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(hart_program("compute"))) {
      GTEST_SKIP() << no_cross_compiler;
    }
  }

  ProgramOutcome run(const std::string& firmware, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{firmware, "--out", (folder_ / "run").string()};
    if (std::find(more.begin(), more.end(), "--dataset") == more.end()) {
      more.insert(more.end(), {"--dataset", "none"});
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(KIRCHHOFF_PROGRAM, arguments, folder_);
  }
  json report() { return json::parse(content(folder_ / "run" / "report.json")); }

  /// This exit code, and one line on stderr that holds all of these.
  void expect_end(const ProgramOutcome& outcome, int code, const std::vector<std::string>& parts) {
    EXPECT_EQ(outcome.code, code) << outcome.out << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    for (const auto& part : parts) {
      EXPECT_THAT(outcome.err, HasSubstr(part));
    }
  }
  /// A copy of a good program, changed.
  std::string changed(const std::function<void(std::string&)>& change) {
    std::string bytes = content(hart_program("compute"));
    change(bytes);
    const auto path = folder_ / "changed.elf";
    std::ofstream{path, std::ios::binary} << bytes;
    return path.string();
  }

  const ScratchFolder scratch_;
  const fs::path& folder_ = scratch_.path();
};

TEST_F(CosimCommandLine, PassesAndReports) {
  const auto outcome = run(hart_program("compute"));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("..............."));
  const json got = report();
  EXPECT_EQ(got["schema"], "kirchhoff.cosim/1");
  EXPECT_EQ(got["end"]["reason"], "pass");
  EXPECT_EQ(got["uart"], std::string(15, '.'));
  EXPECT_GT(got["hart"]["instructions"], 9'000'000);
}

TEST_F(CosimCommandLine, PrintsTheReportOrTheTextAlone) {
  const auto machine_readable = run(hart_program("compute"), {"--json"});
  EXPECT_EQ(json::parse(machine_readable.out), report());
  EXPECT_EQ(run(hart_program("compute"), {"--quiet"}).out, std::string(15, '.') + "\n");
}

TEST_F(CosimCommandLine, QuantaChangeNeitherCountsNorResults) {
  std::vector<json> reports;
  for (const char* quantum : {"1us", "10us", "100us"}) {
    ASSERT_EQ(run(hart_program("compute"), {"--quantum", quantum}).code, 0);
    json got = report();
    for (const char* key : {"quantum_s", "wall_s"}) got["run"].erase(key);
    got["hart"].erase("mips");
    reports.push_back(got);
  }
  EXPECT_EQ(reports[1], reports[0]);
  EXPECT_EQ(reports[2], reports[0]);
}

TEST_F(CosimCommandLine, RefusesWhatIsNoFirmware) {
  expect_end(run("nothing.elf"), 2, {"'nothing.elf'"});
  expect_end(run(changed([](std::string& bytes) { bytes[0] = 'X'; })), 2, {"changed.elf"});
  expect_end(run(changed([](std::string& bytes) { bytes[4] = 2; })), 2, {"changed.elf", "32"});
  expect_end(run(changed([](std::string& bytes) { bytes[18] = 62; })), 2, {"changed.elf", "RISC-V"});
  expect_end(run(changed([](std::string& bytes) { bytes.resize(60); })), 2, {"changed.elf"});
  expect_end(run(changed([](std::string& bytes) { bytes.clear(); })), 2, {"changed.elf"});
  expect_end(run(changed(move_load_segments)), 2, {"changed.elf", "RAM"});
}

TEST_F(CosimCommandLine, StopsWhatGoesWrong) {
  expect_end(run(hart_program("nowhere")), 5, {"instruction access fault", "0x20000000", "no trap handler"});
  expect_end(run(hart_program("no_handler")), 5,
             {"illegal instruction", "broken", "0xffffffff", "mtvec is 0"});
  expect_end(run(hart_program("overflow")), 5, {"illegal instruction", "handler", "traps itself"});
  expect_end(run(hart_program("asleep")), 4, {"deadlock", "WFI"});
  expect_end(run(hart_program("endless"), {"--max-instructions", "1000"}), 4,
             {"1,000 instructions", "0x80000000"});
  EXPECT_EQ(report()["hart"]["instructions"], 1000);
  expect_end(run(hart_program("endless"), {"--max-time", "1ms"}), 4, {"1.00 ms", "--max-time"});
  EXPECT_EQ(report()["end"]["reason"], "time_limit");
  expect_end(run(hart_program("interrupts"), {"--max-time", "5us"}), 4, {"--max-time"});
  expect_end(run(hart_program("masked"), {"--max-time", "2us"}), 4,
             {"--max-time", "waiting for an interrupt"});
  EXPECT_EQ(run(hart_program("dma_outside")).code, 0);
}

TEST_F(CosimCommandLine, CtrlCEndsARunWithAReport) {
  kirchhoff::testbenches::RunningProgram running{
      KIRCHHOFF_PROGRAM,
      {hart_program("endless"), "--dataset", "none", "--out", (folder_ / "run").string()},
      folder_};
  for (int look = 0; look < 1000 && !fs::exists(folder_ / "run"); ++look) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  running.send(SIGINT);
  expect_end(running.wait(), 130, {"interrupted after", "0x80000000"});
  EXPECT_EQ(report()["end"]["reason"], "interrupted");
  EXPECT_GT(report()["hart"]["instructions"], 0);
}

TEST_F(CosimCommandLine, RefusesBadOptions) {
  expect_end(run(hart_program("compute"), {"--quantom", "1us"}), 2, {"--quantom", "--quantum"});
  expect_end(run(hart_program("compute"), {"--quantum", "1"}), 2, {"--quantum", "unit"});
  expect_end(run(hart_program("compute"), {"--quantum", "1ns"}), 2, {"--quantum", "--instruction-time"});
  expect_end(run(hart_program("compute"), {"--max-instructions", "0"}), 2, {"--max-instructions"});
  expect_end(run(hart_program("compute"), {"--ram", "4"}), 2, {"--ram", "16"});
  expect_end(run(hart_program("compute"), {"--gdb", "70000"}), 2, {"--gdb", "65535"});
  expect_end(run(hart_program("compute"), {"209kk"}), 2, {"209kk", "209k"});
  expect_end(run(hart_program("compute"), {"--train", "5"}), 2, {"--train", "--dataset none"});
  expect_end(run(hart_program("compute"), {"209k", "third"}), 2, {"more is named"});
  expect_end(run(hart_program("compute"), {"second.elf"}), 2, {"second.elf"});
  expect_end(run(hart_program("compute"), {"--trace-signals", "hart.*"}), 2, {"--trace"});
}

TEST_F(CosimCommandLine, HelpNamesOptionsAndExitCodes) {
  const auto outcome = run_program(KIRCHHOFF_PROGRAM, {"--help"}, folder_);
  EXPECT_EQ(outcome.code, 0);
  for (const char* part :
       {"PRESET", "--gdb", "--max-time", "--quantum", "--profile", "--trace", "Exit codes"}) {
    EXPECT_THAT(outcome.out, HasSubstr(part));
  }
}

TEST_F(CosimCommandLine, RecordsHartBusAndChipOnOneTimeLine) {
  ASSERT_EQ(run(hart_program("interrupts"), {"--trace", "--transactions"}).code, 0);
  const std::string waves = content(folder_ / "run" / "trace.vcd");
  for (const char* part :
       {"$scope module hart", " pc ", " function ", "$scope module bus", "$scope module interrupts",
        " external ", "$scope module chip", "host_interface", "sTRAP ", "sRUN ", "shandler "}) {
    EXPECT_THAT(waves, HasSubstr(part));
  }
  const std::string log = content(folder_ / "run" / "transactions.csv");
  EXPECT_THAT(log, HasSubstr("hart,clint,WRITE"));
  EXPECT_THAT(log, HasSubstr("chip.host_interface,WRITE"));
}

TEST_F(CosimCommandLine, DrawsAnInterrupt) {
  const auto latency = firmware_program("latency");
  if (!fs::exists(latency)) {
    GTEST_SKIP() << no_cross_compiler;
  }
  const auto outcome = run(latency, {"--trace", "--trace-signals", "!*router*"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("interrupt.svg"));
  const std::string picture = content(folder_ / "run" / "interrupt.svg");
  for (const char* part :
       {">trap_entry<", ">accelerator_interrupt<", ">INTERRUPT_STATUS<", ">RING_TAIL<", ">mret<", ">DMA<"}) {
    EXPECT_THAT(picture, HasSubstr(part));
  }
}

TEST_F(CosimCommandLine, ProfileAddsUp) {
  for (const char* name : {"compute", "interrupts"}) {
    const auto outcome = run(hart_program(name), {"--profile"});
    ASSERT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.out, HasSubstr("asleep in WFI"));
    std::istringstream table{content(folder_ / "run" / "profile.csv")};
    std::string line;
    ASSERT_TRUE(std::getline(table, line));
    EXPECT_EQ(line, "function,address,entries,instructions,time_s,percent");
    std::uint64_t instructions = 0;
    double time_s = 0;
    while (std::getline(table, line)) {
      std::vector<std::string> fields;
      std::istringstream row{line};
      for (std::string field; std::getline(row, field, ',');) fields.push_back(field);
      ASSERT_EQ(fields.size(), 6U) << line;
      instructions += std::stoull(fields[3]);
      time_s += std::stod(fields[4]);
    }
    const json result = report();
    EXPECT_EQ(instructions, result["hart"]["instructions"].get<std::uint64_t>()) << name;
    EXPECT_NEAR(time_s, result["run"]["simulated_s"].get<double>(), 1e-11) << name;
  }
}

}  // namespace
