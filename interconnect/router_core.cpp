#include "interconnect/router_core.h"

namespace kirchhoff::interconnect {

RouterCore::Passage RouterCore::pass(Port port, std::uint64_t bits, foundation::Duration arrival) {
  const auto length = timing_.serialisation(bits);
  const auto begin = links_[index_of(port)].reserve(arrival + timing_.router_latency(), length);
  return {begin, begin + timing_.cycle, begin + length};
}

foundation::Duration RouterCore::enter(Port port, std::uint64_t bits, foundation::Duration ready) {
  return entries_[index_of(port)].reserve(ready, timing_.serialisation(bits)) + timing_.cycle;
}

bool RouterCore::set_route(std::size_t entry, std::uint8_t mask) {
  if (entry >= table_.size()) {
    return false;
  }
  table_[entry] = mask & 0x1f;
  return true;
}

std::uint64_t RouterCore::out_of_order() const {
  std::uint64_t sum = 0;
  for (const auto& port : all_ports) {
    sum += links_[index_of(port)].out_of_order() + entries_[index_of(port)].out_of_order();
  }
  return sum;
}

}  // namespace kirchhoff::interconnect
