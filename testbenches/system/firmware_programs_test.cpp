// What firmware says and how it ends, beyond a pass: wrong input, errors of every kind, its own mistakes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "model/chip/error_cause.h"
#include "testbenches/system/cosim_programs.h"
#include "testbenches/system/program_runner.h"
#include "testbenches/system/scratch_folder.h"

namespace {

namespace fs = std::filesystem;
using namespace kirchhoff;
using namespace kirchhoff::testbenches;
using testing::HasSubstr;
using testing::Not;

class Firmware : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(firmware_program("train"))) {
      GTEST_SKIP() << no_cross_compiler;
    }
  }
  /// A program on a small network.
  ProgramOutcome run(const std::string& firmware, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{firmware_program(firmware), "--out", (folder_ / "run").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(KIRCHHOFF_PROGRAM, arguments, folder_);
  }
  ProgramOutcome run_small(const std::string& firmware, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"--set", "network.image_hidden=[20]"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(firmware, arguments);
  }

  const ScratchFolder scratch_;
  const fs::path& folder_ = scratch_.path();
};

TEST_F(Firmware, TheHalKeepsItsPromises) {
  const auto outcome = run("tests/hal", {"--dataset", "none"});
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("PASS"));
}

TEST_F(Firmware, TrainingThatLearns) {
  const std::vector<std::string> settings{"--train",  "6000", "--test",   "400",
                                          "--epochs", "10",   "--detail", "ideal"};
  const auto outcome = run_small("train", settings);
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("one doorbell"));
  EXPECT_THAT(outcome.out, HasSubstr("PASS: 9"));
  EXPECT_THAT(outcome.out, HasSubstr("chip: 60000 examples trained, 4000 inferred"));
}

TEST_F(Firmware, TrainingThatDoesNotLearnFails) {
  const auto outcome = run_small("train", {"--train", "20", "--test", "50", "--epochs", "1"});
  EXPECT_EQ(outcome.code, 1) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("FAIL: "));
  EXPECT_THAT(outcome.out, HasSubstr("% of the test examples, 90.0 % expected"));
}

/// More descriptors than the driver's usual ring has: it is made anew, large enough.
TEST_F(Firmware, TrainingOfManyEpochsIsOneChain) {
  const auto outcome = run_small("train", {"--train", "1", "--test", "1", "--epochs", "100"});
  EXPECT_THAT(outcome.out, HasSubstr("ring of 313"));
  EXPECT_THAT(outcome.out, HasSubstr("training: 312 descriptors, one doorbell"));
  const auto too_many = run_small("train", {"--train", "1", "--test", "1", "--epochs", "500"});
  EXPECT_EQ(too_many.code, 1);
  EXPECT_THAT(too_many.out, HasSubstr("more than a ring can hold; take fewer epochs"));
}

TEST_F(Firmware, WithoutAnImage) {
  for (const char* program : {"train", "infer", "errors"}) {
    const auto outcome = run(program, {"--dataset", "none"});
    EXPECT_NE(outcome.code, 0) << program;
    EXPECT_THAT(outcome.out, HasSubstr("at 0x82000000: image: no network image lies there")) << program;
    EXPECT_THAT(outcome.err, HasSubstr("code 2")) << program;
  }
  const auto outcome = run("selftest", {"--dataset", "none"});
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("cells: not tested, no network image lies in memory"));
}

TEST_F(Firmware, SelfTestFindsBrokenCells) {
  const auto outcome =
      run_small("selftest", {"--train", "10", "--test", "10", "--set", "faults.pcm_stuck_on=0.1", "--set",
                             "faults.pcm_stuck_off=0.1"});
  EXPECT_EQ(outcome.code, 1) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("registers: as they should be"));
  EXPECT_THAT(outcome.out, HasSubstr("nodes: 41760 of 41760 checks passed"));
  EXPECT_THAT(outcome.out, HasSubstr("SELF_TEST_WEIGHTS (SELF_TEST) at 0x"));
  EXPECT_THAT(outcome.out, HasSubstr("FAIL after"));
}

/// All that instructions of the core can provoke, on a chip with broken cells that lets the core come between
/// the parts of a self-test.
TEST_F(Firmware, EveryErrorOfTheDocumentation) {
  const auto outcome =
      run_small("errors", {"--train", "20", "--test", "1", "--set", "chip.quantum=1us", "--set",
                           "faults.pcm_stuck_on=0.1", "--set", "faults.pcm_stuck_off=0.1"});
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("PASS: 30 errors seen, each followed by a training step; 2 that"));
  for (const auto& doc : model::error_cause_docs) {
    if (doc.cause == model::ErrorCause::none) {
      continue;
    }
    const std::string name{doc.name};
    const bool needs_another_bus =
        doc.cause == model::ErrorCause::byte_enables || doc.cause == model::ErrorCause::burst_across_regions;
    EXPECT_THAT(outcome.out,
                HasSubstr(needs_another_bus ? "not here  " + name + ":" : "seen      " + name + " ("));
  }
}

TEST_F(Firmware, LatenciesAreThoseOfTheBusAndTheCore) {
  const auto outcome = run("latency", {"--dataset", "none"});
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("PASS: 200 interrupts for 200 doorbells"));
}

TEST_F(Firmware, AnOverflowOfTheStackIsNoticed) {
  const auto outcome = run("tests/overflow", {"--dataset", "none"});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("TRAP 7: store access fault at pc 0x8001"));
  EXPECT_THAT(outcome.out, HasSubstr("the stack has overflowed: 6"));
  EXPECT_THAT(outcome.err, HasSubstr("code 5"));
  const auto guard = run("tests/guard", {"--dataset", "none"});
  EXPECT_EQ(guard.code, 1) << guard.err;
  EXPECT_THAT(guard.err, HasSubstr("code 5"));
}

TEST_F(Firmware, AnExceptionThatNobodyHandlesIsTold) {
  const auto outcome = run("tests/exception", {"--dataset", "none"});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("TRAP 5: load access fault at pc 0x8001"));
  EXPECT_THAT(outcome.out, HasSubstr("address 0x50000004"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("read ")));
  EXPECT_THAT(outcome.err, HasSubstr("code 5"));
}

}  // namespace
