#include "testbenches/cosim/gdb/gdb_packet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "testbenches/cosim/gdb/hex_text.h"

namespace kirchhoff::testbenches {
namespace {

using testing::ElementsAre;

/// What comes out, one word per item; payloads in brackets.
std::vector<std::string> read(std::string_view bytes) {
  GdbPacketReader reader;
  std::vector<std::string> items;
  for (const char byte : bytes) {
    if (const auto item = reader.take(byte)) {
      using Kind = GdbPacketReader::Kind;
      items.push_back(item->kind == Kind::packet        ? "[" + item->payload + "]"
                      : item->kind == Kind::damaged     ? "damaged"
                      : item->kind == Kind::too_long    ? "too long"
                      : item->kind == Kind::interrupt   ? "interrupt"
                      : item->kind == Kind::acknowledge ? "+"
                                                        : "-");
    }
  }
  return items;
}

TEST(GdbPacket, HasItsChecksum) {
  EXPECT_EQ(gdb_packet("OK"), "$OK#9a") << "as in GDB's manual";
  EXPECT_EQ(gdb_packet(""), "$#00");
  EXPECT_EQ(gdb_packet("a#b$c}d*"),
            "$a}\x03"
            "b}\x04"
            "c}]d}\n#" +
                hex_bytes(std::string(
                    1, static_cast<char>(
                           ('a' + '}' + 3 + 'b' + '}' + 4 + 'c' + '}' + ']' + 'd' + '}' + '\n') % 256))));
}

TEST(GdbPacket, IsReadBack) {
  std::mt19937 random(1);
  for (int round = 0; round < 1000; ++round) {
    std::string payload(random() % 200, ' ');
    for (char& byte : payload) byte = static_cast<char>(random());
    EXPECT_THAT(read(gdb_packet(payload)), ElementsAre("[" + payload + "]"));
  }
}

TEST(GdbPacket, WhatLiesBetweenPacketsHasItsMeaning) {
  EXPECT_THAT(read("+$OK#9a-noise\x03$g#67+"), ElementsAre("+", "[OK]", "-", "interrupt", "[g]", "+"));
  EXPECT_THAT(read("$a\x03#64"), ElementsAre("[a\x03]")) << "Ctrl-C within a packet is a byte of it";
}

TEST(GdbPacket, DamageIsSeen) {
  EXPECT_THAT(read("$OK#9b$OK#9a"), ElementsAre("damaged", "[OK]"));
  EXPECT_THAT(read("$OL#9a"), ElementsAre("damaged"));
  EXPECT_THAT(read("$OK#9g$OK#g9$OK##9$OK#9A"), ElementsAre("damaged", "damaged", "damaged", "[OK]"));
  EXPECT_THAT(read("$lost$OK#9a"), ElementsAre("[OK]")) << "a packet whose end was lost";
}

TEST(GdbPacket, LengthHasALimit) {
  const std::string longest(gdb_packet_bytes, 'a');
  EXPECT_THAT(read(gdb_packet(longest)), ElementsAre("[" + longest + "]"));
  EXPECT_THAT(read(gdb_packet(longest + "a") + gdb_packet("g")), ElementsAre("too long", "[g]"));
  EXPECT_THAT(read(gdb_packet(std::string(5'000'000, '}')) + "$g#67"), ElementsAre("too long", "[g]"));
}

TEST(GdbHex, IsReadStrictly) {
  EXPECT_EQ(hex_word(0x1234'5678), "78563412");
  EXPECT_EQ(hex_bytes(std::string_view("A\xff")), "41ff");
  EXPECT_EQ(bytes_of_hex("00fF"), (std::vector<std::uint8_t>{0, 255}));
  EXPECT_EQ(bytes_of_hex("0"), std::nullopt);
  EXPECT_EQ(bytes_of_hex("0g"), std::nullopt);
  EXPECT_EQ(bytes_of_hex("-1"), std::nullopt);
  HexFields fields("80000000,4:x;y");
  EXPECT_EQ(fields.take_word(), 0x8000'0000U);
  EXPECT_FALSE(fields.take(':'));
  EXPECT_TRUE(fields.take(','));
  EXPECT_EQ(fields.take_number(), 4U);
  EXPECT_EQ(fields.take_number(), std::nullopt);
  EXPECT_TRUE(fields.take(':'));
  EXPECT_EQ(fields.take_until(';'), "x");
  EXPECT_EQ(fields.take_until(';'), "y");
  EXPECT_TRUE(fields.at_end());
  EXPECT_EQ(HexFields("100000000").take_word(), std::nullopt);
  EXPECT_EQ(HexFields("ffffffffffffffff").take_number(), 0xffff'ffff'ffff'ffffU);
  EXPECT_EQ(HexFields("10000000000000000").take_number(), std::nullopt);
  EXPECT_EQ(HexFields("").take_number(), std::nullopt);
}

}  // namespace
}  // namespace kirchhoff::testbenches
