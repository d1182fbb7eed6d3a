#include "model/chip/self_test.h"

#include <array>
#include <cmath>
#include <vector>

#include "interconnect/packet_address.h"
#include "interconnect/router_registers.h"
#include "tiles/tile_registers.h"

namespace kirchhoff::model {

using foundation::RegisterAccess;
using interconnect::CellPlane;
using tiles::TileRegister;

std::uint64_t SelfTest::address_of(std::uint64_t offset) const {
  return interconnect::node_register_address(node_, offset);
}

void SelfTest::check(bool good, ErrorCause cause, std::uint64_t address) {
  ++checks_;
  if (good) {
    ++passed_;
  } else if (!fault_.any()) {
    fault_ = {cause, address};
  }
}

/// Do the bits of the mask take both values? The register is what it was afterwards.
bool SelfTest::keeps_patterns(std::uint64_t address, std::uint32_t mask) {
  const auto before = access_.read(address);
  if (!before) {
    return false;
  }
  bool good = true;
  for (const std::uint32_t pattern : {0xa5a5'a5a5U, 0x5a5a'5a5aU}) {
    good &= access_.write(address, pattern & mask) && access_.read(address) == (pattern & mask);
  }
  return access_.write(address, *before) && access_.read(address) == *before && good;
}

void SelfTest::registers() {
  for (const auto& doc : tiles::tile_register_docs) {
    if (access_.stopping()) {
      return;
    }
    const std::uint64_t address = address_of(interconnect::tile_registers_offset + doc.offset);
    // CONTROL with ENABLE would take the settings over again.
    const bool only_read = doc.access != RegisterAccess::read_write ||
                           doc.offset == static_cast<std::uint32_t>(TileRegister::control);
    check(only_read ? access_.read(address).has_value() : keeps_patterns(address, ~0U),
          ErrorCause::self_test_register, address);
  }
}

void SelfTest::receive_table() {
  for (std::size_t entry = 0; entry < shape_.receive_entries && !access_.stopping(); ++entry) {
    const std::uint64_t address = address_of(tiles::flow_table_offset + entry * tiles::flow_entry_bytes);
    const auto first = access_.read(address);
    bool good = first.has_value();
    if (good && (*first & tiles::flow_valid) == 0) {
      // The entry stays invalid: no packet finds a pattern.
      good = keeps_patterns(address, ~tiles::flow_valid);
      for (std::uint64_t word = 4; word < tiles::flow_entry_bytes; word += 4) {
        good &= keeps_patterns(address + word, ~0U);
      }
    }
    check(good, ErrorCause::self_test_receive_table, address);
  }
}

void SelfTest::route_table() {
  constexpr std::uint32_t ports = 0x1f;
  for (std::size_t entry = 0; entry < shape_.route_entries && !access_.stopping(); ++entry) {
    const std::uint64_t address =
        address_of(interconnect::router_table_offset + entry * sizeof(std::uint32_t));
    const auto mask = access_.read(address);
    check(mask.has_value() && (*mask != 0 || keeps_patterns(address, ports)),
          ErrorCause::self_test_route_table, address);
  }
}

void SelfTest::reduction_table() {
  constexpr std::uint32_t input_bits = 0x1fffff;  // INPUTS without VALID: nothing is added meanwhile
  for (std::size_t entry = 0; entry < shape_.reduction_entries && !access_.stopping(); ++entry) {
    const std::uint64_t address =
        address_of(interconnect::router_reduction_table_offset + entry * interconnect::reduction_entry_bytes);
    const auto inputs = access_.read(address);
    const bool in_use = inputs.has_value() && (*inputs & interconnect::reduction_valid) != 0;
    check(in_use || (keeps_patterns(address, input_bits) && keeps_patterns(address + 4, 0xffff)),
          ErrorCause::self_test_route_table, address);
  }
}

void SelfTest::cells(std::size_t row, std::size_t columns) {
  const auto address_of_cell = [&](std::size_t column) {
    return interconnect::cell_address(node_, CellPlane::weight, row * shape_.tile_columns + column);
  };
  const std::uint64_t address = address_of_cell(0);
  std::vector<float> before(columns);
  std::vector<float> pattern(columns);
  std::vector<float> seen(columns);
  if (!access_.read_row(address, before)) {
    check(false, ErrorCause::weights_refused, address);
    return;
  }
  for (const float sign : {1.0F, -1.0F}) {
    for (std::size_t j = 0; j < columns; ++j) {
      pattern[j] = (j % 2 == 0 ? sign : -sign) * pattern_weight;
    }
    const bool done = access_.write_row(address, pattern) && access_.read_row(address, seen);
    for (std::size_t j = 0; j < columns; ++j) {
      check(done && std::fabs(seen[j] - pattern[j]) <= weight_tolerance, ErrorCause::self_test_weights,
            address_of_cell(j));
    }
  }
  check(access_.write_row(address, before), ErrorCause::self_test_weights, address);
}

}  // namespace kirchhoff::model
