#pragma once

#include <cstdint>
#include <optional>

namespace kirchhoff::testbenches {

/// What an instruction is about to do to memory.
struct MemoryAccess {
  std::uint32_t address = 0;
  std::uint32_t bytes = 0;
  bool reads = false;
  bool writes = false;
};

/// Where an instruction's address comes from.
struct MemoryOperand {
  unsigned base_register = 0;
  std::int32_t offset = 0;
  std::uint32_t bytes = 0;
  bool reads = false;
  bool writes = false;
};

/// The operand of a load, store or atomic instruction of RV32IMAC; nothing for any other. `code` holds the
/// instruction in its low 16 or 32 bits. sc.w counts as a write, though it may fail.
std::optional<MemoryOperand> memory_operand(std::uint32_t code);

/// The access that the instruction makes when x(n) is what `x` returns for n.
template <typename ReadRegister>
std::optional<MemoryAccess> memory_access(std::uint32_t code, ReadRegister&& x) {
  const auto operand = memory_operand(code);
  if (!operand) {
    return std::nullopt;
  }
  const std::uint32_t base = x(operand->base_register);
  return MemoryAccess{base + static_cast<std::uint32_t>(operand->offset), operand->bytes, operand->reads,
                      operand->writes};
}

}  // namespace kirchhoff::testbenches
