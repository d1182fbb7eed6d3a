#include "interconnect/router_core.h"

#include <algorithm>

namespace kirchhoff::interconnect {

bool RouterCore::set_route(std::size_t entry, std::uint8_t mask) {
  if (entry >= table_.size()) {
    return false;
  }
  table_[entry] = mask & 0x1f;
  return true;
}

void RouterCore::reset() {
  std::fill(table_.begin(), table_.end(), std::uint8_t{0});
  for (const auto& port : all_ports) {
    links_[index_of(port)].release();
    entries_[index_of(port)].release();
  }
  for (auto& wires : wires_) {
    wires.release();
  }
}

std::uint64_t RouterCore::out_of_order() const {
  std::uint64_t sum = 0;
  for (const auto& port : all_ports) {
    sum += links_[index_of(port)].out_of_order() + entries_[index_of(port)].out_of_order();
  }
  for (const auto& wires : wires_) {
    sum += wires.out_of_order();
  }
  return sum;
}

}  // namespace kirchhoff::interconnect
