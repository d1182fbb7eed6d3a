#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// How register maps are written down: constexpr tables that decode accesses, reset register files, and
/// generate the C header and the tables of the manual, so that none of them can differ from the others.
namespace kirchhoff::foundation {

enum class RegisterAccess : std::uint8_t {
  read_only,           ///< a write is refused
  read_write,          ///< reads back what was written
  write_only,          ///< reads as zero
  write_one_to_clear,  ///< bits written as 1 are cleared
};

/// Bits `low` to `low + width - 1` of a register.
struct RegisterField {
  unsigned low;
  unsigned width;
  std::string_view name;
  std::string_view meaning;

  [[nodiscard]] constexpr std::uint32_t mask() const {
    return (width >= 32 ? ~0U : (1U << width) - 1U) << low;
  }
};

/// A 32-bit register.
struct RegisterDoc {
  std::uint32_t offset;  ///< bytes from the begin of its window, or of its table entry
  std::string_view name;
  RegisterAccess access;
  std::uint32_t reset;  ///< after power-on and soft reset
  std::string_view meaning;
  std::span<const RegisterField> fields = {};
  bool of_chip = false;  ///< the value after reset is the chip's own; `reset` says nothing
};

/// Entries of equal words, one after the other.
struct RegisterTable {
  std::uint32_t offset;  ///< of the first entry, from the begin of the window
  std::string_view name;
  std::uint32_t entry_bytes;
  std::string_view entries;  ///< how many there are, in words
  std::string_view meaning;
  std::span<const RegisterDoc> words;
};

/// Registers that lie together, once or once per node.
struct RegisterWindow {
  std::string_view title;
  std::string_view prefix;  ///< of the C names
  std::uint64_t base;
  std::uint64_t stride;  ///< bytes from node to node; 0: there is one
  std::span<const RegisterDoc> registers;
  std::span<const RegisterTable> tables;
};

}  // namespace kirchhoff::foundation
