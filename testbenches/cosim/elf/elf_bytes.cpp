#include "testbenches/cosim/elf/elf_bytes.h"

#include <cstdio>

#include "foundation/error.h"
#include "foundation/problems.h"

namespace kirchhoff::testbenches {

void ElfBytes::require(std::uint64_t offset, std::uint64_t bytes, const std::string& what) const {
  if (!holds(offset, bytes)) {
    refuse(" is truncated: bytes " + std::to_string(offset) + " to " +
           std::to_string(offset + bytes - (bytes > 0 ? 1 : 0)) + " should hold its " + what +
           ", but it has only " + std::to_string(file_.size()));
  }
}

void ElfBytes::refuse(const std::string& what) const {
  throw foundation::InputError(foundation::printable(name_ + what));
}

void ElfBytes::refuse_field(std::size_t offset, const std::string& what) const {
  char place[24];
  std::snprintf(place, sizeof place, ": byte 0x%zx: ", offset);
  refuse(place + what);
}

}  // namespace kirchhoff::testbenches
