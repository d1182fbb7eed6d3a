#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <string>
#include <thread>

#include "testbenches/cosim/gdb/tcp_line.h"
#include "testbenches/unit/data_files.h"
#include "testbenches/unit/gdb_caller.h"

namespace kirchhoff::testbenches {
namespace {

using testing::StartsWith;
using unit::Caller;
using unit::input_error;
using Event = GdbLine::Event;

constexpr std::chrono::milliseconds at_once{0};
constexpr std::chrono::milliseconds soon{5000};

TEST(GdbTcpLine, CarriesBytesBothWays) {
  TcpLine line(0);
  EXPECT_GT(line.port(), 0);
  std::string bytes;
  EXPECT_EQ(line.receive(bytes, at_once), Event::nothing);
  Caller caller(line.port());
  ASSERT_TRUE(caller.connected);
  EXPECT_EQ(line.receive(bytes, soon), Event::opened);
  caller.send("$g#67");
  EXPECT_EQ(line.receive(bytes, soon), Event::bytes);
  EXPECT_EQ(bytes, "$g#67");
  line.send("+$OK#9a");
  EXPECT_EQ(caller.receive(7), "+$OK#9a");
  EXPECT_EQ(line.receive(bytes, at_once), Event::nothing);
  caller.hang_up();
  EXPECT_EQ(line.receive(bytes, soon), Event::closed);
  EXPECT_EQ(line.receive(bytes, at_once), Event::nothing);
  line.send("to nobody");
  Caller again(line.port());
  EXPECT_EQ(line.receive(bytes, soon), Event::opened);
}

TEST(GdbTcpLine, ListensOnTheLoopbackAddressOnly) {
  TcpLine line(0);
  EXPECT_TRUE(Caller(line.port()).connected);
  EXPECT_FALSE(Caller(line.port(), INADDR_LOOPBACK + 1).connected) << "127.0.0.2 is this machine, too";
}

TEST(GdbTcpLine, TakesOneDebuggerAtATime) {
  TcpLine line(0);
  std::string bytes;
  Caller first(line.port());
  ASSERT_EQ(line.receive(bytes, soon), Event::opened);
  Caller second(line.port());
  EXPECT_EQ(line.receive(bytes, soon), Event::nothing);
  EXPECT_EQ(second.receive(1), "") << "hung up";
  line.send("x");
  EXPECT_EQ(first.receive(1), "x");
}

TEST(GdbTcpLine, TheLastWordsArriveWhenItHangsUp) {
  TcpLine line(0);
  std::string bytes;
  Caller caller(line.port());
  ASSERT_EQ(line.receive(bytes, soon), Event::opened);
  caller.send("+++ never read by the line");
  std::thread closer([&line] {
    line.send("$W00#b7");
    line.close();
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(caller.receive(7), "$W00#b7");
  EXPECT_EQ(caller.receive(1), "");
  caller.hang_up();
  closer.join();
}

TEST(GdbTcpLine, SaysWhichPortIsTaken) {
  TcpLine line(0);
  const std::string port = std::to_string(line.port());
  EXPECT_EQ(input_error([&line] { TcpLine other(line.port()); }),
            "cannot listen for a debugger on 127.0.0.1:" + port +
                ": Address already in use; choose another port, or 0 for any free one");
}

}  // namespace
}  // namespace kirchhoff::testbenches
