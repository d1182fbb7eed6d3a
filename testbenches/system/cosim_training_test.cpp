// Firmware that trains, beside the same training driven by the testbench's own host.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/crc.hpp>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "testbenches/cosim/image/network_image.h"
#include "testbenches/host/child.h"
#include "testbenches/system/cosim_programs.h"
#include "testbenches/system/host_chain.h"
#include "testbenches/system/program_runner.h"
#include "testbenches/system/scratch_folder.h"

namespace {

namespace fs = std::filesystem;
using namespace kirchhoff;
using namespace kirchhoff::testbenches;

constexpr std::size_t train_examples = 60;
constexpr std::size_t test_examples = 20;
const std::vector<std::string> settings{"network.image_hidden=[20]", "training.epochs=2"};

std::uint32_t crc_of(const std::vector<float>& values) {
  boost::crc_32_type crc;
  crc.process_bytes(values.data(), values.size() * sizeof(float));
  return crc.checksum();
}

/// What the testbench's host gets.
struct HostTraining {
  std::uint64_t programmed_ps;
  std::uint32_t weights_crc;
};

/// In a process of its own, its doorbell at `doorbell_ps`.
HostTraining train_by_host(std::uint64_t doorbell_ps) {
  return in_child<HostTraining>([doorbell_ps] {
    FirmwareBench bench{settings};
    const auto data = load_data_set("strokes", {.train = train_examples, .test = test_examples});
    const auto image = make_image(*bench.configuration, plan_training(*bench.configuration, data), data);
    HostTraining result{};
    bench.run([&](FirmwareHost& host) {
      const HostChain chain{host, image};
      host.sleep(foundation::Duration{static_cast<std::int64_t>(doorbell_ps)} -
                 interconnect::to_duration(sc_core::sc_time_stamp()));
      host.ring_doorbell();
      EXPECT_TRUE(host.wait_idle(10'000'000));
      result = {chain.programmed_ps(), crc_of(chain.weights())};
    });
    return result;
  });
}

/// The number behind these words.
std::uint64_t number_after(const std::string& text, const std::string& words) {
  std::smatch match;
  const std::regex pattern{words + " ?(0x[0-9a-f]+|[0-9]+)"};
  if (!std::regex_search(text, match, pattern)) {
    ADD_FAILURE() << "no '" << words << "' in: " << text;
    return 0;
  }
  return std::stoull(match[1].str(), nullptr, 0);
}

class CosimTraining : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(firmware_program("train"))) {
      GTEST_SKIP() << no_cross_compiler;
    }
  }
  ProgramOutcome run(const std::string& firmware, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{firmware, "--out", (folder_ / "run").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(KIRCHHOFF_PROGRAM, arguments, folder_);
  }
  [[nodiscard]] std::vector<std::string> small() const {
    std::vector<std::string> options{"--train", std::to_string(train_examples), "--test",
                                     std::to_string(test_examples)};
    for (const std::string& setting : settings) {
      options.insert(options.end(), {"--set", setting});
    }
    return options;
  }

  const ScratchFolder scratch_;
  const fs::path& folder_ = scratch_.path();
};

/// Phase change memory drifts, and capacitors leak, from their programming on: where both chains begin at the
/// same picosecond, every bit is the same.
TEST_F(CosimTraining, FirmwareLearnsTheBitsOfTheTestbenchHost) {
  const auto outcome = run("train", small());
  ASSERT_LE(outcome.code, 1) << outcome.err;  // so small a training does not reach what train expects
  const std::uint64_t programmed_ps = number_after(outcome.out, "programmed at");
  const auto crc = static_cast<std::uint32_t>(number_after(outcome.out, "crc32"));

  constexpr std::uint64_t first_doorbell_ps = 1'000'000'000;
  const auto first = train_by_host(first_doorbell_ps);
  const std::uint64_t doorbell_ps = programmed_ps - (first.programmed_ps - first_doorbell_ps);
  const auto second = train_by_host(doorbell_ps);
  EXPECT_EQ(second.programmed_ps, programmed_ps);
  EXPECT_EQ(second.weights_crc, crc);
  EXPECT_NE(first.weights_crc, crc)
      << "the time of programming matters, so that the comparison means something";
}

TEST_F(CosimTraining, QuantaChangeNoWeight) {
  auto options = small();
  const auto crc = [&](const char* quantum) {
    auto with = options;
    with.insert(with.end(), {"--detail", "ideal", "--quantum", quantum});
    return number_after(run("train", with).out, "crc32");
  };
  const auto expected = crc("1us");
  EXPECT_EQ(crc("10us"), expected);
  EXPECT_EQ(crc("100us"), expected);
}

TEST_F(CosimTraining, EveryProgramPasses) {
  for (const char* program : {"selftest", "errors", "latency", "infer"}) {
    const auto outcome = run(program, small());
    EXPECT_EQ(outcome.code, 0) << program << '\n' << outcome.out << outcome.err;
    EXPECT_THAT(outcome.out, testing::HasSubstr("PASS")) << program;
  }
}

TEST_F(CosimTraining, ProcessorComputesWhatQemuComputes) {
  const auto here = run("checksum", {"--dataset", "none", "--quiet"});
  ASSERT_EQ(here.code, 0) << here.err;
  EXPECT_THAT(here.out, testing::HasSubstr("checksum 0x"));
  for (const char* quantum : {"10us", "100us"}) {
    EXPECT_EQ(run("checksum", {"--dataset", "none", "--quiet", "--quantum", quantum}).out, here.out);
  }
  const std::string qemu = "/usr/bin/qemu-system-riscv32";
  if (!fs::exists(qemu)) {
    GTEST_SKIP() << "no " << qemu << " (Debian package qemu-system-misc) to compare with";
  }
  const auto there = run_program(qemu,
                                 {"-M", "virt", "-bios", "none", "-display", "none", "-monitor", "none",
                                  "-serial", "stdio", "-kernel", firmware_program("checksum")},
                                 folder_);
  EXPECT_EQ(there.code, 0) << there.err;
  EXPECT_EQ(there.out, here.out);
}

}  // namespace
