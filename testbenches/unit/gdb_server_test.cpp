#include "testbenches/cosim/gdb/gdb_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <thread>

#include "testbenches/cosim/gdb/hex_text.h"
#include "testbenches/unit/gdb_fake_hart.h"
#include "testbenches/unit/gdb_malformed_packets.h"

namespace kirchhoff::testbenches {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using unit::FakeHart;
using Event = GdbLine::Event;
using Why = GdbStop::Why;

struct EndOfScript {};

/// A debugger that says what a list says, whatever it hears.
class ScriptedLine : public GdbLine {
 public:
  ScriptedLine& event(Event event, std::string bytes = "") {
    script_.push_back({event, std::move(bytes)});
    return *this;
  }
  ScriptedLine& bytes(std::string text) { return event(Event::bytes, std::move(text)); }
  ScriptedLine& packets(std::initializer_list<std::string_view> payloads) {
    std::string text;
    for (const std::string_view payload : payloads) text += gdb_packet(payload);
    return bytes(text);
  }

  Event receive(std::string& bytes, std::chrono::milliseconds wait) override {
    if (script_.empty()) {
      if (wait.count() > 0) throw EndOfScript{};
      return Event::nothing;
    }
    if (script_.front().first == Event::bytes && !open_) {  // only who has called can speak
      open_ = true;
      return Event::opened;
    }
    auto [event, text] = std::move(script_.front());
    script_.pop_front();
    open_ = event != Event::closed;
    bytes += text;
    return event;
  }
  void send(std::string_view bytes) override { heard += bytes; }
  void close() override {
    heard += "<closed>";
    open_ = false;
  }

  std::string heard;

 private:
  std::deque<std::pair<Event, std::string>> script_;
  bool open_ = false;
};

class GdbServerTest : public testing::Test {
 protected:
  /// Serves until the script has nothing more to say.
  void serve(long most_instructions = 1000) {
    try {
      hart_.serve(server_, most_instructions);
    } catch (const EndOfScript&) {
    }
  }
  /// Lets the next poll() look at the line.
  static void wait_for_look() { std::this_thread::sleep_for(2 * GdbServer::look_interval); }

