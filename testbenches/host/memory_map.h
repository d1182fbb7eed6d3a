#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace kirchhoff::testbenches {

/// The host's memory as the chip's DMA sees it: regions of its own, and views of data that lie elsewhere.
class MemoryMap {
 public:
  /// A new region of zeros; returns its address.
  std::uint64_t allocate(std::size_t bytes);

  /// Read-only memory that the caller keeps; returns its address.
  std::uint64_t attach(std::span<const std::byte> bytes);
  template <typename T>
  std::uint64_t attach(const std::vector<T>& values) {
    return attach(std::as_bytes(std::span{values}));
  }

  /// The bytes behind an address; empty where the range is not in one region.
  [[nodiscard]] std::span<const std::byte> readable(std::uint64_t address, std::size_t bytes) const;
  /// The same where they may be written.
  [[nodiscard]] std::span<std::byte> writable(std::uint64_t address, std::size_t bytes);

 private:
  struct Region {
    std::uint64_t base;
    std::span<const std::byte> view;
    std::span<std::byte> own;  ///< empty for attached memory
  };
  [[nodiscard]] const Region* find(std::uint64_t address, std::size_t bytes) const;
  std::uint64_t add(std::span<const std::byte> view, std::span<std::byte> own);

  std::vector<Region> regions_;  ///< ascending
  std::deque<std::vector<std::byte>> storage_;
  std::uint64_t next_ = 0x8000'0000;
};

}  // namespace kirchhoff::testbenches
