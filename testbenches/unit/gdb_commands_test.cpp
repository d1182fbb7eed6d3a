#include "testbenches/cosim/gdb/gdb_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "testbenches/cosim/gdb/gdb_packet.h"
#include "testbenches/cosim/gdb/hex_text.h"
#include "testbenches/unit/gdb_fake_hart.h"

namespace kirchhoff::testbenches {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using unit::FakeHart;
using Why = GdbStop::Why;

class GdbCommandsTest : public testing::Test {
 protected:
  /// The one reply.
  std::string ask(std::string_view packet) {
    const GdbAnswer answer = commands_.answer(packet);
    EXPECT_EQ(answer.replies.size(), 1U) << packet;
    return answer.replies.empty() ? "none" : answer.replies.front();
  }
  std::optional<GdbResume> resume(std::string_view packet) {
    const GdbAnswer answer = commands_.answer(packet);
    EXPECT_TRUE(answer.replies.empty()) << packet;
    return answer.resume;
  }

  FakeHart hart_;
  MonitorCommands monitor_;
  GdbCommands commands_{hart_, &monitor_};
};

TEST_F(GdbCommandsTest, SaysWhatItCanDo) {
  EXPECT_EQ(ask("qSupported:multiprocess+;swbreak+;hwbreak+;qRelocInsn+"),
            "PacketSize=4000;QStartNoAckMode+;qXfer:features:read+;vContSupported+;swbreak+;hwbreak+");
  EXPECT_EQ(ask("qSupported"), ask("qSupported:"));
  EXPECT_EQ(ask("vCont?"), "vCont;c;C;s;S;r");
  EXPECT_EQ(ask("vMustReplyEmpty"), "");
  EXPECT_EQ(ask("!"), "");
  EXPECT_EQ(ask(""), "");
  EXPECT_EQ(ask("qC"), "QC1");
  EXPECT_EQ(ask("qfThreadInfo"), "m1");
  EXPECT_EQ(ask("qsThreadInfo"), "l");
  EXPECT_EQ(ask("qThreadExtraInfo,1"), hex_bytes(std::string_view("hart 0")));
  EXPECT_EQ(ask("qThreadExtraInfo,7"), "E16");
  EXPECT_EQ(ask("qAttached"), "1");
  EXPECT_EQ(ask("qAttached:1"), "1");
  EXPECT_EQ(ask("qSymbol::"), "OK");
  EXPECT_EQ(ask("qOffsets"), "");
  EXPECT_EQ(ask("Hg0"), "OK");
  EXPECT_EQ(ask("Hc-1"), "OK");
  EXPECT_EQ(ask("Hg2"), "E16");
  EXPECT_EQ(ask("H"), "E16");
  EXPECT_EQ(ask("T1"), "OK");
  EXPECT_EQ(ask("T2"), "E16");
  EXPECT_TRUE(commands_.answer("QStartNoAckMode").without_acknowledgement);
  EXPECT_EQ(ask("QNonStop:1"), "");
}

TEST_F(GdbCommandsTest, DescribesItsRegisters) {
  std::string xml;
  for (int piece = 0; piece < 100; ++piece) {
    char packet[64];
    std::snprintf(packet, sizeof packet, "qXfer:features:read:target.xml:%zx,100", xml.size());
    const std::string part = ask(packet);
    ASSERT_THAT(part, testing::AnyOf(StartsWith("m"), StartsWith("l")));
    xml += part.substr(1);
    if (part.front() == 'l') break;
  }
  EXPECT_THAT(xml, StartsWith("<?xml version=\"1.0\"?>"));
  EXPECT_THAT(xml, EndsWith("</feature></target>"));
  EXPECT_THAT(xml, HasSubstr("<osabi>none</osabi>"));
  EXPECT_THAT(xml, HasSubstr("<reg name=\"pc\" bitsize=\"32\" type=\"code_ptr\" regnum=\"32\"/>"));
  EXPECT_THAT(xml, HasSubstr("<reg name=\"t6\" bitsize=\"32\" type=\"int\" regnum=\"31\"/>"));
  EXPECT_THAT(
      xml, HasSubstr("<reg name=\"mepc\" bitsize=\"32\" type=\"code_ptr\" regnum=\"898\" group=\"csr\"/>"));
  EXPECT_THAT(xml, testing::Not(HasSubstr("mcause"))) << "the hart does not have it";
  EXPECT_EQ(ask("qXfer:features:read:other.xml:0,100"), "E00");
  EXPECT_EQ(ask("qXfer:features:read:target.xml:100000,100"), "E16");
  EXPECT_EQ(ask("qXfer:features:read:target.xml:0"), "E16");
  EXPECT_EQ(ask("qXfer:features:read:target.xml:,1"), "E16");
  EXPECT_EQ(ask("qXfer:features:read:target.xml:0,1x"), "E16");
}

TEST_F(GdbCommandsTest, ReadsAndWritesRegisters) {
  hart_.registers[10] = 0x0102'0304;
  const std::string all = ask("g");
  ASSERT_EQ(all.size(), 33U * 8);
  EXPECT_EQ(all.substr(80, 8), "04030201");
  EXPECT_EQ(all.substr(256), "00000080");
  EXPECT_EQ(ask("pa"), "04030201");
  EXPECT_EQ(ask("p20"), "00000080");
  EXPECT_EQ(ask("p382"), "78563412") << "mepc";
  EXPECT_EQ(ask("p383"), "E0e");
  EXPECT_EQ(ask("pffffffff"), "E0e");
  EXPECT_EQ(ask("p"), "E16");
  EXPECT_EQ(ask("p1z"), "E16");

  EXPECT_EQ(ask("Pb=78563412"), "OK");
  EXPECT_EQ(hart_.registers[11], 0x1234'5678U);
  EXPECT_EQ(ask("P382=00000080"), "OK");
  EXPECT_EQ(hart_.csr, 0x8000'0000U);
  EXPECT_EQ(ask("Pb=785634"), "E16");
  EXPECT_EQ(ask("Pb=78563g12"), "E16");
  EXPECT_EQ(ask("Pb:78563412"), "E16");
  EXPECT_EQ(ask("P383=00000000"), "E0e");
  EXPECT_EQ(hart_.registers[11], 0x1234'5678U);

  std::string changed = all;
  changed.replace(16, 8, "10000080");
  EXPECT_EQ(ask("G" + changed), "OK");
  EXPECT_EQ(hart_.registers[2], 0x8000'0010U);
  EXPECT_EQ(ask("g"), changed);
  EXPECT_EQ(ask("G" + changed.substr(8)), "E16");
  EXPECT_EQ(ask("G" + changed + "00000000"), "E16");
  EXPECT_EQ(ask("gg"), "E16");
}

TEST_F(GdbCommandsTest, ReadsAndWritesMemory) {
  EXPECT_EQ(ask("m80000004,4"), "9305a000");
  EXPECT_EQ(ask("m80000005,1"), "05");
  EXPECT_EQ(ask("m80000fff,10"), "00") << "what there is of it";
  EXPECT_EQ(ask("m80001000,4"), "E0e");
  EXPECT_EQ(ask("m0,4"), "E0e");
  EXPECT_EQ(ask("mffffffff,ffffffff"), "E0e");
  EXPECT_EQ(ask("m80000000,0"), "E16");
  EXPECT_EQ(ask("m180000000,4"), "E16");
  EXPECT_EQ(ask("m80000000"), "E16");
  EXPECT_EQ(ask("m80000000,4,"), "E16");
  EXPECT_EQ(ask("m,4"), "E16");
  EXPECT_EQ(ask("m-1,4"), "E16");
  EXPECT_LE(gdb_packet(ask("m80000000,ffffffffffffffff")).size(), gdb_packet_bytes);

  EXPECT_EQ(ask("M80000200,3:010203"), "OK");
  EXPECT_EQ(ask("m80000200,4"), "01020300");
  EXPECT_EQ(ask("M80000200,3:0102"), "E16");
  EXPECT_EQ(ask("M80000200,1:0102"), "E16");
  EXPECT_EQ(ask("M80000200,1:0"), "E16");
  EXPECT_EQ(ask("M80000200,1,00"), "E16");
  EXPECT_EQ(ask("M80000fff,2:0000"), "E0e");
  EXPECT_EQ(ask("Mffffffff,2:0000"), "E0e");
  EXPECT_EQ(ask("X80000200,0:"), "OK") << "how the debugger finds out that X is there";
  EXPECT_EQ(ask("X80000200,2:#$"), "OK");
  EXPECT_EQ(ask("m80000200,2"), "2324");
  EXPECT_EQ(ask("X80000200,3:#$"), "E16");
  EXPECT_EQ(ask("X80000200"), "E16");
}

TEST_F(GdbCommandsTest, ResumesInEveryWay) {
  EXPECT_EQ(resume("c"), GdbResume::run);
  EXPECT_EQ(resume("s"), GdbResume::step);
  EXPECT_EQ(resume("C05"), GdbResume::run);
  EXPECT_EQ(resume("S0b"), GdbResume::step);
  EXPECT_EQ(resume("vCont;c"), GdbResume::run);
  EXPECT_EQ(resume("vCont;s:1;c"), GdbResume::step);
  EXPECT_EQ(resume("vCont;C05:1"), GdbResume::run);
  EXPECT_EQ(resume("vCont;S05:1;c:-1"), GdbResume::step);
  EXPECT_EQ(resume("k"), GdbResume::kill);
  EXPECT_EQ(resume("c80000010"), GdbResume::run);
  EXPECT_EQ(hart_.pc(), 0x8000'0010U);
  EXPECT_EQ(resume("S05;80000020"), GdbResume::step);
  EXPECT_EQ(hart_.pc(), 0x8000'0020U);
  for (const char* bad :
       {"c80000011", "cx",      "c180000000", "C",        "C5",           "Cxx",         "C05:1",
        "C05;1",     "s1",      "vCont;",     "vCont;x",  "vCont;c5",     "vCont;C",     "vCont;C5",
        "vCont;c:2", "vCont;t", "vCont;r",    "vCont;r1", "vCont;r2,1:1", "vCont;r1,2x", "vCont;c;;s"}) {
    const GdbAnswer answer = commands_.answer(bad);
    EXPECT_FALSE(answer.resume) << bad;
    EXPECT_THAT(answer.replies, ElementsAre("E16")) << bad;
  }
  EXPECT_EQ(hart_.pc(), 0x8000'0020U);
  const GdbAnswer killed = commands_.answer("vKill;1");
  EXPECT_THAT(killed.replies, ElementsAre("OK"));
  EXPECT_EQ(killed.resume, GdbResume::kill);
}

TEST_F(GdbCommandsTest, StepsThroughARange) {
  EXPECT_EQ(resume("vCont;r80000008,80000014:1"), GdbResume::step);
  hart_.pc() = 0x8000'0010;
  EXPECT_TRUE(commands_.steps_on());
  hart_.pc() = 0x8000'0014;
  EXPECT_FALSE(commands_.steps_on());
  hart_.pc() = 0x8000'000c;
  EXPECT_TRUE(commands_.steps_on());
  ask("Z0,8000000c,4");
  EXPECT_FALSE(commands_.steps_on()) << "a breakpoint within";
  ask("z0,8000000c,4");
  EXPECT_EQ(resume("vCont;s:1"), GdbResume::step);
  EXPECT_FALSE(commands_.steps_on()) << "one step";
}

TEST_F(GdbCommandsTest, SetsBreakpoints) {
  EXPECT_EQ(ask("Z0,80000008,4"), "OK");
  EXPECT_TRUE(hart_.breakpoints.contains(0x8000'0008));
  EXPECT_EQ(ask("Z0,80000008,4"), "OK");
  EXPECT_EQ(ask("Z1,80000008,2"), "OK");
  EXPECT_EQ(ask("z0,80000008,4"), "OK");
  EXPECT_TRUE(hart_.breakpoints.contains(0x8000'0008)) << "the hardware breakpoint is still there";
  EXPECT_EQ(ask("z1,80000008,2"), "OK");
  EXPECT_TRUE(hart_.breakpoints.empty());
  EXPECT_EQ(ask("z0,80000008,4"), "OK");
  for (const char* bad :
       {"Z", "Z0", "Z0,", "Z0,80000008", "Z0,80000008,", "Z0,80000009,4", "Z0,80000008,3", "Z0,180000008,4",
        "Z0,80000008,4;X1,0", "Z0,80000008,4x", "Zx,80000008,4", "Z2,80000008,0", "Z2,ffffffff,2"}) {
    EXPECT_EQ(ask(bad), "E16") << bad;
  }
  EXPECT_EQ(ask("Z5,80000008,4"), "");
  EXPECT_TRUE(hart_.breakpoints.empty());
}

TEST_F(GdbCommandsTest, SetsWatchpointsWhereTheHartCan) {
  EXPECT_EQ(ask("Z2,80000100,4"), "OK");
  EXPECT_EQ(ask("Z3,80000104,1"), "OK");
  EXPECT_TRUE(hart_.watchpoints.stop_of({0x8000'0102, 1, false, true}));
  EXPECT_TRUE(hart_.watchpoints.stop_of({0x8000'0104, 1, true, false}));
  EXPECT_EQ(ask("z2,80000100,4"), "OK");
  EXPECT_FALSE(hart_.watchpoints.stop_of({0x8000'0102, 1, false, true}));
  EXPECT_FALSE(hart_.watchpoints.empty());
  hart_.can_watch = false;
  EXPECT_EQ(ask("Z4,80000100,4"), "");
}

TEST_F(GdbCommandsTest, HasALimitOfBreakpoints) {
  int accepted = 0;
  for (unsigned i = 0; i < 2000; ++i) {
    char packet[32];
    std::snprintf(packet, sizeof packet, "Z0,%x,4", 0x8000'0000U + 4 * i);
    accepted += ask(packet) == "OK";
  }
  EXPECT_EQ(accepted, 1024);
  EXPECT_EQ(ask("Z0,0,4"), "E1c");
  commands_.forget_debugger();
  EXPECT_TRUE(hart_.breakpoints.empty());
}

TEST_F(GdbCommandsTest, SaysWhyItStopped) {
  EXPECT_EQ(ask("?"), "T05thread:1;02:00000000;08:00000000;20:00000080;");
  const auto why = [this](const GdbStop& stop) { return commands_.stopped(stop).substr(0, 24); };
  EXPECT_THAT(why({Why::interrupted, {}, 0, {}}), StartsWith("T02thread:1;02:"));
  EXPECT_THAT(why({Why::illegal, {}, 0, {}}), StartsWith("T04thread:1;02:"));
  EXPECT_THAT(why({Why::fault, {}, 0, {}}), StartsWith("T0bthread:1;02:"));
  EXPECT_THAT(why({Why::deadlock, {}, 0, {}}), StartsWith("T18thread:1;02:"));
  EXPECT_THAT(why({Why::step, {}, 0, {}}), StartsWith("T05thread:1;02:"));
  EXPECT_THAT(why({Why::watchpoint, WatchKind::write, 0x8000'0100, {}}),
              StartsWith("T05thread:1;watch:800001"));
  EXPECT_THAT(why({Why::watchpoint, WatchKind::read, 0x10, {}}), StartsWith("T05thread:1;rwatch:10;02"));
  EXPECT_THAT(why({Why::watchpoint, WatchKind::access, 0x10, {}}), StartsWith("T05thread:1;awatch:10;02"));
  EXPECT_THAT(ask("?"), StartsWith("T05thread:1;awatch:10;")) << "again when asked";
}

TEST_F(GdbCommandsTest, NamesTheKindOfBreakpointToWhomKnowsIt) {
  hart_.pc() = 0x8000'0008;
  ask("Z0,80000008,4");
  EXPECT_THAT(commands_.stopped({Why::breakpoint, {}, 0, {}}), StartsWith("T05thread:1;02:"));
  ask("qSupported:swbreak+;hwbreak+");
  EXPECT_THAT(commands_.stopped({Why::breakpoint, {}, 0, {}}), StartsWith("T05thread:1;swbreak:;02:"));
  ask("Z1,80000008,4");
  EXPECT_THAT(commands_.stopped({Why::breakpoint, {}, 0, {}}), StartsWith("T05thread:1;hwbreak:;02:"));
}

TEST_F(GdbCommandsTest, PassesMonitorCommandsOn) {
  monitor_.add("time", "time", "simulated time",
               [](std::string_view arguments) { return "now " + std::string(arguments) + "\n"; });
  monitor_.add("long", "long", "much", [](std::string_view) { return std::string(20'000, 'x'); });
  const auto run = [this](std::string_view command) {
    std::string text;
    const auto replies = commands_.answer("qRcmd," + hex_bytes(command)).replies;
    EXPECT_EQ(replies.back(), "OK");
    for (std::size_t i = 0; i + 1 < replies.size(); ++i) {
      EXPECT_EQ(replies[i].front(), 'O');
      EXPECT_LE(gdb_packet(replies[i]).size(), gdb_packet_bytes);
      const auto bytes = bytes_of_hex(std::string_view(replies[i]).substr(1));
      text.append(bytes->begin(), bytes->end());
    }
    return text;
  };
  EXPECT_EQ(run("time"), "now \n");
  EXPECT_EQ(run("  time  in us "), "now in us\n");
  EXPECT_EQ(run("long"), std::string(20'000, 'x'));
  EXPECT_EQ(run("help"), "monitor time  simulated time\nmonitor long  much\nmonitor help  this list\n");
  EXPECT_EQ(run(""), run("help"));
  EXPECT_THAT(run("tme"), StartsWith("no monitor command 'tme'; did you mean 'time'?\nmonitor time"));
  EXPECT_THAT(run(std::string_view("\0\xff", 2)), StartsWith("no monitor command '"));
  EXPECT_EQ(ask("qRcmd,7"), "E16");
  EXPECT_EQ(ask("qRcmd"), "");
  GdbCommands without(hart_, nullptr);
  EXPECT_THAT(without.answer("qRcmd,74").replies, ElementsAre(""));
}

TEST(GdbBreakpointSet, HoldsWhatWasAddedAndNothingElse) {
  BreakpointSet set;
  std::set<std::uint32_t> expected;
  EXPECT_TRUE(set.empty());
  for (std::uint32_t i = 0; i < 600; ++i) {
    const std::uint32_t address = 0x8000'0000U + (i * 7919U % 0x20000U) * 2;
    set.add(address);
    set.add(address);
    expected.insert(address);
  }
  for (std::uint32_t i = 0; i < 600; i += 3) {
    const std::uint32_t address = 0x8000'0000U + (i * 7919U % 0x20000U) * 2;
    set.remove(address);
    set.remove(address);
    expected.erase(address);
  }
  for (std::uint32_t address = 0x8000'0000U; address < 0x8004'0000U; address += 2) {
    ASSERT_EQ(set.contains(address), expected.count(address) > 0) << address;
  }
  set.clear();
  EXPECT_TRUE(set.empty());
  EXPECT_FALSE(set.contains(*expected.begin()));
}

}  // namespace
}  // namespace kirchhoff::testbenches
