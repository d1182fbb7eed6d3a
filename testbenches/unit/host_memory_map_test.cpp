#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <vector>

#include "testbenches/host/memory_map.h"

namespace kirchhoff::testbenches {
namespace {

constexpr std::uint64_t last_address = std::numeric_limits<std::uint64_t>::max();

TEST(MemoryMap, NewRegionsAreZeroAndKeepWhatIsWritten) {
  MemoryMap map;
  const std::uint64_t address = map.allocate(100);
  const auto bytes = map.writable(address, 100);
  ASSERT_EQ(bytes.size(), 100U);
  EXPECT_TRUE(std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; }));
  map.writable(address + 40, 2)[1] = std::byte{7};
  EXPECT_EQ(map.readable(address, 100)[41], std::byte{7});
}

TEST(MemoryMap, AttachedMemoryIsSeenInPlaceAndOnlyRead) {
  MemoryMap map;
  std::vector<std::uint16_t> values{1, 2, 3};
  const std::uint64_t address = map.attach(values);
  EXPECT_EQ(map.readable(address, 6).data(), std::as_bytes(std::span(values)).data());
  EXPECT_TRUE(map.writable(address, 6).empty());
  EXPECT_TRUE(map.writable(address + 2, 1).empty());
  values[1] = 9;
  std::uint16_t seen = 0;
  std::memcpy(&seen, map.readable(address + 2, 2).data(), 2);
  EXPECT_EQ(seen, 9);
}

TEST(MemoryMap, RefusesRangesThatLeaveTheirRegion) {
  MemoryMap map;
  for (const std::size_t size : {1U, 4095U, 4096U, 4097U, 8192U}) {
    const std::uint64_t address = map.allocate(size);
    map.allocate(1);  // a neighbour that must not be run into
    EXPECT_EQ(map.readable(address, size).size(), size);
    EXPECT_EQ(map.readable(address + size - 1, 1).size(), 1U);
    EXPECT_TRUE(map.readable(address, size + 1).empty());
    EXPECT_TRUE(map.readable(address + size, 1).empty());
    EXPECT_TRUE(map.readable(address - 1, 1).empty());
    EXPECT_TRUE(map.readable(address - 1, 2).empty());
    EXPECT_TRUE(map.readable(address + 1, size).empty());
    EXPECT_TRUE(map.readable(address, std::numeric_limits<std::size_t>::max()).empty()) << "no wrap-around";
    EXPECT_TRUE(map.writable(address, size + 1).empty());
    EXPECT_TRUE(map.writable(address + size, 1).empty());
  }
}

TEST(MemoryMap, NothingIsAtOtherAddresses) {
  MemoryMap map;
  EXPECT_TRUE(map.readable(0x8000'0000, 1).empty()) << "of an empty map";
  map.allocate(16);
  for (const std::uint64_t address : {std::uint64_t{0}, std::uint64_t{0x7fff'ffff}, last_address}) {
    EXPECT_TRUE(map.readable(address, 1).empty()) << address;
    EXPECT_TRUE(map.writable(address, 1).empty()) << address;
  }
}

TEST(MemoryMap, EmptyRegionsHoldNothing) {
  MemoryMap map;
  const std::uint64_t empty = map.attach(std::span<const std::byte>{});
  const std::uint64_t next = map.allocate(8);
  EXPECT_NE(empty, next);
  EXPECT_TRUE(map.readable(empty, 1).empty());
  EXPECT_EQ(map.readable(next, 8).size(), 8U);
}

/// Against a plain table of bytes by address.
TEST(MemoryMap, RandomAccessesAgreeWithATableOfBytes) {
  std::mt19937 engine(11);
  const auto below = [&engine](std::uint64_t bound) {
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(engine);
  };
  struct Cell {
    std::byte value;
    bool writable;
    std::size_t region;
  };
  std::map<std::uint64_t, Cell> table;
  std::vector<std::uint64_t> bases;
  std::vector<std::vector<std::uint8_t>> attached;
  attached.reserve(20);
  MemoryMap map;
  for (std::size_t region = 0; region < 40; ++region) {
    const std::size_t size = 1 + below(region % 3 == 0 ? 9000 : 60);
    const bool own = region % 2 == 0;
    std::uint64_t base = 0;
    if (own) {
      base = map.allocate(size);
    } else {
      std::vector<std::uint8_t>& values = attached.emplace_back(size);
      for (auto& value : values) value = static_cast<std::uint8_t>(engine());
      base = map.attach(values);
    }
    bases.push_back(base);
    for (std::size_t i = 0; i < size; ++i) {
      const std::byte value = own ? std::byte{0} : std::byte{attached.back()[i]};
      ASSERT_TRUE(table.emplace(base + i, Cell{value, own, region}).second) << "regions overlap";
    }
  }
  std::size_t hits = 0;
  for (int access = 0; access < 20'000; ++access) {
    const std::uint64_t address = bases[below(bases.size())] + below(9100) - below(50);
    const std::size_t size = 1 + below(64);
    const auto first = table.find(address);
    const auto last = table.find(address + size - 1);
    const bool inside =
        first != table.end() && last != table.end() && first->second.region == last->second.region;
    const auto bytes = map.readable(address, size);
    ASSERT_EQ(bytes.size(), inside ? size : 0) << address;
    const auto own = map.writable(address, size);
    ASSERT_EQ(own.size(), inside && first->second.writable ? size : 0) << address;
    if (!inside) continue;
    ++hits;
    auto cell = first;
    for (std::size_t i = 0; i < size; ++i, ++cell) {
      ASSERT_EQ(bytes[i], cell->second.value) << address + i;
      if (!own.empty()) own[i] = cell->second.value = static_cast<std::byte>(engine());
    }
  }
  EXPECT_GT(hits, 1000U) << "the accesses must hit regions now and then";
}

}  // namespace
}  // namespace kirchhoff::testbenches
