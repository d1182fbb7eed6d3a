#include "testbenches/cosim/gdb/breakpoint_set.h"

#include <algorithm>

namespace kirchhoff::testbenches {

void BreakpointSet::add(std::uint32_t address) {
  const auto place = std::lower_bound(addresses_.begin(), addresses_.end(), address);
  if (place == addresses_.end() || *place != address) {
    addresses_.insert(place, address);
  }
  bits_[word(address)] |= bit(address);
}

void BreakpointSet::remove(std::uint32_t address) {
  std::erase(addresses_, address);
  bits_.fill(0);
  for (const std::uint32_t left : addresses_) {
    bits_[word(left)] |= bit(left);
  }
}

void BreakpointSet::clear() {
  addresses_.clear();
  bits_.fill(0);
}

bool BreakpointSet::really_contains(std::uint32_t address) const {
  return std::binary_search(addresses_.begin(), addresses_.end(), address);
}

}  // namespace kirchhoff::testbenches
