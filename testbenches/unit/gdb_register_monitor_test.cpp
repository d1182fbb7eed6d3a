#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <map>

#include "model/chip/register_map.h"
#include "testbenches/cosim/gdb/register_monitor.h"

namespace kirchhoff::testbenches {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::uint32_t base = 0x4000'0000;

/// Has the registers of a map, and says which were read.
class Registers : public GdbTarget {
 public:
  std::optional<std::uint32_t> read_register(unsigned /*number*/) override { return std::nullopt; }
  bool write_register(unsigned /*number*/, std::uint32_t /*value*/) override { return false; }
  std::size_t read_memory(std::uint32_t address, std::span<std::uint8_t> bytes) override {
    const auto found = words.find(address);
    if (found == words.end() || bytes.size() != 4) return 0;
    std::memcpy(bytes.data(), &found->second, 4);
    return 4;
  }
  bool write_memory(std::uint32_t /*address*/, std::span<const std::uint8_t> /*bytes*/) override {
    return false;
  }
  bool set_breakpoint(std::uint32_t /*address*/) override { return false; }
  bool clear_breakpoint(std::uint32_t /*address*/) override { return false; }

  std::map<std::uint32_t, std::uint32_t> words;
};

TEST(GdbRegisterMonitor, NamesValuesAndFields) {
  Registers target;
  target.words[base + model::host_register::status] = 0x0003'0002;
  target.words[base + model::host_register::identification] = 0x4843'524b;
  target.words[base + model::sequencer_registers_base + 0x28] = std::bit_cast<std::uint32_t>(0.125F);
  const std::string text = registers_text(target, base, "");
  EXPECT_THAT(text, HasSubstr("0x4000001c  STATUS              0x00030002  BUSY OUTSTANDING=3\n"));
  EXPECT_THAT(text, HasSubstr("0x40001028  OUTPUT_LSB          0x3e000000  0.125\n"));
  EXPECT_THAT(text, HasSubstr("0x40001018  DOORBELL            write only\n"));
  EXPECT_THAT(text, HasSubstr("0x40000024  INTERRUPT_ENABLE    not readable\n"));
  EXPECT_EQ(registers_text(target, base, "status"),
            "0x4000001c  STATUS              0x00030002  BUSY OUTSTANDING=3\n"
            "0x40000020  INTERRUPT_STATUS    not readable\n"
            "0x40000028  ERROR_STATUS        not readable\n");
  EXPECT_THAT(registers_text(target, base, "host"), Not(HasSubstr("RING_BASE_LOW")));
  EXPECT_THAT(registers_text(target, base, "sequencer"), StartsWith("0x40001000  RING_BASE_LOW"));
}

TEST(GdbRegisterMonitor, ShowsANode) {
  Registers target;
  const std::uint32_t tile = base + 0x0100'0000 + 3 * 0x1'0000;
  target.words[tile] = 5;
  target.words[tile + 0x24] = std::bit_cast<std::uint32_t>(0.5F);
  const std::string text = registers_text(target, base, "tile 3");
  EXPECT_THAT(text, StartsWith("0x41030000  CONTROL             0x00000005  ENABLE LAST_LAYER\n"));
  EXPECT_THAT(text, HasSubstr("LEARNING_RATE       0x3f000000  0.5\n"));
  for (const char* bad :
       {"tile", "tile 4", "tile x", "tile 3x", "tile -1", "tile 4294967295", "tile 99999999999"}) {
    EXPECT_THAT(registers_text(target, base, bad), StartsWith("no node '")) << bad;
  }
  EXPECT_THAT(registers_text(target, base, "router 3"), StartsWith("no node '3'"));
}

TEST(GdbRegisterMonitor, SaysWhatThereIsNot) {
  Registers target;
  EXPECT_EQ(registers_text(target, base, "colour"),
            "no register 'colour'; say host, sequencer, tile N, router N or a part of a name\n");
}

}  // namespace
}  // namespace kirchhoff::testbenches
