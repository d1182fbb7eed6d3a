#include "testbenches/cosim/c_api/dma_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <string>

#include "foundation/error.h"

namespace kirchhoff::testbenches {

namespace {

constexpr std::size_t no_room = ~std::size_t{0};

constexpr std::size_t round_up(std::size_t bytes) {
  return (bytes + DmaMemory::alignment - 1) / DmaMemory::alignment * DmaMemory::alignment;
}

}  // namespace

DmaMemory::DmaMemory(std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0 || bytes > most_bytes) {
    throw foundation::InputError("DMA memory of " + std::to_string(bytes) +
                                 " bytes was asked for, expected 1 to " + std::to_string(most_bytes));
  }
  void* const memory =
      ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    throw foundation::InputError("no room for DMA memory of " + std::to_string(bytes) +
                                 " bytes: " + std::strerror(errno));
  }
  base_ = static_cast<std::byte*>(memory);
}

DmaMemory::~DmaMemory() {
  ::munmap(base_, bytes_);
}

/// The first gap that is large enough, with room behind it: no block begins where another ends.
std::size_t DmaMemory::find_room(std::size_t bytes) const {
  if (bytes > bytes_) {
    return no_room;
  }
  std::size_t begin = 0;
  for (const auto& [place, size] : blocks_) {
    if (place >= begin + round_up(bytes) + alignment) {
      return begin;
    }
    begin = place + round_up(size) + alignment;
  }
  return begin <= bytes_ - bytes ? begin : no_room;
}

std::byte* DmaMemory::allocate(std::size_t bytes) {
  bytes = std::max<std::size_t>(bytes, 1);
  const std::size_t place = find_room(bytes);
  if (place == no_room) {
    return nullptr;
  }
  if (place < used_end_) {
    std::memset(base_ + place, 0, std::min(bytes, used_end_ - place));
  }
  used_end_ = std::max(used_end_, place + bytes);
  blocks_.emplace(place, bytes);
  return base_ + place;
}

bool DmaMemory::release(const void* block) {
  const auto* const byte = static_cast<const std::byte*>(block);
  if (std::less<>{}(byte, base_) || !std::less<>{}(byte, base_ + bytes_)) {
    return false;
  }
  return blocks_.erase(static_cast<std::size_t>(byte - base_)) != 0;
}

std::uint32_t DmaMemory::address_of(const void* byte) const {
  return first_address + static_cast<std::uint32_t>(static_cast<const std::byte*>(byte) - base_);
}

std::span<std::byte> DmaMemory::at(std::uint64_t address, std::size_t bytes) const {
  if (address < first_address || address - first_address >= bytes_) {
    return {};
  }
  const auto place = static_cast<std::size_t>(address - first_address);
  auto next = blocks_.upper_bound(place);
  if (next == blocks_.begin()) {
    return {};
  }
  const auto& [begin, size] = *--next;
  const std::size_t within = place - begin;
  if (within > size || bytes > size - within) {
    return {};
  }
  return {base_ + place, bytes};
}

}  // namespace kirchhoff::testbenches
