#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "testbenches/system/program_runner.h"
#include "testbenches/system/scratch_folder.h"

// Runs that are stopped, killed and go on in another process; runs that lose their supply.
namespace {

namespace fs = std::filesystem;
using kirchhoff::testbenches::content;
using kirchhoff::testbenches::ProgramOutcome;
using kirchhoff::testbenches::run_program;
using kirchhoff::testbenches::RunningProgram;
using kirchhoff::testbenches::ScratchFolder;
using testing::HasSubstr;
using Arguments = std::vector<std::string>;

/// The report without what depends on the machine.
nlohmann::json numbers_of(const fs::path& run) {
  const auto text = content(run / "report.json");
  if (text.empty()) {
    return "no report in " + run.string();
  }
  auto report = nlohmann::json::parse(text);
  for (const char* key : {"wall_s", "examples_per_wall_s", "name"}) {
    report["run"].erase(key);
  }
  return report;
}

/// Examples of an epoch that leave a signal time to come, on a fast machine as on a busy one.
const std::string kLong = "6000";

class Checkpoint : public testing::Test {
 protected:
  [[nodiscard]] std::string in(const std::string& name) const { return (folder_ / name).string(); }
  /// A run of 2 x 600 examples on a small chip, with transfers after 250, 500, 750, 1,000.
  [[nodiscard]] Arguments small(const std::string& out, const Arguments& more,
                                const std::string& train = "600") const {
    Arguments all{"explore",
                  "--train",
                  train,
                  "--test",
                  "100",
                  "--epochs",
                  "2",
                  "--set",
                  "training.transfer_interval=250",
                  "--set",
                  "network.image_hidden=[30]",
                  "--set",
                  "chip.mesh_rows=2",
                  "--set",
                  "chip.mesh_columns=3",
                  "--out",
                  in(out)};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  ProgramOutcome run(const Arguments& arguments) {
    return run_program(KIRCHHOFF_PROGRAM, arguments, folder_);
  }
  void expect_done(const ProgramOutcome& outcome) {
    EXPECT_TRUE(outcome.code == 0 || outcome.code == 1) << outcome.code << ": " << outcome.err;
  }
  /// Runs until so many checkpoints were written, then sends the signal.
  ProgramOutcome signalled(const Arguments& arguments, const std::string& out, int checkpoints, int signal) {
    RunningProgram program{KIRCHHOFF_PROGRAM, arguments, folder_};
    struct stat last {};
    for (int seen = 0; seen < checkpoints && !program.ended();) {
      struct stat now {};
      if (::stat(in(out + "/checkpoint.bin").c_str(), &now) == 0 &&
          (now.st_ino != last.st_ino || now.st_mtim.tv_nsec != last.st_mtim.tv_nsec)) {
        last = now;
        ++seen;
      }
      std::this_thread::sleep_for(std::chrono::microseconds{200});
    }
    program.send(signal);
    return program.wait();
  }
  void expect_refusal(const Arguments& arguments, const std::vector<std::string>& parts) {
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    for (const auto& part : parts) {
      EXPECT_THAT(outcome.err, HasSubstr(part));
    }
  }

  const ScratchFolder scratch_;
  const fs::path& folder_ = scratch_.path();
};

TEST_F(Checkpoint, SavingChangesNothing) {
  expect_done(run(small("plain", {})));
  expect_done(run(small("saved", {"--checkpoint"})));
  EXPECT_EQ(numbers_of(folder_ / "saved"), numbers_of(folder_ / "plain"));
  EXPECT_FALSE(fs::exists(folder_ / "plain" / "checkpoint.bin"));
  expect_refusal({"explore", "--resume", in("saved")}, {in("saved"), "finished", "1200"});
}

TEST_F(Checkpoint, StoppedRunSaysHowToGoOnAndEndsTheSame) {
  const Arguments lively{"--inspect",
                         "--set",
                         "pcm.early_drift=true",
                         "--set",
                         "capacitor.decay_tau=5 ms",
                         "--set",
                         "adc.integrator_noise=0.01",
                         "--set",
                         "mesh.transport=circuit"};
  expect_done(run(small("plain", lively, kLong)));
  int stops = 0;
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::string out = "stopped" + std::to_string(signal);
    auto saved = lively;
    saved.emplace_back("--checkpoint");
    const auto stopped = signalled(small(out, saved, kLong), out, signal == SIGINT ? 1 : 3, signal);
    if (stopped.code == 0 || stopped.code == 1) {
      continue;  // it was through before the signal came
    }
    ++stops;
    EXPECT_EQ(stopped.code, 128 + signal) << stopped.err;
    EXPECT_EQ(std::count(stopped.err.begin(), stopped.err.end(), '\n'), 1) << stopped.err;
    EXPECT_THAT(stopped.err, HasSubstr("./kirchhoff explore --resume " + in(out)));
    EXPECT_FALSE(fs::exists(folder_ / out / "report.json"));
    expect_done(run({"explore", "--resume", in(out)}));
    EXPECT_EQ(numbers_of(folder_ / out), numbers_of(folder_ / "plain"));
    for (const char* name : {"histograms.csv", "summary.csv"}) {
      EXPECT_EQ(content(folder_ / out / "inspect" / name), content(folder_ / "plain" / "inspect" / name))
          << name;
    }
  }
  EXPECT_GT(stops, 0);
}

TEST_F(Checkpoint, KilledAgainAndAgainEndsTheSame) {
  // With the routers' reduction tables and buffers among what is saved.
  expect_done(run(small("plain", {"--set", "mesh.reduction=routers"}, kLong)));
  auto arguments = small("killed", {"--checkpoint", "--set", "mesh.reduction=routers"}, kLong);
  int kills = 0;
  // At a moment by chance: while it trains, or in the middle of writing.
  for (const int checkpoints : {2, 2, 3, 2}) {
    const auto killed = signalled(arguments, "killed", checkpoints, SIGKILL);
    kills += killed.code == -SIGKILL ? 1 : 0;
    arguments = {"explore", "--resume", in("killed")};
    if (killed.code != -SIGKILL) {
      break;
    }
  }
  EXPECT_GT(kills, 0);
  if (!fs::exists(folder_ / "killed" / "report.json")) {
    const auto outcome = run(arguments);
    expect_done(outcome);
    EXPECT_THAT(outcome.out, HasSubstr("Resuming after"));
  }
  EXPECT_EQ(numbers_of(folder_ / "killed"), numbers_of(folder_ / "plain"));
  for (const auto& entry : fs::directory_iterator(folder_ / "killed")) {
    EXPECT_EQ(entry.path().string().find(".tmp-"), std::string::npos) << entry.path();
  }
}

TEST_F(Checkpoint, RefusesWhatIsNotThisRun) {
  const auto stopped = signalled(small("run", {"--checkpoint"}, kLong), "run", 2, SIGKILL);
  ASSERT_EQ(stopped.code, -SIGKILL);
  const std::string file = in("run/checkpoint.bin");
  const std::string before = content(file);
  const auto resume = [&](const Arguments& more) {
    Arguments all{"explore", "--resume", in("run")};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  expect_refusal(
      resume({"--set", "adc.bits=8", "--seed", "4"}),
      {file, "another run", "adc.bits is 9 there and 8 here", "training.seed is 1 there and 4 here"});
  expect_refusal(resume({"--technology", "45nm"}), {"technology is 90nm there and 45nm here", "technology."});
  expect_refusal(resume({"--train", "500"}),
                 {"training examples is " + kLong + " there and 500 here", "contents"});
  expect_refusal(resume({"--detail", "ideal"}), {"--detail is physics there and ideal here"});
  expect_refusal(resume({"--inspect"}), {"--inspect is off there and on here"});
  expect_refusal(resume({"tile512"}), {"chip.tile_rows is 131 there and 512 here"});
  expect_refusal(resume({"--trace"}), {"--trace", "--resume"});
  expect_refusal({"explore", "--checkpoint", "--synapse", "0,1,2"}, {"--synapse", "--checkpoint"});
  expect_refusal({"explore", "--resume", in("nowhere")}, {in("nowhere"), "no such folder or file"});
  fs::create_directory(folder_ / "empty");
  expect_refusal({"explore", "--resume", in("empty")}, {in("empty"), "no checkpoint.bin", "--checkpoint"});
  expect_refusal({"explore", "--resume", in("stderr")}, {"not a checkpoint"});
  const auto damaged = [&](std::string bytes) {
    std::ofstream{in("damaged.bin"), std::ios::binary} << bytes;
    return Arguments{"explore", "--resume", in("damaged.bin")};
  };
  expect_refusal(damaged(before.substr(0, before.size() / 2)), {"damaged.bin", "damaged", "section 'tile"});
  auto flipped = before;
  flipped[before.find("tile 3") + 1000] ^= 4;
  expect_refusal(damaged(flipped), {"section 'tile 3' does not agree with its checksum"});
  EXPECT_TRUE(content(file) == before);  // nothing is lost
  // The same said again is no other run.
  expect_done(run(small("run", {"209k", "--resume", in("run")}, kLong)));
}

TEST_F(Checkpoint, PowerOffCostsLessAfterATransferThanBefore) {
  const Arguments study{"explore",
                        "--train",
                        "3000",
                        "--test",
                        "500",
                        "--epochs",
                        "2",
                        "--set",
                        "training.transfer_interval=1500",
                        "--power-off",
                        "1400,after",
                        "--power-off",
                        "3000",
                        "--power-off",
                        "4500,after",
                        "--set",
                        "power_off.duration=1s"};
  const auto with = [&](const std::string& out, const Arguments& more) {
    auto all = study;
    all.insert(all.end(), {"--out", in(out)});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  const auto outcome = run(with("off", {}));
  expect_done(outcome);
  EXPECT_THAT(outcome.out, HasSubstr("Power off"));
  EXPECT_THAT(outcome.out, HasSubstr("3,000, before transfer"));
  const auto report = numbers_of(folder_ / "off");
  const auto& offs = report["power_off"];
  ASSERT_EQ(offs.size(), 3U);
  EXPECT_EQ(offs[0]["example"], 1500);
  EXPECT_EQ(offs[0]["when"], "after_transfer");
  EXPECT_EQ(offs[1]["example"], 3000);
  EXPECT_EQ(offs[1]["when"], "before_transfer");
  EXPECT_EQ(offs[2]["example"], 4500);
  const auto lost = [&](std::size_t i) {
    return offs[i]["test_percent_before"].get<double>() - offs[i]["test_percent_after"].get<double>();
  };
  EXPECT_LT(std::max(lost(0), lost(2)) + 20, lost(1));
  EXPECT_EQ(report["counts"]["transfers"], 3);  // the one of 3,000 was lost
  // Training goes on: it makes up for what was lost.
  EXPECT_GT(report["accuracy"]["test_percent"].get<double>(),
            offs[1]["test_percent_after"].get<double>() + 3);
  // Seconds without supply, on the chip's own clock; training takes far less than one, registers less than a
  // millisecond.
  EXPECT_GT(report["accuracy"]["per_epoch"][1]["simulated_s"].get<double>(), 3.0);
  EXPECT_LT(report["run"]["simulated_s"].get<double>(), 1);
  EXPECT_GT(offs[1]["register_writes"].get<int>(), 1000);
  EXPECT_GT(offs[1]["setup_s"].get<double>(), 1e-6);
  EXPECT_LT(offs[1]["setup_s"].get<double>(), 1e-3);

  // Saved, killed and resumed it is the same study.
  const auto killed = signalled(with("killed", {"--checkpoint"}), "killed", 4, SIGKILL);
  if (killed.code == -SIGKILL) {
    expect_done(run({"explore", "--resume", in("killed")}));
  }
  EXPECT_EQ(numbers_of(folder_ / "killed"), report);
}

TEST_F(Checkpoint, RefusesSuppliesThatCannotFailThere) {
  expect_refusal(small("run", {"--power-off", "1001"}), {"1001", "1200", "250"});
  expect_refusal(small("run", {"--power-off", "250", "--power-off", "200,after"}), {"twice", "250"});
  expect_refusal(small("run", {"--power-off", "100,during"}), {"100,during", "before", "after"});
  expect_refusal(small("run", {"--power-off", "none"}), {"none", "whole number"});
  expect_refusal({"explore", "--power-off", "8000", "--set", "training.transfer_interval=0"},
                 {"training.transfer_interval = 0"});
  EXPECT_FALSE(fs::exists(folder_ / "run"));
}

}  // namespace
