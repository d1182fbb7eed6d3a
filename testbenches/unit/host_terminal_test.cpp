#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "testbenches/host/terminal.h"

namespace kirchhoff::testbenches {
namespace {

TEST(Terminal, AFileIsPlainAndTakesItsWidthFromTheEnvironment) {
  const int file = open("/dev/null", O_WRONLY);
  setenv("LC_ALL", "C.UTF-8", 1);
  unsetenv("COLUMNS");
  Terminal terminal = terminal_of(file);
  EXPECT_FALSE(terminal.interactive);
  EXPECT_FALSE(terminal.unicode);
  EXPECT_FALSE(terminal.colour);
  EXPECT_EQ(terminal.columns, 100);
  setenv("COLUMNS", "72", 1);
  EXPECT_EQ(terminal_of(file).columns, 72);
  setenv("COLUMNS", "wide", 1);
  EXPECT_EQ(terminal_of(file).columns, 100);
  setenv("COLUMNS", "3", 1);
  EXPECT_EQ(terminal_of(file).columns, 40);
  close(file);
}

/// A pseudo terminal stands in for a person's.
class PseudoTerminal : public testing::Test {
 protected:
  void SetUp() override {
    master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
      GTEST_SKIP() << "no pseudo terminals here";
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    ASSERT_GE(slave, 0);
    setenv("TERM", "xterm", 1);
    setenv("LC_ALL", "en_GB.UTF-8", 1);
    unsetenv("NO_COLOR");
  }
  void TearDown() override {
    close(slave);
    close(master);
  }

  int master = -1;
  int slave = -1;
};

TEST_F(PseudoTerminal, ShowsColourAndBlocks) {
  const Terminal terminal = terminal_of(slave);
  EXPECT_TRUE(terminal.interactive);
  EXPECT_TRUE(terminal.unicode);
  EXPECT_TRUE(terminal.colour);
}

TEST_F(PseudoTerminal, RespectsTheEnvironment) {
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(terminal_of(slave).colour);
  EXPECT_TRUE(terminal_of(slave).unicode);
  setenv("LC_ALL", "C", 1);
  EXPECT_FALSE(terminal_of(slave).unicode);
  unsetenv("NO_COLOR");
  setenv("TERM", "dumb", 1);
  EXPECT_FALSE(terminal_of(slave).interactive);
  EXPECT_FALSE(terminal_of(slave).colour);
}

TEST(StyledLine, CountsWhatIsSeen) {
  Terminal terminal;
  terminal.colour = true;
  StyledLine line(terminal);
  line.left("µm", 4, Style::bad).right("7", 3);
  EXPECT_EQ(line.width(), 7U);
  EXPECT_EQ(line.text(), "\x1b[1;31mµm\x1b[0m    7");
}

TEST(Bar, IsAsLongAsItsFraction) {
  Terminal blocks;
  blocks.unicode = true;
  EXPECT_EQ(bar(0.5, 8, {}), "####");
  EXPECT_EQ(bar(1.0, 8, blocks), "████████");
  EXPECT_EQ(bar(0.3125, 8, blocks), "██▌");
  EXPECT_EQ(bar(7.0, 3, blocks), "███");
  EXPECT_EQ(bar(0, 8, blocks), "");
  EXPECT_EQ(bar(1e-9, 8, blocks), "▏") << "what is there shows";
  EXPECT_EQ(bar(1e-9, 8, {}), "#");
}

}  // namespace
}  // namespace kirchhoff::testbenches
