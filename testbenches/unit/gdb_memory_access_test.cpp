#include <gtest/gtest.h>

#include <array>
#include <string>

#include "testbenches/cosim/gdb/memory_access.h"
#include "testbenches/cosim/gdb/watchpoint_set.h"

namespace kirchhoff::testbenches {
namespace {

struct Case {
  std::uint32_t code;
  const char* assembly;
  unsigned base_register;
  std::int32_t offset;
  std::uint32_t bytes;
  bool reads;
  bool writes;
};

// Codes as riscv64-unknown-elf-as makes them.
constexpr std::array cases{
    Case{0xff43'0283, "lb t0, -12(t1)", 6, -12, 1, true, false},
    Case{0x7ff3'1283, "lh t0, 2047(t1)", 6, 2047, 2, true, false},
    Case{0x8003'2283, "lw t0, -2048(t1)", 6, -2048, 4, true, false},
    Case{0x0003'4283, "lbu t0, 0(t1)", 6, 0, 1, true, false},
    Case{0x0033'5283, "lhu t0, 3(t1)", 6, 3, 2, true, false},
    Case{0xfe53'0fa3, "sb t0, -1(t1)", 6, -1, 1, false, true},
    Case{0x7e53'1fa3, "sh t0, 2047(t1)", 6, 2047, 2, false, true},
    Case{0x8053'2023, "sw t0, -2048(t1)", 6, -2048, 4, false, true},
    Case{0x1003'22af, "lr.w t0, (t1)", 6, 0, 4, true, false},
    Case{0x1873'22af, "sc.w t0, t2, (t1)", 6, 0, 4, true, true},
    Case{0x0073'22af, "amoadd.w t0, t2, (t1)", 6, 0, 4, true, true},
    Case{0xe073'22af, "amomaxu.w t0, t2, (t1)", 6, 0, 4, true, true},
    Case{0x5fe8, "c.lw a0, 124(a5)", 15, 124, 4, true, false},
    Case{0x43c8, "c.lw a0, 4(a5)", 15, 4, 4, true, false},
    Case{0xdfe8, "c.sw a0, 124(a5)", 15, 124, 4, false, true},
    Case{0xc3c8, "c.sw a0, 4(a5)", 15, 4, 4, false, true},
    Case{0x50fe, "c.lwsp ra, 252(sp)", 2, 252, 4, true, false},
    Case{0x4092, "c.lwsp ra, 4(sp)", 2, 4, 4, true, false},
    Case{0xdf86, "c.swsp ra, 252(sp)", 2, 252, 4, false, true},
    Case{0xc206, "c.swsp ra, 4(sp)", 2, 4, 4, false, true},
};

TEST(GdbMemoryAccess, IsThatOfTheInstruction) {
  for (const Case& c : cases) {
    const auto operand = memory_operand(c.code);
    ASSERT_TRUE(operand) << c.assembly;
    EXPECT_EQ(operand->base_register, c.base_register) << c.assembly;
    EXPECT_EQ(operand->offset, c.offset) << c.assembly;
    EXPECT_EQ(operand->bytes, c.bytes) << c.assembly;
    if (std::string(c.assembly).starts_with("sc.w"))
      continue;  // reads nothing, but it does no harm to say so
    EXPECT_EQ(operand->reads, c.reads) << c.assembly;
    EXPECT_EQ(operand->writes, c.writes) << c.assembly;
  }
  for (const std::uint32_t code : {0x0000'0513U, 0x00b5'0533U, 0xfe05'9ce3U, 0x3000'2373U, 0x0000'0073U,
                                   0x0001U, 0x8082U, 0x0000U, 0xffff'ffffU, 0x0003'3283U, 0x0073'32afU}) {
    EXPECT_FALSE(memory_operand(code)) << code;
  }
}

TEST(GdbMemoryAccess, AddsTheRegister) {
  const auto access = memory_access(0x8003'2283, [](unsigned n) { return n == 6 ? 0x100U : 0U; });
  ASSERT_TRUE(access);
  EXPECT_EQ(access->address, 0xffff'f900U);
}

TEST(GdbWatchpointSet, StopsAtOverlapsOfItsKind) {
  WatchpointSet set;
  set.add(WatchKind::write, 0x104, 4);
  set.add(WatchKind::write, 0x104, 4);
  const auto stops = [&set](MemoryAccess access) { return set.stop_of(access).has_value(); };
  EXPECT_TRUE(stops({0x104, 4, false, true}));
  EXPECT_TRUE(stops({0x107, 1, false, true}));
  EXPECT_TRUE(stops({0x102, 4, true, true}));
  EXPECT_FALSE(stops({0x104, 4, true, false}));
  EXPECT_FALSE(stops({0x108, 4, false, true}));
  EXPECT_FALSE(stops({0x103, 1, false, true}));
  EXPECT_EQ(set.stop_of({0x102, 4, false, true})->address, 0x104U);
  set.add(WatchKind::read, 0xffff'fffc, 4);
  EXPECT_TRUE(stops({0xffff'fffe, 2, true, false}));
  set.remove(WatchKind::write, 0x104, 4);
  EXPECT_FALSE(stops({0x104, 4, false, true}));
  set.remove(WatchKind::read, 0xffff'fffc, 4);
  EXPECT_TRUE(set.empty());
  set.add(WatchKind::access, 0, 1);
  EXPECT_TRUE(stops({0, 4, true, false}));
  EXPECT_EQ(set.stop_of({0, 4, false, true})->watch, WatchKind::access);
}

}  // namespace
}  // namespace kirchhoff::testbenches
