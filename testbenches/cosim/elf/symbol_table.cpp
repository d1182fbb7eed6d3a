#include "testbenches/cosim/elf/symbol_table.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace kirchhoff::testbenches {

SymbolTable::SymbolTable(std::vector<FunctionSymbol> functions) : functions_(std::move(functions)) {
  const auto before = [](const FunctionSymbol& a, const FunctionSymbol& b) { return a.address < b.address; };
  const auto same = [](const FunctionSymbol& a, const FunctionSymbol& b) { return a.address == b.address; };
  std::stable_sort(functions_.begin(), functions_.end(), before);
  functions_.erase(std::unique(functions_.begin(), functions_.end(), same), functions_.end());
  for (std::size_t i = 0; i + 1 < functions_.size(); ++i) {
    functions_[i].bytes = std::min(functions_[i].bytes, functions_[i + 1].address - functions_[i].address);
  }
}

const FunctionSymbol* SymbolTable::find(std::uint32_t address) const {
  const auto after =
      std::upper_bound(functions_.begin(), functions_.end(), address,
                       [](std::uint32_t a, const FunctionSymbol& function) { return a < function.address; });
  if (after == functions_.begin()) {
    return nullptr;
  }
  const FunctionSymbol& function = *std::prev(after);
  return address - function.address < function.bytes ? &function : nullptr;
}

std::string SymbolTable::describe(std::uint32_t address) const {
  std::string text = hex_address(address);
  if (const FunctionSymbol* function = find(address)) {
    char offset[16];
    std::snprintf(offset, sizeof offset, "+0x%x", address - function->address);
    text += " (" + function->name + (address == function->address ? "" : offset) + ")";
  }
  return text;
}

std::string hex_address(std::uint64_t address) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%08llx", static_cast<unsigned long long>(address));
  return text;
}

}  // namespace kirchhoff::testbenches
