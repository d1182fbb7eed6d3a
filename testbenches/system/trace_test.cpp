#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "testbenches/system/program_runner.h"
#include "testbenches/system/scratch_folder.h"
#include "traces/vcd_reader.h"

namespace {

namespace fs = std::filesystem;
using kirchhoff::foundation::Duration;
using kirchhoff::testbenches::content;
using kirchhoff::testbenches::ProgramOutcome;
using kirchhoff::testbenches::run_program;
using kirchhoff::testbenches::ScratchFolder;
using testing::HasSubstr;
using testing::Not;

/// ./kirchhoff trace, and what explore records, run as a user runs them.
class Trace : public testing::Test {
 protected:
  ProgramOutcome run(const std::vector<std::string>& arguments) {
    return run_program(KIRCHHOFF_PROGRAM, arguments, folder_);
  }
  /// The small chip of the golden trace.
  ProgramOutcome trace(std::vector<std::string> more, const std::string& name = "run") {
    std::vector<std::string> all{"trace", golden("golden.toml"), "--out", (folder_ / name).string()};
    all.insert(all.end(), more.begin(), more.end());
    return run(all);
  }
  void expect_refusal(const std::vector<std::string>& arguments, const std::vector<std::string>& parts) {
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << outcome.out << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    for (const auto& part : parts) {
      EXPECT_THAT(outcome.err, HasSubstr(part));
    }
    for (const char* file : {"trace.vcd", "transactions.csv", "timeline.svg", "report.json"}) {
      EXPECT_FALSE(fs::exists(folder_ / "run" / file)) << file;
    }
    EXPECT_TRUE(no_temporaries());
  }
  [[nodiscard]] bool no_temporaries() const {
    return std::none_of(
        fs::recursive_directory_iterator(folder_), fs::recursive_directory_iterator{},
        [](const auto& entry) { return entry.path().string().find(".tmp-") != std::string::npos; });
  }
  [[nodiscard]] std::string out() const { return (folder_ / "run").string(); }
  static std::string golden(const std::string& file) { return (fs::path{KIRCHHOFF_GOLDEN} / file).string(); }
  static bool on_path(const std::string& program) {
    return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
  }

