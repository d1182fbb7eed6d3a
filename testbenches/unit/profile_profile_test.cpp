#include "testbenches/cosim/profile/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "testbenches/cosim/profile/profile_text.h"

namespace kirchhoff::testbenches {
namespace {

using foundation::Duration;
using testing::HasSubstr;

constexpr Duration step{10'000};

/// A program as the hart tells of it: every instruction takes 10 ns, some wait or sleep.
class ProfileTest : public testing::Test {
 protected:
  void run(std::uint32_t pc, int instructions = 1) {
    for (int i = 0; i < instructions; ++i) {
      profile_.instruction(pc + 2 * static_cast<std::uint32_t>(i), executed_);
      ++executed_;
      now_ += step;
    }
  }
  void sleep(Duration time) {
    profile_.sleeps(now_);
    now_ += time;
    profile_.wakes(now_);
  }
  ProfileResult finish() { return profile_.finish(executed_, now_); }

  /// One line per function.
  static std::string rows(const ProfileResult& result) {
    std::string text;
    for (const auto& row : result.rows) {
      text += row.function + " " + std::to_string(row.entries) + " " + std::to_string(row.instructions) +
              " " + std::to_string(row.time.count() / 1000) + "\n";
    }
    return text;
  }

  SymbolTable functions_{
      {{0x8000'0000, 0x20, "_start"}, {0x8000'0020, 0x40, "main"}, {0x8000'0100, 0x20, "leaf"}}};
  std::uint64_t executed_ = 0;
  Duration now_{0};
  Profile profile_{functions_, [this](std::uint64_t executed) {
                     EXPECT_EQ(executed, executed_) << "asked about the present instruction only";
                     return now_;
                   }};
};

TEST_F(ProfileTest, TimeGoesToTheFunctionThatTakesIt) {
  run(0x8000'0000, 4);
  run(0x8000'0020, 2);
  run(0x8000'0100, 8);
  run(0x8000'0024, 3);  // back in main
  run(0x8000'0100, 8);
  const ProfileResult result = finish();
  EXPECT_EQ(rows(result), "leaf 2 16 160\nmain 1 5 50\n_start 1 4 40\n");
  EXPECT_EQ(result.total, 25 * step);
  EXPECT_EQ(result.instructions, 25U);
}

TEST_F(ProfileTest, SlowAccessesCount) {
  run(0x8000'0020);
  now_ += Duration{1'000'000};  // a device
  run(0x8000'0022);
  run(0x8000'0100);
  EXPECT_EQ(rows(finish()), "main 1 2 1020\nleaf 1 1 10\n");
}

TEST_F(ProfileTest, SleepIsNobodys) {
  run(0x8000'0020, 2);
  sleep(Duration{5'000'000});
  run(0x8000'0024, 1);
  run(0x8000'0100, 1);
  sleep(Duration{1'000'000});
  const ProfileResult result = finish();
  EXPECT_EQ(rows(result), "main 1 3 30\nleaf 1 1 10\n");
  EXPECT_EQ(result.asleep, Duration{6'000'000});
}

TEST_F(ProfileTest, TheEndMayComeAsleep) {
  run(0x8000'0020, 2);
  profile_.sleeps(now_);
  now_ += Duration{3'000'000};
  const ProfileResult result = finish();
  EXPECT_EQ(rows(result), "main 1 2 20\n");
  EXPECT_EQ(result.asleep, Duration{3'000'000});
}

TEST_F(ProfileTest, EntriesAreThoseAtTheFirstInstruction) {
  run(0x8000'0020, 2);
  run(0x8000'0100);
  run(0x8000'0100);  // calls itself
  run(0x8000'0102);
  run(0x8000'0022);
  run(0x8000'0104);  // returns into it
  EXPECT_EQ(rows(finish()), "leaf 2 4 40\nmain 1 3 30\n");
}

TEST_F(ProfileTest, CodeOutsideOfFunctionsIsOneRow) {
  run(0x100, 3);
  run(0x8000'0060, 2);  // between main and leaf
  run(0x8000'0020, 2);
  run(0xffff'fff0, 2);
  EXPECT_EQ(rows(finish()), "(no symbol) 0 7 70\nmain 1 2 20\n");
  const SymbolTable none;
  Profile stripped(none, [](std::uint64_t executed) { return static_cast<int>(executed) * step; });
  for (std::uint64_t i = 0; i < 10; ++i)
    stripped.instruction(static_cast<std::uint32_t>(i * 0x1111'1110U), i);
  EXPECT_EQ(rows(stripped.finish(10, 10 * step)), "(no symbol) 0 10 100\n");
}

TEST_F(ProfileTest, NothingHappens) {
  const ProfileResult result = finish();
  EXPECT_TRUE(result.rows.empty());
  EXPECT_THAT(profile_text(result), HasSubstr("in all"));
}

TEST_F(ProfileTest, EveryPicosecondAndInstructionIsSomewhere) {
  std::mt19937 random(3);
  now_ = Duration{777};  // what was before the first instruction, too
  for (int i = 0; i < 100'000; ++i) {
    run(0x7fff'fff0U + 2 * static_cast<std::uint32_t>(random() % 0xa0U));
    if (random() % 10 == 0) now_ += Duration{static_cast<int>(random() % 1'000'000U)};
    if (random() % 100 == 0) sleep(Duration{static_cast<int>(random() % 1'000'000U)});
  }
  const ProfileResult result = finish();
  Duration time = result.asleep;
  std::uint64_t instructions = 0;
  for (const auto& row : result.rows) {
    time += row.time;
    instructions += row.instructions;
  }
  EXPECT_EQ(time, now_);
  EXPECT_EQ(result.total, now_);
  EXPECT_EQ(instructions, 100'000U);
}

TEST_F(ProfileTest, TextListsWhatTookMost) {
  run(0x8000'0000, 4);
  run(0x8000'0100, 10);
  sleep(Duration{60'000});
  profile_.interrupt();
  EXPECT_EQ(profile_text(finish(), 1),
            "Profile                                time              instructions       calls\n"
            "  leaf                               100 ns   50.0 %               10           1\n"
            "  1 more                            40.0 ns   20.0 %                4\n"
            "  asleep in WFI                     60.0 ns   30.0 %\n"
            "  in all                             200 ns  100.0 %               14\n"
            "  1 interrupts, 0 exceptions. Time of a function is its own, without what it calls; accesses to "
            "devices "
            "are in it.\n");
}

TEST_F(ProfileTest, CsvHasEveryFunction) {
  run(0x8000'0000, 4);
  run(0x8000'0100, 10);
  sleep(Duration{60'000});
  EXPECT_EQ(profile_csv(finish()),
            "function,address,entries,instructions,time_s,percent\n"
            "leaf,0x80000100,1,10,0.000000100000,50\n"
            "_start,0x80000000,1,4,0.000000040000,20\n"
            "(asleep),,0,0,0.000000060000,30\n");
}

}  // namespace
}  // namespace kirchhoff::testbenches
