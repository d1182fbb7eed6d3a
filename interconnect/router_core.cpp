#include "interconnect/router_core.h"

#include <algorithm>

#include "interconnect/router_registers.h"

namespace kirchhoff::interconnect {

bool RouterCore::set_route(std::size_t entry, std::uint8_t mask) {
  if (entry >= table_.size()) {
    return false;
  }
  table_[entry] = mask & 0x1f;
  return true;
}

namespace {

bool is_access_table(std::uint64_t offset) {
  return offset >= router_access_table_offset &&
         offset < router_access_table_offset + router_access_table_bytes;
}

bool is_reduction_table(std::uint64_t offset) {
  return offset >= router_reduction_table_offset &&
         offset < router_reduction_table_offset + router_reduction_table_bytes;
}

std::size_t reduction_word(std::uint64_t offset) {
  return (offset - router_reduction_table_offset) / sizeof(std::uint32_t);
}

std::size_t first_node_of_word(std::uint64_t offset) {
  return (offset - router_access_table_offset) / sizeof(std::uint32_t) * access_nodes_per_word;
}

}  // namespace

std::optional<std::uint32_t> RouterCore::read_register(std::uint64_t offset) const {
  if (offset % sizeof(std::uint32_t) != 0) {
    return std::nullopt;
  }
  if (is_access_table(offset)) {
    const std::size_t first = first_node_of_word(offset);
    if (first >= topology_.node_count()) {
      return std::nullopt;
    }
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < access_nodes_per_word && first + i < access_table_.size(); ++i) {
      word |= static_cast<std::uint32_t>(access_table_[first + i]) << (i * access_bits_per_node);
    }
    return word;
  }
  if (is_reduction_table(offset)) {
    return reductions_.read(reduction_word(offset));
  }
  switch (static_cast<RouterRegister>(offset)) {
    case RouterRegister::link_enable:
      return link_enable_;
    case RouterRegister::link_fault:
      return link_fault_;
  }
  return std::nullopt;
}

bool RouterCore::write_register(std::uint64_t offset, std::uint32_t value) {
  if (!read_register(offset) || offset == static_cast<std::uint64_t>(RouterRegister::link_fault)) {
    return false;
  }
  if (is_reduction_table(offset)) {
    return reductions_.write(reduction_word(offset), value);
  }
  if (!is_access_table(offset)) {
    link_enable_ = static_cast<std::uint8_t>(value & 0x1fU);
    return true;
  }
  access_table_.resize(topology_.node_count(), 0);
  const std::size_t first = first_node_of_word(offset);
  for (std::size_t i = 0; i < access_nodes_per_word && first + i < access_table_.size(); ++i) {
    const std::uint32_t port = (value >> (i * access_bits_per_node)) & 0xfU;
    // No such port, or the local one, is no detour.
    access_table_[first + i] = static_cast<std::uint8_t>(port <= index_of(Port::local) ? port : 0U);
  }
  return true;
}

void RouterCore::reset() {
  std::fill(table_.begin(), table_.end(), std::uint8_t{0});
  access_table_.clear();
  reductions_.reset();
  link_enable_ = 0x1f;
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