  const ScratchFolder scratch_;
  const fs::path& folder_ = scratch_.path();
};

TEST_F(Trace, HelpNamesOptionsAndExitCodes) {
  const auto outcome = run({"trace", "--help"});
  EXPECT_EQ(outcome.code, 0);
  for (const char* part : {"--examples", "--trace-signals", "--trace-window", "--set", "--technology",
                           "timeline.png", "Exit codes"}) {
    EXPECT_THAT(outcome.out, HasSubstr(part));
  }
}

TEST_F(Trace, RefusesWhatItCannotRecord) {
  expect_refusal({"trace", "--examples", "0", "--out", out()}, {"--examples", "'0'", "at least 1"});
  expect_refusal({"trace", "--exampels", "3", "--out", out()}, {"--exampels", "--examples"});
  expect_refusal({"trace", golden("golden.toml"), "--trace-signals", "chip.tyle_*", "--out", out()},
                 {"chip.tyle_*", "matches none of the", "chip."});
  for (const char* window : {"10us", "20us,10us", "10,20us", "10us,20kg", "-1us,2us", ""}) {
    expect_refusal({"trace", "--trace-window", window, "--out", out()},
                   {"--trace-window is '" + std::string{window} + "'", "10us,20us"});
  }
  expect_refusal({"trace", "--synapse", "9,0,0", "--out", out()}, {"layer", "9"});
  expect_refusal({"trace", "--epochs", "2"}, {"unknown option", "--epochs"});
  expect_refusal({"explore", "--trace-signals", "chip.*", "--out", out()}, {"--trace-signals", "--trace"});
  expect_refusal({"explore", "--trace-window", "1us,2us", "--out", out()},
                 {"--trace-window", "--transactions"});
  expect_refusal({"explore", "--transactions", "--checkpoint", "--out", out()},
                 {"--transactions", "cannot be continued"});
}

TEST_F(Trace, GoldenRunIsReproducedExactly) {
  const auto outcome = trace({"--examples", "3", "--quiet"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  // Not EXPECT_EQ: a hundred kilobytes help nobody.
  EXPECT_TRUE(content(folder_ / "run" / "trace.vcd") == content(golden("trace.vcd")))
      << "if the change is meant, make it anew as golden.toml says";
}

TEST_F(Trace, StylesRecordTheSameWhereNothingWaits) {
  // One tile per layer: no packet meets another, so that every transaction and every change of a signal comes
  // at the same instant in both styles.
  for (const char* transport : {"packet", "circuit"}) {
    for (const char* style : {"lt", "at"}) {
      const auto outcome = trace({"--examples", "3", "--quiet", "--set", "chip.tile_rows=529", "--set",
                                  std::string{"mesh.transport="} + transport, "--style", style},
                                 style);
      ASSERT_EQ(outcome.code, 0) << outcome.err;
    }
    for (const char* file : {"trace.vcd", "transactions.csv"}) {
      const std::string lt = content(folder_ / "lt" / file);
      EXPECT_GT(lt.size(), 10000U);
      EXPECT_TRUE(lt == content(folder_ / "at" / file)) << transport << ", " << file;
    }
  }
}

TEST_F(Trace, WritesWhatItSays) {
  const auto outcome = trace({"--examples", "2"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const char* file : {"timeline.svg", "trace.vcd", "transactions.csv", "trace.gtkw", "config.toml"}) {
    EXPECT_TRUE(fs::exists(folder_ / "run" / file)) << file;
    EXPECT_THAT(outcome.out, HasSubstr(file));
  }
  EXPECT_TRUE(no_temporaries());
  const auto picture = content(folder_ / "run" / "timeline.svg");
  EXPECT_THAT(picture, HasSubstr("One training example on golden"));
  EXPECT_THAT(picture, HasSubstr(">tile 1,0<"));
  EXPECT_THAT(picture, HasSubstr("integrate, forward"));

  // Every signal of the save file is in the waveforms.
  const auto vcd = kirchhoff::traces::read_vcd(folder_ / "run" / "trace.vcd");
  std::istringstream save{content(folder_ / "run" / "trace.gtkw")};
  std::size_t signals = 0;
  for (std::string line; std::getline(save, line);) {
    if (line.starts_with("+{")) {
      ++signals;
      const std::string name = line.substr(line.find("} ") + 2);
      EXPECT_EQ(vcd.signals.count(name.substr(0, name.find('['))), 1U) << line;
    }
  }
  EXPECT_GT(signals, 20U);

  // Transactions are in order, and name what the waveforms name.
  std::istringstream log{content(folder_ / "run" / "transactions.csv")};
  std::string line;
  std::getline(log, line);
  EXPECT_EQ(line, "id,initiator,target,command,bytes,begin_s,end_s,energy_j,kind,phase,address,response");
  std::size_t rows = 0;
  double before = 0;
  while (std::getline(log, line)) {
    std::vector<std::string> fields;
    std::istringstream text{line};
    for (std::string field; std::getline(text, field, ',');) {
      fields.push_back(field);
    }
    ASSERT_EQ(fields.size(), 12U) << line;
    EXPECT_EQ(fields[0], std::to_string(++rows));
    EXPECT_GE(std::stod(fields[5]), before);
    before = std::stod(fields[5]);
    EXPECT_EQ(fields[11], "OK");
  }
  EXPECT_GT(rows, 500U);
}

TEST_F(Trace, PictureIsDrawnAsPngWhereItCanBe) {
  if (!on_path("rsvg-convert")) {
    GTEST_SKIP() << "no rsvg-convert on the PATH: timeline.png was NOT drawn";
  }
  const auto outcome = trace({"--examples", "1"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(content(folder_ / "run" / "timeline.png").substr(0, 8), "\x89PNG\r\n\x1a\n");
  EXPECT_THAT(outcome.err, Not(HasSubstr("timeline.png")));
}

TEST_F(Trace, WithoutTheProgramForPngItSaysSo) {
  fs::create_directories(folder_ / "run");
  std::ofstream{folder_ / "run" / "timeline.png"} << "of another run";
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", folder_.c_str(), 1);
  const auto outcome = trace({"--examples", "1"});
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("librsvg2-bin"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("timeline.png")));
  EXPECT_TRUE(fs::exists(folder_ / "run" / "timeline.svg"));
  EXPECT_FALSE(fs::exists(folder_ / "run" / "timeline.png"));
  EXPECT_TRUE(no_temporaries());
}

TEST_F(Trace, GtkwavesConverterReadsTheWaveforms) {
  if (!on_path("vcd2fst")) {
    GTEST_SKIP() << "no vcd2fst (Debian package gtkwave) on the PATH: GTKWave was NOT tried";
  }
  ASSERT_EQ(trace({"--examples", "1", "--quiet"}).code, 0);
  const std::string command = "vcd2fst " + (folder_ / "run/trace.vcd").string() + ' ' +
                              (folder_ / "trace.fst").string() + " > " + (folder_ / "log").string() + " 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(content(folder_ / "log"), "");
  EXPECT_GT(fs::file_size(folder_ / "trace.fst"), 1000U);
}

TEST_F(Trace, WindowAndPatternsCutWaveformsAndLog) {
  ASSERT_EQ(trace({"--quiet"}, "whole").code, 0);
  const auto whole = kirchhoff::traces::read_vcd(folder_ / "whole" / "trace.vcd");
  // Within the first example, when a tile converts.
  const auto& states = whole.signals.at("chip.tile_0_0.state").changes;
  const auto convert = std::find_if(states.begin(), states.end(),
                                    [](const auto& change) { return change.value == "CONVERT"; });
  ASSERT_NE(convert, states.end());
  const Duration begin = convert->time + Duration{1000};
  const Duration end = begin + Duration{500'000};
  const auto outcome = trace({"--quiet", "--trace-window",
                              std::to_string(begin.count()) + "ps," + std::to_string(end.count()) + "ps",
                              "--trace-signals", "*.state", "--trace-signals", "!*.router_*"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto cut = kirchhoff::traces::read_vcd(folder_ / "run" / "trace.vcd");
  EXPECT_EQ(cut.signals.count("chip.tile_0_0.queue"), 0U);
  EXPECT_EQ(cut.signals.count("chip.router_0_0.east.state"), 0U);
  ASSERT_EQ(cut.signals.count("chip.sequencer.state"), 1U);
  for (const auto& [name, signal] : cut.signals) {
    ASSERT_EQ(whole.signals.count(name), 1U) << name;
    EXPECT_EQ(signal.changes.front().time, begin);
    for (const auto& change : signal.changes) {
      EXPECT_EQ(change.value, whole.value_at(name, change.time)) << name;
      EXPECT_LE(change.time, end);
    }
    for (const auto& change : whole.signals.at(name).changes) {
      if (change.time >= begin && change.time <= end) {
        EXPECT_EQ(cut.value_at(name, change.time), change.value) << name;
      }
    }
  }
  EXPECT_EQ(cut.signals.at("chip.tile_0_0.state").changes.front().value, "CONVERT");
  const auto lines = [&](const char* run_name) {
    const auto text = content(folder_ / run_name / "transactions.csv");
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_GT(lines("run"), 1);
  EXPECT_LT(lines("run"), lines("whole") / 10);
}

TEST_F(Trace, ChosenSynapseIsInWaveformsAndItsCsv) {
  const auto outcome = trace({"--synapse", "1,3,7", "--examples", "2", "--quiet"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(fs::exists(folder_ / "run" / "inspect" / "synapse_1_3_7.csv"));
  const auto vcd = kirchhoff::traces::read_vcd(folder_ / "run" / "trace.vcd");
  EXPECT_TRUE(std::any_of(vcd.signals.begin(), vcd.signals.end(), [](const auto& signal) {
    return signal.first.find("synapse_r3_c7.weight") != std::string::npos && signal.second.type == "real";
  }));
}

TEST_F(Trace, FullDiskIsOneLine) {
  for (const std::string file : {"transactions.csv", "trace.vcd", "timeline.svg"}) {
    fs::create_directories(folder_ / file);
    fs::create_symlink("/dev/full", folder_ / file / file);
    const auto outcome = trace({"--examples", "9", "--quiet"}, file);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(file + "': No space left on device"));
    EXPECT_TRUE(no_temporaries());
  }
}

}  // namespace
