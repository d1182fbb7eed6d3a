#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <thread>

#include "testbenches/host/progress.h"

namespace kirchhoff::testbenches {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

/// A run of `epochs`, as explore drives it; long enough between examples for a bar to be drawn.
std::string shown(const Terminal& terminal, bool quiet, int epochs) {
  std::ostringstream out;
  Progress progress(out, terminal, quiet, 1000);
  progress.say("training 1,000 examples");
  for (int e = 1; e <= epochs; ++e) {
    std::this_thread::sleep_for(std::chrono::milliseconds{105});
    progress.trained(500, e);
    progress.trained(501, e);
    RunResult::Epoch epoch;
    epoch.epoch = e;
    epoch.test_percent = 90.125 + e;
    epoch.simulated_s = 0.25 * e;
    progress.epoch_done(epoch, epochs);
  }
  return out.str();
}

TEST(Progress, QuietPrintsNothing) {
  EXPECT_EQ(shown({}, true, 1), "");
  Terminal terminal;
  terminal.interactive = true;
  EXPECT_EQ(shown(terminal, true, 1), "");
}

TEST(Progress, APlainOutputGetsOneLinePerEpoch) {
  EXPECT_EQ(shown({}, false, 2),
            "training 1,000 examples\n"
            "  epoch  1 of 2   test 91.12 %   after 250 ms on the chip\n"
            "  epoch  2 of 2   test 92.12 %   after 500 ms on the chip\n");
}

TEST(Progress, APlainOutputGetsNoControlCharacters) {
  const std::string text = shown({}, false, 1);
  EXPECT_TRUE(
      std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c < 127); }));
}

TEST(Progress, ATerminalShowsABarAndClearsItForTheLine) {
  Terminal terminal;
  terminal.interactive = true;
  const std::string text = shown(terminal, false, 1);
  EXPECT_THAT(text, MatchesRegex("training 1,000 examples\n"
                                 "  epoch  1  #{15} *[0-9,]+ examples/s\r\x1b\\[K"
                                 "  epoch  1 of 1   test 91.12 %   after 250 ms on the chip\n"))
      << "half done, drawn once, then wiped";
}

TEST(Progress, TheBarIsNotDrawnMoreOftenThanAFewTimesASecond) {
  Terminal terminal;
  terminal.interactive = true;
  std::ostringstream out;
  const auto begin = std::chrono::steady_clock::now();
  Progress progress(out, terminal, false, 1'000'000);
  for (std::uint64_t n = 0; n < 100'000; ++n) progress.trained(n, 1);
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const std::string text = out.str();
  std::size_t drawn = 0;
  for (auto at = text.find("examples/s"); at != std::string::npos; at = text.find("examples/s", at + 1))
    ++drawn;
  EXPECT_LE(static_cast<double>(drawn), 10 * seconds + 1);
}

TEST(Progress, WithoutAKnownTotalThereIsNoBar) {
  Terminal terminal;
  terminal.interactive = true;
  std::ostringstream out;
  Progress progress(out, terminal, false, 0);
  std::this_thread::sleep_for(std::chrono::milliseconds{105});
  progress.trained(3, 1);
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace kirchhoff::testbenches
