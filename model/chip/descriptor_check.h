#pragma once

#include <cstdint>
#include <limits>

#include "model/chip/descriptor.h"
#include "model/chip/error_cause.h"

namespace kirchhoff::model {

/// What a chip can do, as far as descriptors must keep to it.
struct DescriptorLimits {
  std::size_t mesh_nodes = 1;
  std::size_t tile_rows = 1;
  std::size_t tile_columns = 1;
};

/// Do `bytes` from `address` on run over the end of the address space?
constexpr bool overflows(std::uint64_t address, std::uint64_t bytes) {
  return bytes > 0 && address > std::numeric_limits<std::uint64_t>::max() - (bytes - 1);
}

/// What is wrong with a descriptor by itself, before anything is done for it; the address is 0 where the
/// descriptor itself is meant. What depends on the network's settings is found when they are taken over.
[[nodiscard]] Fault check_descriptor(const Descriptor& descriptor, const DescriptorLimits& limits);

}  // namespace kirchhoff::model
