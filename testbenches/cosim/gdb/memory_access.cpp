#include "testbenches/cosim/gdb/memory_access.h"

namespace kirchhoff::testbenches {
namespace {

/// Bits high to low of the code, as an unsigned number.
constexpr std::uint32_t field(std::uint32_t code, unsigned high, unsigned low) {
  return code >> low & ((1U << (high - low + 1)) - 1U);
}

/// RISC-V unprivileged 20191213, chapter 16 and table 24.1.
std::optional<MemoryOperand> compressed_operand(std::uint32_t code) {
  constexpr unsigned sp = 2;
  const unsigned compact_base = 8 + field(code, 9, 7);
  const std::uint32_t compact_offset =
      field(code, 12, 10) << 3U | field(code, 6, 6) << 2U | field(code, 5, 5) << 6U;
  switch (field(code, 1, 0) << 3U | field(code, 15, 13)) {
    case 0b00'010:  // c.lw
      return MemoryOperand{compact_base, static_cast<std::int32_t>(compact_offset), 4, true, false};
    case 0b00'110:  // c.sw
      return MemoryOperand{compact_base, static_cast<std::int32_t>(compact_offset), 4, false, true};
    case 0b10'010: {  // c.lwsp
      const std::uint32_t offset =
          field(code, 12, 12) << 5U | field(code, 6, 4) << 2U | field(code, 3, 2) << 6U;
      return MemoryOperand{sp, static_cast<std::int32_t>(offset), 4, true, false};
    }
    case 0b10'110: {  // c.swsp
      const std::uint32_t offset = field(code, 12, 9) << 2U | field(code, 8, 7) << 6U;
      return MemoryOperand{sp, static_cast<std::int32_t>(offset), 4, false, true};
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<MemoryOperand> memory_operand(std::uint32_t code) {
  if (field(code, 1, 0) != 3) {
    return compressed_operand(code);
  }
  const unsigned base = field(code, 19, 15);
  const unsigned width = field(code, 14, 12);
  const auto immediate = static_cast<std::int32_t>(code) >> 20;
  switch (field(code, 6, 0)) {
    case 0x03:  // lb lh lw, lbu lhu
      if (width == 3 || width > 5) {
        return std::nullopt;
      }
      return MemoryOperand{base, immediate, 1U << (width & 3U), true, false};
    case 0x23:  // sb sh sw
      if (width > 2) {
        return std::nullopt;
      }
      return MemoryOperand{base, (immediate & ~0x1f) | static_cast<std::int32_t>(field(code, 11, 7)),
                           1U << width, false, true};
    case 0x2f: {  // lr.w sc.w amo*.w
      if (width != 2) {
        return std::nullopt;
      }
      const unsigned operation = field(code, 31, 27);
      return MemoryOperand{base, 0, 4, operation != 0b00011, operation != 0b00010};
    }
    default:
      return std::nullopt;
  }
}

}  // namespace kirchhoff::testbenches
