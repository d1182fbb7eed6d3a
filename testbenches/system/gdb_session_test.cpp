#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "testbenches/cosim/gdb/gdb_server.h"
#include "testbenches/cosim/gdb/tcp_line.h"
#include "testbenches/system/gdb_debugger.h"
#include "testbenches/unit/gdb_fake_hart.h"

namespace kirchhoff::testbenches {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using unit::FakeHart;

/// gdb-multiarch against a machine of an array, over the real line.
class GdbSession : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_gdb()) {
      GTEST_SKIP() << "gdb-multiarch is not installed";
    }
    monitor_.add("total", "total", "what the program has added up",
                 [this](std::string_view) { return std::to_string(hart_.word(FakeHart::total)) + "\n"; });
  }

  /// What GDB prints for these commands; hart_.due is when someone types Ctrl-C.
  std::string session(const std::vector<std::string>& commands, long most_instructions = 1'000'000'000) {
    Debugger debugger(line_.port(), commands);
    hart_.event = [&debugger] { debugger.interrupt(); };
    hart_.serve(server_, most_instructions);
    server_.exited(7);
    return debugger.output();
  }

  TcpLine line_{0};
  FakeHart hart_;
  MonitorCommands monitor_;
  GdbServer server_{line_, hart_, &monitor_};
};

TEST_F(GdbSession, BreaksStepsAndLooksAround) {
  const std::string text = session({"break *0x80000010",           //
                                    "continue",                    //
                                    "print $a0",                   //
                                    "stepi",                       //
                                    "print/x $pc",                 //
                                    "x/3i 0x80000000",             //
                                    "x/2xw 0x80000000",            //
                                    "info registers",              //
                                    "print/x $mepc",               //
                                    "set $mepc = 0x80000444",      //
                                    "set $a1 = 1",                 //
                                    "print/x $mepc",               //
                                    "set {int}0x80000200 = 4242",  //
                                    "print *(int*)0x80000200",     //
                                    "print *(int*)0x10",           //
                                    "delete",                      //
                                    "thbreak *0x80000020",         //
                                    "continue",                    //
                                    "monitor total",               //
                                    "monitor nonsense",            //
                                    "kill"});
  EXPECT_THAT(text, ContainsRegex("Breakpoint 1, 0x80000010"));
  EXPECT_THAT(text, HasSubstr("$1 = 10"));
  EXPECT_THAT(text, HasSubstr("$2 = 0x80000008"));
  EXPECT_THAT(text, ContainsRegex("0x80000000:\tli\ta0,0"));
  EXPECT_THAT(text, ContainsRegex("0x80000004:\tli\ta1,10"));
  EXPECT_THAT(text, HasSubstr("0x80000000:\t0x00000513\t0x00a00593"));
  EXPECT_THAT(text, ContainsRegex("a1 +0x9\t9"));
  EXPECT_THAT(text, ContainsRegex("pc +0x80000008"));
  EXPECT_THAT(text, HasSubstr("$3 = 0x12345678"));
  EXPECT_THAT(text, HasSubstr("$4 = 0x80000444"));
  EXPECT_THAT(text, HasSubstr("$5 = 4242"));
  EXPECT_THAT(text, HasSubstr("Cannot access memory at address 0x10"));
  EXPECT_THAT(text, ContainsRegex("Temporary breakpoint 2, 0x80000020"));
  EXPECT_THAT(text, HasSubstr("\n11\n")) << "10 + 1: the debugger changed the counter";
  EXPECT_THAT(text, HasSubstr("no monitor command 'nonsense'"));
  EXPECT_THAT(text, Not(HasSubstr("Remote failure reply")));
}

TEST_F(GdbSession, WatchesMemory) {
  const std::string text = session({"watch *(int*)0x80000100", "continue", "continue", "kill"}, 1000);
  EXPECT_THAT(text, HasSubstr("Hardware watchpoint 1: *(int*)0x80000100"));
  EXPECT_THAT(text, HasSubstr("Old value = 0\nNew value = 55\n0x8000001c in"));
}

TEST_F(GdbSession, SaysWhereTheHartCannotWatch) {
  hart_.can_watch = false;
  EXPECT_THAT(session({"watch *(int*)0x80000100", "continue", "kill"}),
              HasSubstr("Could not insert hardware watchpoint 1."));
}

TEST_F(GdbSession, CtrlCStopsAnEndlessLoop) {
  hart_.due = 1'000'000;
  const std::string text = session({"continue", "print/x $pc", "kill"});
  EXPECT_THAT(text, HasSubstr("Program received signal SIGINT"));
  EXPECT_THAT(text, HasSubstr("$1 = 0x80000020"));
}

TEST_F(GdbSession, StepsThroughRange) {
  hart_.pc() = FakeHart::base;
  const std::string text = session({"stepi 5", "print/x $pc", "kill"});
  EXPECT_THAT(text, HasSubstr("$1 = 0x80000008"));
}

TEST_F(GdbSession, DetachesAndComesBack) {
  {
    const std::string text = session({"break *0x80000008", "detach"}, 100);
    EXPECT_THAT(text, HasSubstr("[Inferior 1 (Remote target) detached]"));
  }
  EXPECT_EQ(hart_.executed, 100) << "it ran on";
  EXPECT_TRUE(hart_.breakpoints.empty());
  EXPECT_THAT(session({"print/x $pc", "kill"}), HasSubstr("$1 = 0x80000020"));
}

TEST_F(GdbSession, QuittingLetsTheTargetRunOn) {
  session({"break *0x80000008", "continue"}, 100);
  EXPECT_EQ(hart_.executed, 100);
}

TEST_F(GdbSession, SeesTheExitCode) {
  EXPECT_THAT(session({"continue", "print $_exitcode"}, 1000), HasSubstr("$1 = 7"));
}

}  // namespace
}  // namespace kirchhoff::testbenches
