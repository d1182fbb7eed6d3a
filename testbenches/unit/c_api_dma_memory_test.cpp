#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <vector>

#include "testbenches/cosim/c_api/dma_memory.h"
#include "testbenches/unit/data_files.h"

namespace kirchhoff::testbenches {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

bool all_zero(const std::byte* block, std::size_t bytes) {
  return std::all_of(block, block + bytes, [](std::byte b) { return b == std::byte{0}; });
}

TEST(DmaMemory, BlocksAreZeroAlignedAndSeenByBothSides) {
  DmaMemory memory{mebibyte};
  for (const std::size_t bytes : {1U, 64U, 65U, 4096U, 100'000U}) {
    std::byte* const block = memory.allocate(bytes);
    ASSERT_NE(block, nullptr);
    const std::uint32_t address = memory.address_of(block);
    EXPECT_EQ(address % DmaMemory::alignment, 0U);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % DmaMemory::alignment, 0U);
    EXPECT_TRUE(all_zero(block, bytes));
    EXPECT_EQ(memory.at(address, bytes).data(), block);
    block[bytes - 1] = std::byte{7};
    EXPECT_EQ(memory.at(address + bytes - 1, 1)[0], std::byte{7});
  }
}

TEST(DmaMemory, RefusesWhatIsNotInOneBlock) {
  DmaMemory memory{mebibyte};
  const std::byte* const first = memory.allocate(128);
  const std::byte* const second = memory.allocate(128);
  const std::uint64_t address = memory.address_of(first);
  EXPECT_EQ(memory.at(address, 128).size(), 128U);
  EXPECT_TRUE(memory.at(address, 129).empty());
  EXPECT_TRUE(memory.at(address + 128, 1).empty()) << "not even the neighbour is next to it";
  EXPECT_TRUE(memory.at(address, memory.address_of(second) - address + 1).empty());
  EXPECT_TRUE(memory.at(address - 1, 2).empty());
  EXPECT_TRUE(memory.at(address + 1, ~std::size_t{0}).empty()) << "no wrap-around";
  EXPECT_TRUE(memory.at(0, 1).empty());
  EXPECT_TRUE(memory.at(DmaMemory::first_address + mebibyte, 1).empty());
  EXPECT_TRUE(memory.at(~std::uint64_t{0}, 1).empty());
}

TEST(DmaMemory, ReleasedRoomComesBackAsZeros) {
  DmaMemory memory{4096};
  std::byte* const block = memory.allocate(4096);
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(memory.allocate(1), nullptr) << "it is full";
  std::memset(block, 0xff, 4096);
  EXPECT_TRUE(memory.release(block));
  EXPECT_TRUE(memory.at(DmaMemory::first_address, 1).empty());
  std::byte* const again = memory.allocate(4000);
  ASSERT_EQ(again, block);
  EXPECT_TRUE(all_zero(again, 4000));
}

TEST(DmaMemory, ReleasesBlocksOnly) {
  DmaMemory memory{mebibyte};
  std::byte* const block = memory.allocate(100);
  int other = 0;
  EXPECT_FALSE(memory.release(&other));
  EXPECT_FALSE(memory.release(nullptr));
  EXPECT_FALSE(memory.release(block + 64));
  EXPECT_TRUE(memory.release(block));
  EXPECT_FALSE(memory.release(block)) << "twice";
}

TEST(DmaMemory, RefusesSizesThatNoAddressReaches) {
  EXPECT_EQ(unit::input_error([] { const DmaMemory none{0}; }),
            "DMA memory of 0 bytes was asked for, expected 1 to 2147483648");
  EXPECT_EQ(unit::input_error([] { const DmaMemory large{DmaMemory::most_bytes + 1}; }),
            "DMA memory of 2147483649 bytes was asked for, expected 1 to 2147483648");
  DmaMemory memory{4096};
  EXPECT_EQ(memory.allocate(4097), nullptr);
  EXPECT_EQ(memory.allocate(~std::size_t{0}), nullptr);
  EXPECT_NE(memory.allocate(0), nullptr) << "as malloc may";
}

/// Against a list of blocks.
TEST(DmaMemory, RandomUseKeepsBlocksApart) {
  std::mt19937 engine(5);
  const auto below = [&engine](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine);
  };
  DmaMemory memory{mebibyte};
  std::map<std::byte*, std::size_t> blocks;
  std::size_t refusals = 0;
  for (int step = 0; step < 5000; ++step) {
    if (blocks.empty() || below(100) < 55) {
      const std::size_t bytes = 1 + below(30'000);
      std::byte* const block = memory.allocate(bytes);
      if (block == nullptr) {
        ++refusals;
        continue;
      }
      ASSERT_TRUE(all_zero(block, bytes));
      std::memset(block, 1 + step % 255, bytes);
      const auto next = blocks.emplace(block, bytes).first;
      if (next != blocks.begin()) {
        const auto before = std::prev(next);
        ASSERT_LT(before->first + before->second, block);
      }
      if (std::next(next) != blocks.end()) {
        ASSERT_LT(block + bytes, std::next(next)->first);
      }
    } else {
      auto victim = blocks.begin();
      std::advance(victim, static_cast<std::ptrdiff_t>(below(blocks.size())));
      const auto [block, bytes] = *victim;
      ASSERT_TRUE(std::all_of(block, block + bytes, [&](std::byte b) { return b == *block; }))
          << "written by another";
      ASSERT_TRUE(memory.release(block));
      blocks.erase(victim);
    }
  }
  EXPECT_GT(refusals, 10U) << "it must have been full now and then";
}

}  // namespace
}  // namespace kirchhoff::testbenches
