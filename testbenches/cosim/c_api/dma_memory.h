#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>

namespace kirchhoff::testbenches {

/// Memory that a program in this process and the chip's DMA both see, in blocks that come and go. Where a
/// block lies for the program it lies for the chip as well, from another base.
///
/// The chip reaches blocks only: an access that leaves one is refused.
class DmaMemory {
 public:
  static constexpr std::uint32_t first_address = 0x8000'0000;  ///< as the chip sees it; 0 is no address
  static constexpr std::size_t alignment = 64;                 ///< of every block, bytes
  static constexpr std::size_t most_bytes = std::size_t{1} << 31;

  /// Room for so many bytes, most_bytes at most; taken from the machine where it is used. Throws InputError
  /// where the machine does not give it.
  explicit DmaMemory(std::size_t bytes);
  DmaMemory(const DmaMemory&) = delete;
  DmaMemory& operator=(const DmaMemory&) = delete;
  ~DmaMemory();

  /// A block of zeros; null where there is no room.
  [[nodiscard]] std::byte* allocate(std::size_t bytes);
  /// False where that is no block.
  [[nodiscard]] bool release(const void* block);

  /// Of a block's byte, as the chip sees it.
  [[nodiscard]] std::uint32_t address_of(const void* byte) const;

  /// What the chip accesses; empty where the range is not in one block.
  [[nodiscard]] std::span<std::byte> at(std::uint64_t address, std::size_t bytes) const;

 private:
  [[nodiscard]] std::size_t find_room(std::size_t bytes) const;

  std::byte* base_ = nullptr;
  std::size_t bytes_;
  std::size_t used_end_ = 0;                   ///< beyond it all is zero
  std::map<std::size_t, std::size_t> blocks_;  ///< size by place
};

}  // namespace kirchhoff::testbenches
