#include "testbenches/host/memory_map.h"

#include <algorithm>

namespace kirchhoff::testbenches {
namespace {

/// Regions start on pages with one page free between them, so that a run over the end is noticed.
constexpr std::uint64_t kPage = 4096;

}  // namespace

std::uint64_t MemoryMap::add(std::span<const std::byte> view, std::span<std::byte> own) {
  const std::uint64_t base = next_;
  regions_.push_back({base, view, own});
  next_ += (view.size() / kPage + 2) * kPage;
  return base;
}

std::uint64_t MemoryMap::allocate(std::size_t bytes) {
  auto& storage = storage_.emplace_back(bytes);
  return add(storage, storage);
}

std::uint64_t MemoryMap::attach(std::span<const std::byte> bytes) {
  return add(bytes, {});
}

const MemoryMap::Region* MemoryMap::find(std::uint64_t address, std::size_t bytes) const {
  const auto above = std::upper_bound(regions_.begin(), regions_.end(), address,
                                      [](std::uint64_t a, const Region& region) { return a < region.base; });
  if (above == regions_.begin()) {
    return nullptr;
  }
  const Region& region = *(above - 1);
  const std::uint64_t offset = address - region.base;
  return offset <= region.view.size() && bytes <= region.view.size() - offset ? &region : nullptr;
}

std::span<const std::byte> MemoryMap::readable(std::uint64_t address, std::size_t bytes) const {
  const Region* region = find(address, bytes);
  return region == nullptr ? std::span<const std::byte>{}
                           : region->view.subspan(address - region->base, bytes);
}

std::span<std::byte> MemoryMap::writable(std::uint64_t address, std::size_t bytes) {
  const Region* region = find(address, bytes);
  return region == nullptr || region->own.empty() ? std::span<std::byte>{}
                                                  : region->own.subspan(address - region->base, bytes);
}

}  // namespace kirchhoff::testbenches