  ScriptedLine line_;
  FakeHart hart_;
  GdbServer server_{line_, hart_, nullptr};
};

TEST_F(GdbServerTest, NothingRunsBeforeADebuggerSaysSo) {
  line_.event(Event::opened).event(Event::closed).event(Event::opened).packets({"?"});
  serve();
  EXPECT_EQ(hart_.executed, 0);
  EXPECT_THAT(line_.heard, StartsWith("+$T05thread:1;"));
}

TEST_F(GdbServerTest, StopsAtBreakpointsAndTellsOnce) {
  line_.event(Event::opened).packets({"QStartNoAckMode"});
  line_.packets({"Z0,80000008,4", "vCont;c:1"}).packets({"vCont;s:1"}).packets({"vCont;c:1"}).packets({"g"});
  serve();
  EXPECT_EQ(hart_.pc(), FakeHart::loop);
  EXPECT_EQ(hart_.registers[11], 9U) << "the second time round";
  EXPECT_THAT(line_.heard, StartsWith("+$OK#9a$OK#9a$T05"));
  EXPECT_THAT(line_.heard, HasSubstr("20:08000080;"));
  EXPECT_THAT(line_.heard, HasSubstr("20:0c000080;"));
}

TEST_F(GdbServerTest, StepsOneInstructionThroughABreakpoint) {
  line_.event(Event::opened).packets({"Z0,80000000,4", "s"}).packets({"s"});
  serve();
  EXPECT_EQ(hart_.executed, 2);
}

TEST_F(GdbServerTest, StepsThroughALineWithoutAskingBack) {
  line_.event(Event::opened).packets({"vCont;r80000008,80000014:1"}).packets({"g"});
  hart_.pc() = FakeHart::loop;
  hart_.registers[11] = 10;
  serve();
  EXPECT_EQ(hart_.executed, 30);
  EXPECT_EQ(hart_.registers[10], 55U);
  EXPECT_EQ(hart_.pc(), FakeHart::base + 0x14);
}

TEST_F(GdbServerTest, CtrlCStopsWhatRuns) {
  line_.event(Event::opened).packets({"c"});
  try {
    ASSERT_EQ(server_.stopped({}), GdbResume::run);
    EXPECT_FALSE(server_.poll());
    line_.bytes("\x03");
    wait_for_look();
    int polls = 0;
    while (polls < 1000 && !server_.poll()) ++polls;
    EXPECT_LE(polls, GdbServer::polls_per_clock);
    EXPECT_TRUE(server_.poll_slowly()) << "until it is told that it has stopped";
    EXPECT_TRUE(server_.poll());
    EXPECT_TRUE(server_.poll());
    server_.stopped({Why::interrupted, {}, 0, {}});
  } catch (const EndOfScript&) {
  }
  EXPECT_THAT(line_.heard, StartsWith("+$T02thread:1;"));
}

TEST_F(GdbServerTest, CtrlCRightBehindContinueIsNotLost) {
  line_.event(Event::opened).bytes(gdb_packet("c") + "\x03");
  serve(100'000);
  EXPECT_EQ(hart_.executed, 1);
  EXPECT_THAT(line_.heard, StartsWith("+$T02thread:1;"));
}

TEST_F(GdbServerTest, CtrlCWhileStoppedMeansNothing) {
  line_.event(Event::opened).bytes("\x03").packets({"?", "c"});
  serve();
  EXPECT_THAT(line_.heard, StartsWith("+$T05"));
  EXPECT_EQ(hart_.executed, 1000);
}

TEST_F(GdbServerTest, WhatComesWhileItRunsIsAcknowledgedAndForgotten) {
  line_.event(Event::opened).bytes(gdb_packet("c") + gdb_packet("M80000100,1:ff") + gdb_packet("k"));
  serve();
  EXPECT_EQ(hart_.executed, 1000);
  EXPECT_EQ(line_.heard, "+++");
}

TEST_F(GdbServerTest, RangeStepsEndWhenTheDebuggerHangsUpOrInterrupts) {
  line_.event(Event::opened).bytes(gdb_packet("vCont;r80000020,80000024:1") + "\x03").packets({"g"});
  hart_.pc() = FakeHart::the_end;
  serve(1000);
  EXPECT_EQ(hart_.executed, 1);
  EXPECT_THAT(line_.heard, HasSubstr("$T02"));
}

TEST_F(GdbServerTest, CtrlCEndsStepsThroughAnEndlessLine) {
  line_.event(Event::opened).packets({"vCont;r80000020,80000024:1"});
  hart_.pc() = FakeHart::the_end;
  hart_.due = 10;
  hart_.event = [this] { line_.bytes("\x03"); };
  serve(100'000'000);
  EXPECT_LT(hart_.executed, 100'000'000);
  EXPECT_THAT(line_.heard, HasSubstr("$T02"));
}

TEST_F(GdbServerTest, WaitsForNobodyOnceItHasGivenUp) {
  bool given_up = false;
  GdbServer server{line_, hart_, nullptr, [&given_up] { return given_up; }};
  EXPECT_THROW(server.stopped({}), EndOfScript);
  given_up = true;
  EXPECT_EQ(server.stopped({}), GdbResume::run);
  given_up = false;
  line_.event(Event::opened).packets({"QStartNoAckMode"});
  EXPECT_THROW(server.stopped({}), EndOfScript);
  given_up = true;
  EXPECT_EQ(server.stopped({Why::breakpoint, {}, 0, {}}), GdbResume::run);
  server.exited(130);
  EXPECT_EQ(line_.heard, "+$OK#9a" + gdb_packet("W82") + "<closed>") << "the debugger is told all the same";
}

TEST_F(GdbServerTest, TimeHaltedIsToldApart) {
  line_.event(Event::opened).packets({"c"});
  ASSERT_EQ(server_.stopped({}), GdbResume::run);
  const auto before = server_.halted();
  EXPECT_GT(before.count(), 0);
  wait_for_look();
  server_.poll_slowly();
  EXPECT_EQ(server_.halted(), before) << "running is not being halted";
}

TEST_F(GdbServerTest, DetachingTakesBreakpointsAlong) {
  line_.event(Event::opened).packets({"Z0,80000008,4", "Z2,80000100,4", "D"});
  serve();
  EXPECT_TRUE(hart_.breakpoints.empty());
  EXPECT_TRUE(hart_.watchpoints.empty());
  EXPECT_EQ(hart_.executed, 1000);
  EXPECT_EQ(line_.heard, "+$OK#9a+$OK#9a+$OK#9a<closed>");
}

TEST_F(GdbServerTest, WhoHangsUpDetaches) {
  line_.event(Event::opened).packets({"Z0,80000008,4", "c"}).event(Event::closed);
  serve();
  EXPECT_TRUE(hart_.breakpoints.empty());
  EXPECT_EQ(hart_.executed, 1000);
}

TEST_F(GdbServerTest, WhoComesLaterStopsTheTarget) {
  line_.event(Event::opened).packets({"QStartNoAckMode", "D"});
  ASSERT_EQ(server_.stopped({}), GdbResume::run);
  EXPECT_FALSE(server_.poll_slowly());
  line_.heard.clear();
  line_.event(Event::opened).packets({"?"});
  wait_for_look();
  ASSERT_TRUE(server_.poll_slowly());
  EXPECT_THROW(server_.stopped({Why::interrupted, {}, 0, {}}), EndOfScript);
  EXPECT_THAT(line_.heard, StartsWith("+$T02")) << "only when asked, and with acknowledgement again";
}

TEST_F(GdbServerTest, WithoutADebuggerNothingHoldsTheTarget) {
  line_.event(Event::opened).packets({"D"});
  ASSERT_EQ(server_.stopped({}), GdbResume::run);
  EXPECT_EQ(server_.stopped({Why::fault, {}, 0, {}}), GdbResume::run);
}

TEST_F(GdbServerTest, TextOfAStopComesBeforeIt) {
  line_.event(Event::opened).packets({"QStartNoAckMode", "c"});
  ASSERT_EQ(server_.stopped({}), GdbResume::run);
  EXPECT_THROW(server_.stopped({Why::deadlock, {}, 0, "asleep"}), EndOfScript);
  EXPECT_THAT(line_.heard, StartsWith("+$OK#9a$O" + hex_bytes(std::string_view("asleep\n"))));
  EXPECT_THAT(line_.heard, HasSubstr("$T18"));
}

TEST_F(GdbServerTest, TellsTheExitCode) {
  line_.event(Event::opened).packets({"QStartNoAckMode", "c"});
  ASSERT_EQ(server_.stopped({}), GdbResume::run);
  server_.exited(5);
  EXPECT_EQ(line_.heard, "+$OK#9a" + gdb_packet("W05") + "<closed>");
  line_.heard.clear();
  server_.exited(5);
  EXPECT_EQ(line_.heard, "");
}

TEST_F(GdbServerTest, DamagedPacketsAreAskedForAgain) {
  line_.event(Event::opened).bytes("$g#00").bytes("$?#3f").bytes("-").bytes("+-");
  serve();
  const std::string reply = line_.heard.substr(2, line_.heard.find('#') + 1);
  EXPECT_THAT(line_.heard, StartsWith("-+$T05"));
  EXPECT_EQ(line_.heard, "-+" + reply + reply) << "sent again once; after + there is nothing to send";
}

TEST_F(GdbServerTest, ResendingHasAnEnd) {
  line_.event(Event::opened).bytes("$qC#b4").bytes(std::string(1000, '-'));
  serve();
  EXPECT_EQ(line_.heard.size(), 1 + 17 * std::string("$QC1#c5").size());
}

// 100,000 packets that are wrong in every way, and Ctrl-C, hang-ups and noise between them: no crash, no
// endless loop, and the server answers afterwards. Fixed seed.
TEST_F(GdbServerTest, LivesThroughMalformedPackets) {
  unit::MalformedPackets packets(20260102);
  constexpr int most = 100'000;
  for (int i = 0; i < most; ++i) {
    std::string bytes = packets.next();
    if (i % 1000 == 999) {
      line_.event(Event::closed).event(Event::opened);
    }
    if (i == 0) line_.event(Event::opened);
    line_.bytes(std::move(bytes));
  }
  // Each time the script has killed the target, it is run again.
  int kills = 0;
  try {
    for (;; ++kills) hart_.serve(server_, hart_.executed + 20);
  } catch (const EndOfScript&) {
  }
  EXPECT_GT(kills, 100);
  EXPECT_GT(line_.heard.size(), std::size_t{most});
  line_.heard.clear();
  line_.event(Event::closed).event(Event::opened).packets({"?", "p20", "m80000000,1", "qC"});
  serve();
  EXPECT_THAT(line_.heard, StartsWith("+$T05thread:1;"));
  EXPECT_THAT(line_.heard, HasSubstr(gdb_packet("QC1")));
}

}  // namespace
}  // namespace kirchhoff::testbenches
