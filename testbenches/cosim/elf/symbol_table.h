#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace kirchhoff::testbenches {

/// A function of the firmware: code from `address` on.
struct FunctionSymbol {
  std::uint32_t address = 0;
  std::uint32_t bytes = 0;
  std::string name;
};

/// The functions of a program by address; none overlaps another.
class SymbolTable {
 public:
  SymbolTable() = default;
  /// Sorts by address, keeps the first of several at one address, and cuts a function where the next begins.
  explicit SymbolTable(std::vector<FunctionSymbol> functions);

  [[nodiscard]] std::span<const FunctionSymbol> functions() const { return functions_; }
  /// The function whose code holds the address; null where there is none. Valid as long as the table.
  [[nodiscard]] const FunctionSymbol* find(std::uint32_t address) const;
  /// For messages: "0x80000012 (main+0x6)", or the address alone.
  [[nodiscard]] std::string describe(std::uint32_t address) const;

 private:
  std::vector<FunctionSymbol> functions_;
};

/// "0x80000012"
std::string hex_address(std::uint64_t address);

}  // namespace kirchhoff::testbenches
